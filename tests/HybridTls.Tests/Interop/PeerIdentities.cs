using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using HybridTls.Issuing;
using HybridTls.Tests.Certificates;

namespace HybridTls.Tests.Interop;

/// <summary>The identities of the tests with Node. Made once.</summary>
internal static class PeerIdentities
{
    private static readonly CertificateAuthority Root = CertificateAuthority.CreateRoot("CN=interop root", TestKeys.Get("interop root"));
    private static readonly CertificateAuthority Intermediate = Root.IssueAuthority("CN=interop intermediate", TestKeys.Get("interop intermediate"));
    private static readonly CertificateAuthority Stranger = CertificateAuthority.CreateRoot("CN=stranger", TestKeys.Get("stranger"));

    public static string RootPem { get; } = Root.Certificate.ExportCertificatePem();

    public static string StrangerPem { get; } = Stranger.Certificate.ExportCertificatePem();

    public static PeerValidation TrustRoot { get; } = PeerValidation.TrustAnchors(Root.Certificate);

    public static PeerValidation TrustStranger { get; } = PeerValidation.TrustAnchors(Stranger.Certificate);

    public static PeerIdentity SelfSigned { get; } = new(
        CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile("localhost")).ExportCertificatePem(), PemOf(TestKeys.Get("self")));

    public static PeerIdentity Leaf { get; } = Issue(Root, "leaf", Profile("localhost"));

    public static PeerIdentity Deep { get; } = Issue(Intermediate, "deep", Profile("localhost"), Intermediate.Certificate.ExportCertificatePem());

    public static PeerIdentity OtherName { get; } = Issue(Root, "other name", Profile("other.example"));

    public static PeerIdentity Expired { get; } = Issue(Root, "expired",
        Profile("localhost") with { NotBefore = DateTimeOffset.UtcNow.AddDays(-30), Lifetime = TimeSpan.FromDays(10) });

    public static PeerIdentity Client { get; } = Issue(Root, "client", new CertificateProfile
    {
        Subject = new X500DistinguishedName("CN=interop client"),
        Purposes = CertificatePurposes.Client,
    });

    public static PeerIdentity StrangersClient { get; } = Issue(Stranger, "stranger's client", new CertificateProfile
    {
        Subject = new X500DistinguishedName("CN=stranger's client"),
        Purposes = CertificatePurposes.Client,
    });

    /// <summary>Names that repeat themselves: OpenSSL sends a compressed certificate only if that is shorter, and keys and signatures do not shrink.</summary>
    public static PeerIdentity Compressible { get; } = Issue(Root, "compressible", new CertificateProfile
    {
        Names = ["localhost", .. Enumerable.Range(100, 40).Select(static i => $"one-of-many-names-{i}.department.example")],
    });

    /// <summary>An ECDSA certificate: what a classical server has.</summary>
    public static PeerIdentity Classical { get; } = CreateClassical();

    /// <summary>Options of Node for a server with <paramref name="identity"/>, or a client that presents it.</summary>
    public static JsonObject NodeOptions(PeerIdentity? identity = null, params (string Name, JsonNode? Value)[] more)
    {
        JsonObject options = [];
        if (identity is not null)
        {
            options["cert"] = identity.CertificatePem;
            options["key"] = identity.KeyPem;
        }

        foreach ((string name, JsonNode? value) in more)
            options[name] = value;
        return options;
    }

    private static CertificateProfile Profile(string name) => new() { Names = [name], Purposes = CertificatePurposes.Server };

    private static PeerIdentity Issue(CertificateAuthority authority, string keyName, CertificateProfile profile, string above = "")
    {
        MLDsa key = TestKeys.Get(keyName);
        return new PeerIdentity(authority.Issue(key, profile).ExportCertificatePem() + "\n" + above, PemOf(key));
    }

    private static string PemOf(MLDsa key) => key.ExportPkcs8PrivateKeyPem();

    private static PeerIdentity CreateClassical()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new PeerIdentity(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
