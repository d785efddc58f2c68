namespace HybridTls.Tests.Handshake;

/// <summary>A handshake by what both sides make of it; all combinations together visit every state in every way.</summary>
internal sealed record Scenario
{
    public bool Retry { get; init; }

    public bool SelectsOptions { get; init; }

    public bool ServerSignsRemotely { get; init; }

    public bool ClientSignsRemotely { get; init; }

    public ClientAuthenticationMode Mode { get; init; }

    public bool ClientHasCredential { get; init; }

    public bool Callbacks { get; init; }

    public bool Compresses { get; init; }

    /// <summary>The handshake in which every state occurs.</summary>
    public static Scenario Everything { get; } = new()
    {
        Retry = true,
        SelectsOptions = true,
        ServerSignsRemotely = true,
        ClientSignsRemotely = true,
        Mode = ClientAuthenticationMode.RequireCertificate,
        ClientHasCredential = true,
        Callbacks = true,
    };

    /// <summary>All that differ in more than what the other side cannot see.</summary>
    public static IEnumerable<Scenario> All()
    {
        bool[] both = [false, true];
        return
            from retry in both
            from selects in both
            from remote in both
            from callbacks in both
            from compresses in both
            from client in (Scenario[])
            [
                new() { Mode = ClientAuthenticationMode.NoCertificate },
                new() { Mode = ClientAuthenticationMode.AllowCertificate },
                new() { Mode = ClientAuthenticationMode.RequireCertificate, ClientHasCredential = true },
            ]
            select client with
            {
                Retry = retry,
                SelectsOptions = selects,
                ServerSignsRemotely = remote,
                ClientSignsRemotely = remote,
                Callbacks = callbacks,
                Compresses = compresses,
            };
    }

    /// <param name="sessions">Where the client keeps its sessions; null for a cache of its own.</param>
    public MessagePair CreatePair(IClientSessionCache? sessions = null)
    {
        HybridTlsClientOptions client = ClientOptions();
        client.SessionCache = sessions ?? client.SessionCache;
        return new MessagePair(ServerOptions(), client, Retry);
    }

    private HybridTlsServerOptions ServerOptions()
    {
        HybridTlsServerOptions chosen = TestIdentities.ServerOptions(options =>
        {
            options.Credential = ServerSignsRemotely ? TestIdentities.RemoteServer : TestIdentities.Server;
            options.ClientCertificateMode = Mode;
            SetCommon(options);
        });
        return SelectsOptions
            ? new HybridTlsServerOptions { SelectOptions = (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(chosen) }
            : chosen;
    }

    private HybridTlsClientOptions ClientOptions() => TestIdentities.ClientOptions(options =>
    {
        options.Credential = !ClientHasCredential ? null : ClientSignsRemotely ? TestIdentities.RemoteClient : TestIdentities.Client;
        SetCommon(options);
    });

    private void SetCommon(HybridTlsOptions options)
    {
        options.PeerValidation = Callbacks ? TestIdentities.AskCallback : TestIdentities.TrustRoot;
        options.CertificateCompression = Compresses ? CertificateCompression.Zlib : CertificateCompression.None;
    }
}
