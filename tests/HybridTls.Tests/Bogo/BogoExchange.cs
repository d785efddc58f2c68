using HybridTls.Handshake;

namespace HybridTls.Tests.Bogo;

/// <summary>Plays exchanges with the shim and judges them as BoringSSL's runner does: exit code, stderr, alert.</summary>
internal static class BogoExchange
{
    /// <summary>Our options as the shim's client.</summary>
    public static HybridTlsClientOptions ClientOptions(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { TargetHost = "test", PeerValidation = PeerValidation.TrustAnchors(ShimFiles.Authority.Certificate) };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Our options as the shim's server.</summary>
    public static HybridTlsServerOptions ServerOptions(Action<HybridTlsServerOptions>? change = null)
    {
        HybridTlsServerOptions options = new() { Credential = ShimFiles.Credential, PeerValidation = PeerValidation.TrustAnchors(ShimFiles.Authority.Certificate) };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Starts a shim that is a server, with the default credential.</summary>
    public static ShimProcess ShimServer(params IReadOnlyCollection<string> flags) => new(["-server", .. ShimFiles.CredentialFlags, .. flags]);

    /// <summary>As <see cref="ShimServer"/> and <see cref="ShimClient"/>, without a process of its own.</summary>
    public static ShimProcess ShimHere(bool isServer, params IReadOnlyCollection<string> flags) =>
        new(isServer ? ["-server", .. ShimFiles.CredentialFlags, .. flags] : flags, inThisProcess: true);

    /// <summary>Starts a shim that is a client.</summary>
    public static ShimProcess ShimClient(params IReadOnlyCollection<string> flags) => new(flags);

    /// <summary>Accepts the shim's connection as its client or server.</summary>
    public static async Task<ScriptedPeer> AcceptAsync(ShimProcess shim, bool shimIsServer, HybridTlsOptions? options = null, bool retry = false) =>
        new(await shim.AcceptAsync(), output => shimIsServer
            ? new ClientHandshake((HybridTlsClientOptions?)options ?? ClientOptions(), output) { WithholdKeyShare = retry }
            : new ServerHandshake((HybridTlsServerOptions?)options ?? ServerOptions(), output));

    /// <summary>The shim must have succeeded, and written nothing at all to stderr.</summary>
    public static async Task ExpectSuccessAsync(ShimProcess shim)
    {
        (int exitCode, string error) = await shim.EndAsync();
        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
    }

    /// <summary>The shim must have failed with the error, and have sent the alert (null: not checked).</summary>
    public static async Task ExpectFailureAsync(ShimProcess shim, ScriptedPeer peer, string error, TlsAlert? alert)
    {
        await peer.DrainAsync();
        peer.Dispose();
        (int exitCode, string stderr) = await shim.EndAsync();
        Assert.Contains(error, stderr, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
        if (alert is not null)
        {
            Assert.Equal(HybridTlsFailure.AlertReceived, peer.Failure?.Failure);
            Assert.Equal(alert, peer.Failure?.Alert);
        }
    }
}
