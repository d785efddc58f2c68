using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Messages;

namespace HybridTls.Bogo;

/// <summary>The choices that flags ask for in one connection, and the expectations of what came of it.</summary>
internal sealed class ShimPeer(ShimOptions options, ShimSession session, bool isResumption)
{
    /// <summary>BoringSSL's order on a processor that has AES.</summary>
    private static readonly TlsCipherSuite[] CipherSuites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    private readonly List<HybridTlsCredential> _credentials = [];
    private readonly int _sessionsBefore = session.Sessions.Count;
    private int? _selectedCredential;
    private int _defaultIndex = -1;
    private string? _mismatch;

    /// <summary>Why a callback refused, in BoringSSL's words; null if none did.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The options of a client.</summary>
    public HybridTlsClientOptions CreateClientOptions()
    {
        LoadCredentials();
        HybridTlsClientOptions client = new()
        {
            TargetHost = options.HostName,
            ApplicationProtocols = ReadProtocols(options.AdvertiseAlpn),
            CipherSuites = CipherSuites,
            OwnCertificateTypes = options.AvailableClientTypes.Count > 0 ? options.AvailableClientTypes : TypesOfCredentials(),
            SelectCredential = SelectCredential,
            SessionCache = session.Sessions,
        };
        SetCommon(client);
        return client;
    }

    /// <summary>The options of a server.</summary>
    public HybridTlsServerOptions CreateServerOptions()
    {
        LoadCredentials();
        HybridTlsServerOptions server = new() { SelectOptions = SelectOptions };
        SetCommon(server);
        return server;
    }

    /// <summary>Checks the flags <c>-expect-…</c> against the result of the handshake.</summary>
    /// <exception cref="ExpectationException">One does not hold.</exception>
    public void CheckExpectations(NegotiatedParameters parameters)
    {
        Expect(_mismatch is null, _mismatch ?? "");
        Expect(parameters.IsResumed == (isResumption && !options.ExpectSessionMiss),
            "session was " + (parameters.IsResumed ? "" : "not ") + "resumed");
        Expect(options.ExpectRetry is not { } retry || retry == parameters.UsedHelloRetryRequest, "unexpected or missing HelloRetryRequest");
        Expect(options.ExpectCipher is not { } cipher || cipher == (int)parameters.CipherSuite, "unexpected cipher suite");
        Expect(options.ExpectServerName is not { } name || name == parameters.ServerName, "unexpected server name");
        Expect(!options.ExpectNoServerName || parameters.ServerName is null, "unexpected server name");
        Expect(options.IsServer || parameters.ApplicationProtocol.Protocol.Span.SequenceEqual(options.ExpectAlpn), "unexpected ALPN");
        Expect(options.ExpectSelectedCredential is not { } index || index == (_selectedCredential ?? -1), "unexpected credential");
        Expect(options.ExpectPeerType is not { } type || (type == CertificateType.RawPublicKey) == parameters.PeerUsedRawPublicKey,
            "unexpected certificate type of the peer");
        Expect(options.ExpectPeerKeyHash is not { } hash || SHA256.HashData(parameters.PeerPublicKey.Span).AsSpan().SequenceEqual(hash),
            "unexpected key of the peer");
        if (options.ExpectPeerCertificateFile is { } file)
            Expect(SameChain(PemReader.ReadCertificates(File.ReadAllText(file)), parameters.PeerCertificates), "unexpected chain of the peer");
    }

    /// <summary>Checks that a client got a ticket, exactly if it had to.</summary>
    /// <exception cref="ExpectationException">It did not, or got one that it should not.</exception>
    public void CheckSession()
    {
        bool expected = !options.ExpectNoSession && !options.ShimShutsDown;
        if (!options.IsServer)
            Expect(expected == session.Sessions.Count > _sessionsBefore, expected ? "no session was received" : "a session was received");
    }

    private void SetCommon(HybridTlsOptions common)
    {
        common.HandshakeTimeout = Timeout.InfiniteTimeSpan;
        common.TimeProvider = session.Clock;
        common.AllowTlsResume = !options.IsServer || !options.NoTicket;
        common.PeerValidation = PeerValidation.DangerousCallbackAlone(JudgePeer);
        if (options.AcceptedPeerTypes.Count > 0)
        {
            common.PeerCertificateTypes = options.AcceptedPeerTypes;
            common.AcceptRawPublicKeys = options.AcceptedPeerTypes.Contains(CertificateType.RawPublicKey);
        }

        if (options.MaxCertificateList is { } maximum)
            common.MaxCertificateMessageSize = maximum;
    }

    private void LoadCredentials()
    {
        foreach (CredentialFlags flags in options.NewCredentials)
            _credentials.Add(flags.Load());
        if (options.DefaultCredential is { } credential)
        {
            _defaultIndex = _credentials.Count;
            _credentials.Add(credential.Load());
        }
    }

    private CertificateType[] TypesOfCredentials()
    {
        List<CertificateType> types = [];
        foreach (HybridTlsCredential credential in _credentials)
        {
            CertificateType type = credential.IsRawPublicKey ? CertificateType.RawPublicKey : CertificateType.X509;
            if (!types.Contains(type))
                types.Add(type);
        }

        return [.. types];
    }

    private HybridTlsCredential? SelectCredential(CertificateRequestInfo request)
    {
        if (options.FailCredentialCallback)
            Refuse(":CERT_CB_ERROR:");
        if (options.ExpectClientAuthorities is { } expected && !SameNames(ReadNames(expected), request.CertificateAuthorities))
            _mismatch = "unexpected certificate_authorities";
        if (_credentials.Count == 0)
            return null;
        HybridTlsCredential? suitable = Find(acceptsCertificates: !request.RawPublicKey, acceptsRawKeys: request.RawPublicKey);
        bool accepted = request.SignatureSchemes.Contains((ushort)SignatureScheme.MLDsa65);
        if (suitable is not null && accepted)
            return suitable;

        // BoringSSL gives up where RFC 9846 §4.5.1 would send no certificate.
        Refusal = suitable is null ? ":UNKNOWN_CERTIFICATE_TYPE:" : ":NO_COMMON_SIGNATURE_ALGORITHMS:";
        throw new HybridTlsException(HybridTlsFailure.AlertSent, TlsAlert.HandshakeFailure, "No credential suits the request.");
    }

    private async ValueTask<HybridTlsServerOptions?> SelectOptions(ClientHelloInfo hello, CancellationToken cancellationToken)
    {
        if (options.Async)
            await Task.Yield();
        if (options.FailEarlyCallback)
        {
            Refusal = ":CONNECTION_REJECTED:";
            return null;
        }

        if (options.FailCredentialCallback)
            Refuse(":CERT_CB_ERROR:");
        if (options.ExpectAdvertisedAlpn is { } expected && !SameProtocols(ReadProtocols(expected), hello.ApplicationProtocols))
            _mismatch = "unexpected advertised ALPN";
        HybridTlsServerOptions server = new()
        {
            Credential = Find(hello.AcceptsCertificates, hello.AcceptsRawPublicKeys) ?? (_credentials.Count > 0 ? _credentials[0] : null),
            ClientCertificateMode = options.RequireClientCertificate ? ClientAuthenticationMode.RequireCertificate
                : options.VerifyPeer ? ClientAuthenticationMode.AllowCertificate
                : ClientAuthenticationMode.NoCertificate,
            ApplicationProtocols = options.RejectAlpn ? [new SslApplicationProtocol("\u0000 none"u8.ToArray())]
                : options.SelectAlpn is { Length: > 0 } selected ? [new SslApplicationProtocol(selected)]
                : [],
            CertificateAuthorities = options.ClientAuthorities is { } names ? ReadNames(names) : null,
            CipherSuites = OrderCipherSuites(hello.CipherSuites),
            TicketProtector = session.TicketProtector,
            TicketCount = options.SkipTicket ? 0 : 2,
        };
        SetCommon(server);
        return server;
    }

    /// <summary>The first credential that the peer can take; it counts as selected.</summary>
    private HybridTlsCredential? Find(bool acceptsCertificates, bool acceptsRawKeys)
    {
        for (int i = 0; i < _credentials.Count; i++)
        {
            if (_credentials[i].IsRawPublicKey ? acceptsRawKeys : acceptsCertificates)
            {
                _selectedCredential = i == _defaultIndex ? -1 : i;
                return _credentials[i];
            }
        }

        return null;
    }

    private async ValueTask<PeerVerdict> JudgePeer(PeerValidationContext context, CancellationToken cancellationToken)
    {
        if (options.Async)
            await Task.Yield();
        bool enforced = options.VerifyPeer || options.RequireClientCertificate || context.IsRawPublicKey;
        bool asked = !isResumption || options.ReverifyOnResume || options.ExpectSessionMiss;
        bool refused = (options.VerifyFail && enforced)
            || (options.ExpectPeerKeyHash is { } hash && context.IsRawPublicKey && !context.GetPublicKeyHash().AsSpan().SequenceEqual(hash));
        if (!refused || !asked)
            return PeerVerdict.Accept;
        Refusal = ":CERTIFICATE_VERIFY_FAILED:";
        return PeerVerdict.RefuseWith(
            options.CustomVerifyCallback ? TlsAlert.CertificateUnknown : TlsAlert.HandshakeFailure, "-verify-fail asks for it");
    }

    /// <summary>BoringSSL follows the client's order unless it is told not to.</summary>
    private TlsCipherSuite[] OrderCipherSuites(IReadOnlyList<TlsCipherSuite> offered)
    {
        if (options.ServerPreference)
            return CipherSuites;
        List<TlsCipherSuite> ordered = [];
        foreach (TlsCipherSuite suite in offered)
        {
            if (CipherSuites.Contains(suite))
                ordered.Add(suite);
        }

        return ordered.Count == 0 ? CipherSuites : [.. ordered];
    }

    private void Refuse(string error)
    {
        Refusal = error;
        throw new ShimRefusalException(error);
    }

    private static SslApplicationProtocol[] ReadProtocols(byte[]? wire)
    {
        List<SslApplicationProtocol> protocols = [];
        for (ReadOnlySpan<byte> rest = wire; !rest.IsEmpty; rest = rest[(1 + rest[0])..])
            protocols.Add(new SslApplicationProtocol(rest.Slice(1, rest[0]).ToArray()));
        return [.. protocols];
    }

    private static List<ReadOnlyMemory<byte>> ReadNames(string list)
    {
        List<ReadOnlyMemory<byte>> names = [];
        if (list is "<EMPTY>" or "<NULL>")
            return names;
        foreach (string name in list.Split(','))
            names.Add(Convert.FromHexString(name));
        return names;
    }

    private static bool SameProtocols(SslApplicationProtocol[] expected, IReadOnlyList<SslApplicationProtocol> actual)
    {
        bool same = expected.Length == actual.Count;
        for (int i = 0; same && i < expected.Length; i++)
            same = expected[i] == actual[i];
        return same;
    }

    private static bool SameNames(List<ReadOnlyMemory<byte>> expected, IReadOnlyList<ReadOnlyMemory<byte>> actual)
    {
        bool same = expected.Count == actual.Count;
        for (int i = 0; same && i < expected.Count; i++)
            same = expected[i].Span.SequenceEqual(actual[i].Span);
        return same;
    }

    private static bool SameChain(IEnumerable<byte[]> expected, IReadOnlyList<ReadOnlyMemory<byte>> actual)
    {
        int i = 0;
        foreach (byte[] certificate in expected)
        {
            if (i == actual.Count || !actual[i++].Span.SequenceEqual(certificate))
                return false;
        }

        return i == actual.Count;
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
            throw new ExpectationException(what);
    }
}
