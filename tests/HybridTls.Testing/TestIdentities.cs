using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace HybridTls.Tests;

/// <summary>A root, leaves for the server "localhost" and for a client, and options that fit them. Made once: key generation is not what is tested.</summary>
internal static class TestIdentities
{
    private static readonly MLDsa RootKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private static readonly MLDsa ServerKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private static readonly MLDsa ClientKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    // Keys and signatures do not compress; names that are alike do, so that compression is worth its while.
    private static readonly string[] ManyNames = [.. Enumerable.Range(0, 20).Select(static i => $"a-long-name-in-many-certificates-{i}.test")];

    /// <summary>Where clocks that tests move begin: the certificates are valid then.</summary>
    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    public static CertificateAuthority Authority { get; } = CertificateAuthority.CreateRoot("CN=HybridTls test root", RootKey);

    public static HybridTlsCredential Server { get; } = Issue(ServerKey, "CN=server", CertificatePurposes.Server, ["localhost", "127.0.0.1", .. ManyNames]);

    public static HybridTlsCredential Client { get; } = Issue(ClientKey, "CN=client", CertificatePurposes.Client, ManyNames);

    /// <summary>As <see cref="Server"/>, with a signer that the handshake has to wait for.</summary>
    public static HybridTlsCredential RemoteServer { get; } = Remote(Server, ServerKey);

    /// <summary>As <see cref="Client"/>, with a signer that the handshake has to wait for.</summary>
    public static HybridTlsCredential RemoteClient { get; } = Remote(Client, ClientKey);

    public static HybridTlsCredential RawServer { get; } = HybridTlsCredential.FromRawPublicKey(ServerKey, leaveOpen: true);

    public static HybridTlsCredential RawClient { get; } = HybridTlsCredential.FromRawPublicKey(ClientKey, leaveOpen: true);

    public static PeerValidation TrustRoot { get; } = PeerValidation.TrustAnchors(Authority.Certificate);

    public static PeerValidation PinServer { get; } = PeerValidation.PinnedPublicKeys(ServerKey);

    public static PeerValidation PinClient { get; } = PeerValidation.PinnedPublicKeys(ClientKey);

    public static HybridTlsServerOptions ServerOptions(Action<HybridTlsServerOptions>? change = null)
    {
        HybridTlsServerOptions options = new() { Credential = Server, PeerValidation = TrustRoot };
        change?.Invoke(options);
        return options;
    }

    public static HybridTlsClientOptions ClientOptions(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { TargetHost = "localhost", PeerValidation = TrustRoot };
        change?.Invoke(options);
        return options;
    }

    /// <summary>As <see cref="ClientOptions"/>, without a server name: the URI, the address or the test says it.</summary>
    public static HybridTlsClientOptions UnnamedClientOptions(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { PeerValidation = TrustRoot };
        change?.Invoke(options);
        return options;
    }

    /// <summary>As <see cref="Server"/>, with a signer that first does something else.</summary>
    public static HybridTlsCredential SlowServer(Func<CancellationToken, Task> before)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Server.Certificates[0].Span);
        return HybridTlsCredential.CreateRemote([certificate], async (content, cancellationToken) =>
        {
            await before(cancellationToken);
            return ServerKey.SignData(content.ToArray());
        });
    }

    /// <summary>The PEM texts of a new chain and its key.</summary>
    public static (string Certificate, string Key) NewPem(
        string subject, CertificatePurposes purposes = CertificatePurposes.Server, string[]? names = null)
    {
        using MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = Authority.Issue(key, Profile(subject, purposes, names ?? ["localhost", "127.0.0.1"]));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Trusts the root, and asks a callback that accepts: the handshake has to wait for it.</summary>
    public static PeerValidation AskCallback { get; } = TrustRoot.WithCallback(static (_, _) => ValueTask.FromResult(PeerVerdict.Accept));

    private static HybridTlsCredential Remote(HybridTlsCredential credential, MLDsa key)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(credential.Certificates[0].Span);
        return HybridTlsCredential.CreateRemote([certificate], (content, _) => ValueTask.FromResult(key.SignData(content.ToArray())));
    }

    private static HybridTlsCredential Issue(MLDsa key, string subject, CertificatePurposes purposes, params string[] names)
    {
        using X509Certificate2 certificate = Authority.Issue(key, Profile(subject, purposes, names));
        return HybridTlsCredential.Create(certificate, key, leaveOpen: true);
    }

    private static CertificateProfile Profile(string subject, CertificatePurposes purposes, params string[] names) =>
        new() { Subject = new X500DistinguishedName(subject), Names = names, Purposes = purposes };

    /// <summary>A self-signed RSA certificate.</summary>
    public static string RsaPem()
    {
        using RSA rsa = RSA.Create(2048);
        System.Security.Cryptography.X509Certificates.CertificateRequest request =
            new("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.ExportCertificatePem();
    }
}
