using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Certificates;
using HybridTls.Issuing;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Certificates;

public class IssuingTests
{
    private static readonly FakeTimeProvider Clock = new(TestCertificate.Now);
    private static readonly CertificateProfile Profile = new() { Names = ["example.com", "*.example.org", "192.0.2.7", "2001:db8::1"], TimeProvider = Clock };

    [Fact]
    public void A_self_signed_certificate_is_its_own_anchor()
    {
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile);
        PeerEvaluation evaluation = Judge.Evaluate(PeerValidation.TrustAnchors(certificate), [certificate.RawData]);
        Judge.Accepts(evaluation);
        Assert.Equal(TestKeys.Get("self").ExportMLDsaPublicKey(), evaluation.Key!.Bytes.ToArray());
    }

    [Fact]
    public void A_self_signed_certificate_carries_a_signature_of_its_key()
    {
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile);
        ParsedCertificate parsed = ParsedCertificate.Parse(certificate.RawData);
        Assert.Null(parsed.ForeignSignatureAlgorithm);
        Assert.True(parsed.Key.Verify(parsed.ToBeSigned, parsed.Signature));
    }

    [Fact]
    public void A_chain_of_three_leads_to_the_root()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"), timeProvider: Clock);
        using CertificateAuthority issuing = root.IssueAuthority("CN=Issuing", TestKeys.Get("issuing"), timeProvider: Clock);
        using X509Certificate2 leaf = issuing.Issue(TestKeys.Get("leaf"), Profile);
        PeerValidation validation = PeerValidation.TrustAnchors(root.Certificate);
        foreach (string name in (string[])["example.com", "www.example.org", "192.0.2.7", "2001:db8::1"])
            Judge.Accepts(Judge.Evaluate(validation, [leaf.RawData, issuing.Certificate.RawData], serverName: name));
        Judge.Accepts(Judge.Evaluate(validation, [leaf.RawData, issuing.Certificate.RawData], PeerRole.Client));
        Judge.Refuses(Judge.Evaluate(validation, [leaf.RawData]), TlsAlert.UnknownCa, "CN=Issuing");
    }

    [Fact]
    public void The_BCL_reads_what_was_issued()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"), pathLength: 2, timeProvider: Clock);
        using X509Certificate2 leaf = root.Issue(TestKeys.Get("leaf"), Profile with { Purposes = CertificatePurposes.Server });
        Assert.True(leaf.MatchesHostname("example.com"));
        Assert.True(leaf.MatchesHostname("www.example.org"));
        Assert.True(leaf.MatchesHostname("192.0.2.7"));
        Assert.Equal("CN=example.com", leaf.Subject);
        Assert.Equal("CN=Root", leaf.Issuer);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(["1.3.6.1.5.5.7.3.1"], leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(static oid => oid.Value));
        Assert.Equal(
            root.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray(),
            leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value.ToArray());

        X509BasicConstraintsExtension constraints = root.Certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.True(constraints.Critical && constraints.CertificateAuthority);
        Assert.Equal(2, constraints.PathLengthConstraint);
        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, root.Certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
    }

    [Fact]
    public void Serial_numbers_are_positive_random_and_long()
    {
        using X509Certificate2 first = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile);
        using X509Certificate2 second = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile);
        Assert.Equal(16, first.SerialNumberBytes.Length);
        Assert.InRange(first.SerialNumberBytes.Span[0], 0x40, 0x7F);
        Assert.False(first.SerialNumberBytes.Span.SequenceEqual(second.SerialNumberBytes.Span));
    }

    [Fact]
    public void Validity_begins_before_now_and_ends_with_the_issuers()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"), TimeSpan.FromDays(30), timeProvider: Clock);
        using X509Certificate2 leaf = root.Issue(TestKeys.Get("leaf"), Profile);
        Assert.Equal(TestCertificate.Now.AddMinutes(-5), leaf.NotBefore.ToUniversalTime());
        Assert.Equal(TestCertificate.Now.AddDays(30), leaf.NotAfter.ToUniversalTime());
        using X509Certificate2 shorter = root.Issue(TestKeys.Get("leaf"), Profile with { Lifetime = TimeSpan.FromHours(1), NotBefore = TestCertificate.Now.AddDays(1) });
        Assert.Equal(TestCertificate.Now.AddDays(1), shorter.NotBefore.ToUniversalTime());
        Assert.Equal(TestCertificate.Now.AddDays(1).AddHours(1), shorter.NotAfter.ToUniversalTime());
        Assert.Throws<ArgumentException>(() => root.Issue(TestKeys.Get("leaf"), Profile with { NotBefore = TestCertificate.Now.AddDays(31) }));
        Assert.Throws<ArgumentException>(() => root.Issue(TestKeys.Get("leaf"), Profile with { Lifetime = TimeSpan.Zero }));
        using X509Certificate2 endless = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Lifetime = TimeSpan.MaxValue });
        Assert.Equal(9999, ParsedCertificate.Parse(endless.RawData).NotAfter.Year);
    }

    [Theory]
    [InlineData("exa mple.com")]
    [InlineData("*.192.0.2.7")]
    [InlineData("a.*.example.com")]
    [InlineData("")]
    public void A_name_that_is_none_is_not_issued(string name) =>
        Assert.Throws<ArgumentException>(() => CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Names = [name] }));

    [Fact]
    public void A_profile_without_purpose_or_subject_is_not_issued()
    {
        Assert.Throws<ArgumentException>(() => CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Purposes = CertificatePurposes.None }));
        Assert.Throws<ArgumentException>(() => CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Names = [] }));
        using X509Certificate2 client = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Names = [], Subject = new X500DistinguishedName("CN=worker 7") });
        Assert.Equal("CN=worker 7", client.Subject);
    }

    [Fact]
    public void Names_in_Unicode_are_issued_as_A_labels()
    {
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(TestKeys.Get("self"), Profile with { Names = ["bücher.example"] });
        Assert.Equal(["xn--bcher-kva.example"], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    [Fact]
    public void An_authority_holds_to_its_own_path_length()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"), pathLength: 1, timeProvider: Clock);
        Assert.Throws<InvalidOperationException>(() => root.IssueAuthority("CN=Too deep", TestKeys.Get("ca"), pathLength: 1, timeProvider: Clock));
        using CertificateAuthority issuing = root.IssueAuthority("CN=Issuing", TestKeys.Get("ca"), timeProvider: Clock);
        Assert.Equal(0, issuing.PathLength);
        Assert.Throws<InvalidOperationException>(() => issuing.IssueAuthority("CN=Too deep", TestKeys.Get("b"), timeProvider: Clock));
    }

    [Fact]
    public void An_authority_needs_its_own_key_and_an_authoritys_certificate()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"));
        Assert.Contains("does not belong", Assert.Throws<CryptographicException>(() => new CertificateAuthority(root.Certificate, TestKeys.Get("other"))).Message, StringComparison.Ordinal);
        using X509Certificate2 leaf = root.Issue(TestKeys.Get("leaf"), Profile with { TimeProvider = TimeProvider.System });
        Assert.Contains("no authority's", Assert.Throws<CryptographicException>(() => new CertificateAuthority(leaf, TestKeys.Get("leaf"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_implementation_of_the_BCLs_class_issues_but_only_for_ML_DSA_65()
    {
        using var fake = FakeMLDsa.FromName("elsewhere");
        using X509Certificate2 certificate = CertificateFactory.CreateSelfSigned(fake, Profile);
        Assert.Equal(fake.ExportMLDsaPublicKey(), ParsedCertificate.Parse(certificate.RawData).Key.Bytes.ToArray());
        using var other = FakeMLDsa.FromName("44", MLDsaAlgorithm.MLDsa44);
        Assert.Contains("needs an ML-DSA-65 key", Assert.Throws<CryptographicException>(() => CertificateFactory.CreateSelfSigned(other, Profile)).Message, StringComparison.Ordinal);
        Assert.Throws<CryptographicException>(() => CertificateFactory.CreateSigningRequest(other, Profile));
        Assert.Throws<CryptographicException>(() => CertificateAuthority.CreateRoot("CN=Root", other));
    }

    [Fact]
    public void A_signing_request_is_read_back_and_issued()
    {
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"), timeProvider: Clock);
        byte[] der = CertificateFactory.CreateSigningRequest(TestKeys.Get("leaf"), Profile);
        CertificateSigningRequest request = CertificateSigningRequest.LoadPem("noise\n" + PemEncoding.WriteString("CERTIFICATE REQUEST", der));
        Assert.Equal(Profile.Names, request.Names);
        Assert.Equal("CN=example.com", request.Subject.Name);
        using X509Certificate2 leaf = root.Issue(request, new CertificateProfile { Names = ["other.example"], TimeProvider = Clock });
        Assert.Equal(request.SubjectPublicKeyInfo.ToArray(), leaf.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.False(leaf.MatchesHostname("example.com"));
        Assert.True(leaf.MatchesHostname("other.example"));
    }

    [Fact]
    public void A_changed_or_cut_signing_request_is_refused()
    {
        byte[] der = CertificateFactory.CreateSigningRequest(TestKeys.Get("leaf"), Profile);
        for (int i = 0; i < der.Length; i += i < 120 || i is > 2050 and < 2300 ? 1 : 97)
        {
            byte[] changed = [.. der];
            changed[i] ^= 0x01;
            Assert.Throws<CryptographicException>(() => CertificateSigningRequest.Load(changed));
            byte[] cut = der[..i];
            Assert.Throws<CryptographicException>(() => CertificateSigningRequest.Load(cut));
        }

        Assert.Throws<CryptographicException>(() => CertificateSigningRequest.LoadPem("no PEM"));
        using ECDsa classical = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] other = new CertificateRequest("CN=x", classical, HashAlgorithmName.SHA256).CreateSigningRequest();
        Assert.Contains("not signed with ML-DSA-65", Assert.Throws<CryptographicException>(() => CertificateSigningRequest.Load(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_reads_and_verifies_what_was_issued()
    {
        await using NodePeer node = NodePeer.Start("certificate-peer.js");
        using CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Root", TestKeys.Get("root"));
        using CertificateAuthority issuing = root.IssueAuthority("CN=Issuing", TestKeys.Get("issuing"));
        using X509Certificate2 leaf = issuing.Issue(TestKeys.Get("leaf"), Profile with { TimeProvider = TimeProvider.System });

        JsonElement seen = await Inspect(node, leaf, issuing.Certificate, "www.example.org");
        Assert.True(seen.GetProperty("verified").GetBoolean());
        Assert.True(seen.GetProperty("issued").GetBoolean());
        Assert.True(seen.GetProperty("hostMatches").GetBoolean());
        Assert.False(seen.GetProperty("isAuthority").GetBoolean());
        Assert.Equal("ml-dsa-65", seen.GetProperty("keyType").GetString());
        Assert.Equal(leaf.SerialNumber, seen.GetProperty("serial").GetString());
        Assert.Equal("DNS:example.com, DNS:*.example.org, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1", seen.GetProperty("names").GetString());

        seen = await Inspect(node, issuing.Certificate, root.Certificate);
        Assert.True(seen.GetProperty("verified").GetBoolean() && seen.GetProperty("isAuthority").GetBoolean());
        seen = await Inspect(node, leaf, root.Certificate);
        Assert.False(seen.GetProperty("verified").GetBoolean());
        Assert.False(seen.GetProperty("issued").GetBoolean());
    }

    private static Task<JsonElement> Inspect(NodePeer node, X509Certificate2 certificate, X509Certificate2 issuer, string? host = null) =>
        node.RequestAsync(new JsonObject
        {
            ["op"] = "inspect",
            ["pem"] = certificate.ExportCertificatePem(),
            ["issuerPem"] = issuer.ExportCertificatePem(),
            ["host"] = host,
        });
}
