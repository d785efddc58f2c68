using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;

namespace HybridTls.AspNetCore.Tests;

/// <summary>A root, a server "localhost", a client; made once.</summary>
internal static class TestIdentities
{
    private static readonly MLDsa RootKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private static readonly MLDsa ServerKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private static readonly MLDsa ClientKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    public static CertificateAuthority Authority { get; } = CertificateAuthority.CreateRoot("CN=HybridTls test root", RootKey);

    public static HybridTlsCredential Server { get; } = Issue(ServerKey, "CN=server", CertificatePurposes.Server, "localhost", "127.0.0.1");

    public static HybridTlsCredential Client { get; } = Issue(ClientKey, "CN=client", CertificatePurposes.Client);

    public static HybridTlsCredential RawClient { get; } = HybridTlsCredential.FromRawPublicKey(ClientKey, leaveOpen: true);

    public static PeerValidation TrustRoot { get; } = PeerValidation.TrustAnchors(Authority.Certificate);

    public static PeerValidation PinClient { get; } = PeerValidation.PinnedPublicKeys(ClientKey);

    public static HybridTlsClientOptions ClientOptions(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { PeerValidation = TrustRoot };
        change?.Invoke(options);
        return options;
    }

    /// <summary>The PEM texts of a new chain and its key.</summary>
    public static (string Certificate, string Key) NewPem(string subject, CertificatePurposes purposes = CertificatePurposes.Server)
    {
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = Authority.Issue(key, Profile(subject, purposes, "localhost", "127.0.0.1"));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static HybridTlsCredential Issue(MLDsa key, string subject, CertificatePurposes purposes, params string[] names)
    {
        using X509Certificate2 certificate = Authority.Issue(key, Profile(subject, purposes, names));
        return HybridTlsCredential.Create(certificate, key, leaveOpen: true);
    }

    private static CertificateProfile Profile(string subject, CertificatePurposes purposes, params string[] names) =>
        new() { Subject = new X500DistinguishedName(subject), Names = names, Purposes = purposes };
}
