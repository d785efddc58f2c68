using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace HybridTls.Load.Tests;

/// <summary>A server "localhost" under a root, and the options of both sides.</summary>
internal static class Identities
{
    private static readonly MLDsa ServerKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    private static readonly CertificateAuthority Authority =
        CertificateAuthority.CreateRoot("CN=HybridTls load test root", ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65));

    public static HybridTlsCredential Server { get; } = CreateServer();

    /// <summary>No deadline: how long a handshake takes is not what a loaded machine can tell.</summary>
    public static HybridTlsServerOptions ServerOptions { get; } = new() { Credential = Server, HandshakeTimeout = TimeSpan.FromMinutes(1) };

    /// <summary>Full handshakes only: a session that one test leaves behind would change what another one sends and measures.</summary>
    public static HybridTlsClientOptions ClientOptions { get; } = new()
    {
        AllowTlsResume = false,
        ServerName = "localhost",
        PeerValidation = PeerValidation.TrustAnchors(Authority.Certificate),
        HandshakeTimeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>The same, resuming: for the test that counts what sessions leave behind.</summary>
    public static HybridTlsClientOptions ResumingClientOptions { get; } = new()
    {
        ServerName = "localhost",
        PeerValidation = PeerValidation.TrustAnchors(Authority.Certificate),
        HandshakeTimeout = TimeSpan.FromMinutes(1),
    };

    private static HybridTlsCredential CreateServer()
    {
        using X509Certificate2 certificate = Authority.Issue(ServerKey, new CertificateProfile { Names = ["localhost"] });
        return HybridTlsCredential.Create(certificate, ServerKey, leaveOpen: true);
    }
}
