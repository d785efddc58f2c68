using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using HybridTls.Tests.Handshake;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Resumption;

/// <summary>One client that visits a server again and again: what each visit changes is what the tests are about.</summary>
internal sealed class Visits : IDisposable
{
    private readonly RotatingTicketProtector _protector;
    private readonly CertificateAuthority _authority;
    private readonly MLDsa _serverKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private readonly MLDsa _clientKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    public Visits()
    {
        _protector = new RotatingTicketProtector(TimeSpan.FromDays(7), Clock);
        _authority = CertificateAuthority.CreateRoot("CN=Visits", ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65), timeProvider: Clock);
        Trust = PeerValidation.TrustAnchors(_authority.Certificate);
        ServerCredential = Issue(_serverKey, CertificatePurposes.Server, TimeSpan.FromDays(30), "one.test", "two.test");
        ClientCredential = Issue(_clientKey, CertificatePurposes.Client, TimeSpan.FromDays(3), "client.test");
    }

    public FakeTimeProvider Clock { get; } = new FakeTimeProvider(TestIdentities.Start);

    public ClientSessionCache Cache { get; } = new();

    public PeerValidation Trust { get; }

    public HybridTlsCredential ServerCredential { get; }

    public HybridTlsCredential ClientCredential { get; }

    public HybridTlsCredential RawServer => HybridTlsCredential.FromRawPublicKey(_serverKey, leaveOpen: true);

    public HybridTlsCredential RawClient => HybridTlsCredential.FromRawPublicKey(_clientKey, leaveOpen: true);

    public PeerValidation PinServer => PeerValidation.PinnedPublicKeys(_serverKey);

    public PeerValidation PinClient => PeerValidation.PinnedPublicKeys(_clientKey);

    public HybridTlsCredential Issue(MLDsa key, CertificatePurposes purposes, TimeSpan lifetime, params string[] names) =>
        HybridTlsCredential.Create(
            _authority.Issue(key, new CertificateProfile { Names = names, Purposes = purposes, Lifetime = lifetime, TimeProvider = Clock }), key, leaveOpen: true);

    public HybridTlsServerOptions Server(Action<HybridTlsServerOptions>? change = null)
    {
        HybridTlsServerOptions options = new()
        {
            Credential = ServerCredential,
            PeerValidation = Trust,
            TicketProtector = _protector,
            TicketLifetime = TimeSpan.FromDays(7),
            TimeProvider = Clock,
        };
        change?.Invoke(options);
        return options;
    }

    public HybridTlsClientOptions Client(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { TargetHost = "one.test", PeerValidation = Trust, SessionCache = Cache, TimeProvider = Clock };
        change?.Invoke(options);
        return options;
    }

    /// <summary>A visit with its tickets taken; both sides agree on whether it was a resumption.</summary>
    public MessagePair Visit(
        Action<HybridTlsServerOptions>? server = null, Action<HybridTlsClientOptions>? client = null, bool retry = false, Func<PeerRole, byte[], byte[]>? intercept = null)
    {
        MessagePair pair = new(Server(server), Client(client), retry);
        if (intercept is not null)
            pair.Intercept = intercept;
        pair.Run();
        pair.Drain();
        Assert.Equal(pair.Server.Parameters!.IsResumed, pair.Client.Parameters!.IsResumed);
        Assert.Equal(Export(pair.Server), Export(pair.Client));
        return pair;
    }

    /// <summary>Visits, and says what the server agreed on.</summary>
    public NegotiatedParameters VisitServer(Action<HybridTlsServerOptions>? server = null, Action<HybridTlsClientOptions>? client = null, bool retry = false)
    {
        using MessagePair pair = Visit(server, client, retry);
        return pair.Server.Parameters!;
    }

    public void Dispose()
    {
        Cache.Dispose();
        _protector.Dispose();
        _serverKey.Dispose();
        _clientKey.Dispose();
    }

    private static byte[] Export(HybridTls.Handshake.HandshakeMachine machine)
    {
        byte[] output = new byte[32];
        machine.Established.Secrets.Export("EXPORTER-test", default, output);
        return output;
    }
}
