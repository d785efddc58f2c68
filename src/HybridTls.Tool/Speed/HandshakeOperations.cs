using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace HybridTls.Tool.Speed;

/// <summary>Handshakes in memory: no socket, no thread change, both sides on one core.</summary>
internal static class HandshakeOperations
{
    /// <summary>Full handshakes without tickets, and resumptions without and with the ticket for the next one.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("handshake.full", () => PrepareRuns(SelfSigned)),
        Operation.SelfTimed("handshake.full.server", () => TimeSide(SelfSigned, handshake => handshake.ServerTicks)),
        Operation.SelfTimed("handshake.full.client", () => TimeSide(SelfSigned, handshake => handshake.ClientTicks)),
        new("handshake.chain2", PrepareUnknownChain),
        new("handshake.chain2.known", () => PrepareRuns(Chain)),
        new("handshake.mutual", () => PrepareRuns(Mutual)),
        new("handshake.resumed", () => PrepareResumption(newTickets: false)),
        new("handshake.resumed+ticket", () => PrepareResumption(newTickets: true)),
    ];

    /// <summary>One full handshake, then resumptions: all with its ticket, or each with the ticket of the one before.</summary>
    private static Action PrepareResumption(bool newTickets)
    {
        (HybridTlsServerOptions server, HybridTlsClientOptions client) = SelfSigned();
        server.AllowTlsResume = client.AllowTlsResume = true;
        server.TicketProtector = new RotatingTicketProtector();
        client.SessionCache = new ClientSessionCache(singleUse: newTickets);
        MemoryHandshake handshake = new(server, client) { TakesTickets = true };
        handshake.Run();
        server.TicketCount = newTickets ? 1 : 0;
        return () =>
        {
            if (!handshake.Run().IsResumed)
                throw new InvalidOperationException("The session was not resumed.");
        };
    }

    private static Action PrepareRuns(Func<(HybridTlsServerOptions Server, HybridTlsClientOptions Client)> options)
    {
        MemoryHandshake handshake = Prepare(options);
        return () => handshake.Run();
    }

    private static MemoryHandshake Prepare(Func<(HybridTlsServerOptions Server, HybridTlsClientOptions Client)> options)
    {
        (HybridTlsServerOptions server, HybridTlsClientOptions client) = options();
        return new MemoryHandshake(server, client);
    }

    private static Func<long> TimeSide(
        Func<(HybridTlsServerOptions Server, HybridTlsClientOptions Client)> options, Func<MemoryHandshake, long> side)
    {
        MemoryHandshake handshake = Prepare(options);
        return () =>
        {
            handshake.Run();
            return side(handshake);
        };
    }

    /// <summary>The client never saw the server's chain: leaf and intermediate are parsed and verified each time.</summary>
    private static Action PrepareUnknownChain()
    {
        (HybridTlsServerOptions server, HybridTlsClientOptions client) = Chain();
        X509Certificate2 root = Root.Certificate;
        return () =>
        {
            client.PeerValidation = PeerValidation.TrustAnchors(root);
            new MemoryHandshake(server, client).Run();
        };
    }

    private static CertificateAuthority Root { get; } =
        CertificateAuthority.CreateRoot("CN=benchmark root", ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65));

    private static (HybridTlsServerOptions Server, HybridTlsClientOptions Client) SelfSigned()
    {
        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, ServerProfile);
        return (
            new HybridTlsServerOptions { Credential = HybridTlsCredential.Create(certificate, key), AllowTlsResume = false },
            new HybridTlsClientOptions { TargetHost = "localhost", PeerValidation = PeerValidation.TrustAnchors(certificate), AllowTlsResume = false });
    }

    private static (HybridTlsServerOptions Server, HybridTlsClientOptions Client) Chain()
    {
        CertificateAuthority issuing = Root.IssueAuthority("CN=benchmark issuing", ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65));
        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        return (
            new HybridTlsServerOptions { Credential = HybridTlsCredential.Create([issuing.Issue(key, ServerProfile), issuing.Certificate], key), AllowTlsResume = false },
            new HybridTlsClientOptions { TargetHost = "localhost", PeerValidation = PeerValidation.TrustAnchors(Root.Certificate), AllowTlsResume = false });
    }

    private static (HybridTlsServerOptions Server, HybridTlsClientOptions Client) Mutual()
    {
        (HybridTlsServerOptions server, HybridTlsClientOptions client) = SelfSigned();
        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(key, new CertificateProfile { Names = ["client"] });
        client.Credential = HybridTlsCredential.Create(certificate, key);
        server.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
        server.PeerValidation = PeerValidation.TrustAnchors(certificate);
        return (server, client);
    }

    private static CertificateProfile ServerProfile { get; } = new() { Names = ["localhost"] };
}
