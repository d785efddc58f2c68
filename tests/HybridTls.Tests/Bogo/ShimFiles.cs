using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using HybridTls.Tests.Certificates;

namespace HybridTls.Tests.Bogo;

/// <summary>Keys and certificates in the forms in which BoringSSL's runner hands them to the shim.</summary>
internal static class ShimFiles
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("hybridtls-bogo").FullName;
    private static readonly MLDsa RootKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private static readonly MLDsa LeafKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    /// <summary>The authority of the certificates.</summary>
    public static CertificateAuthority Authority { get; } = CertificateAuthority.CreateRoot("CN=Bogo root", RootKey);

    /// <summary>The credential of the shim and, in most exchanges, of its peer.</summary>
    public static HybridTlsCredential Credential { get; } = Issue(LeafKey);

    /// <summary>Its raw public key.</summary>
    public static HybridTlsCredential RawCredential { get; } = HybridTlsCredential.FromRawPublicKey(LeafKey, leaveOpen: true);

    /// <summary>The PEM file of the chain.</summary>
    public static string CertificateFile { get; } = Write("cert.pem", PemEncoding.WriteString("CERTIFICATE", Credential.Certificates[0].Span));

    /// <summary>The PEM file of the key: PKCS#8 with the seed alone (RFC 9881), 54 bytes of DER.</summary>
    public static string KeyFile { get; } = Write("key.pem", PemEncoding.WriteString("PRIVATE KEY", EncodeSeed(LeafKey)));

    /// <summary>The PEM file of a key that is not ML-DSA-65.</summary>
    public static string ForeignKeyFile { get; } = Write("ecdsa.pem", CreateEcdsaKey());

    /// <summary>The flags of a credential such as the runner makes them: no subject, a name that is not critical, no key usage.</summary>
    public static string[] RunnerCredentialFlags { get; } =
    [
        "-cert-file", Write("runner-cert.pem", PemEncoding.WriteString("CERTIFICATE", RunnerCertificate())),
        "-key-file", Write("runner-key.pem", PemEncoding.WriteString("PRIVATE KEY", EncodeSeed(TestKeys.Get("runner leaf")))),
    ];

    /// <summary>The same, for our side.</summary>
    public static HybridTlsCredential RunnerCredential { get; } = HybridTlsCredential.FromPemFiles(RunnerCredentialFlags[1], RunnerCredentialFlags[3]);

    /// <summary>The flags of the default credential.</summary>
    public static string[] CredentialFlags => ["-cert-file", CertificateFile, "-key-file", KeyFile];

    private static HybridTlsCredential Issue(MLDsa key) => HybridTlsCredential.Create(
        Authority.Issue(key, new CertificateProfile { Subject = new X500DistinguishedName("CN=test"), Names = ["test"], Purposes = CertificatePurposes.Server | CertificatePurposes.Client }),
        key,
        leaveOpen: true);

    private static byte[] RunnerCertificate() => new TestCertificate
    {
        RawSubject = [0x30, 0x00],
        Key = "runner leaf",
        Issuer = "runner root",
        NotBefore = DateTimeOffset.UtcNow.AddHours(-1),
        NotAfter = DateTimeOffset.UtcNow.AddHours(1),
        Extensions = [TestExtension.Names("dns:test")],
    }.Encode();

    private static byte[] EncodeSeed(MLDsa key) =>
    [
        0x30, 0x34, 0x02, 0x01, 0x00, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12,
        0x04, 0x22, 0x80, 0x20, .. key.ExportMLDsaPrivateSeed(),
    ];

    private static string CreateEcdsaKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static string Write(string name, string content)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
