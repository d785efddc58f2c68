using HybridTls.Certificates;

namespace HybridTls.Tests.Certificates;

public class PathSearchTests
{
    private static readonly TestCertificate Leaf = new() { Issuer = "a" };

    [Fact]
    [Clause("HT-CERT-1")]
    public void Of_two_cross_signed_certificates_the_one_that_leads_to_the_anchor_is_taken()
    {
        new PathCase(Leaf, TestCertificate.Authority("a", "unknown root"), TestCertificate.Authority("a", "root")).Run();
        new PathCase(Leaf, TestCertificate.Authority("a", "root"), TestCertificate.Authority("a", "unknown root")).Run();
    }

    [Fact]
    public void An_expired_cross_signature_does_not_hide_the_valid_one()
    {
        TestCertificate expired = TestCertificate.Authority("a", "root") with { NotAfter = TestCertificate.Now.AddHours(-1) };
        new PathCase(Leaf, expired, TestCertificate.Authority("a", "root")).Run();
        new PathCase(Leaf, expired).Refused(TlsAlert.CertificateExpired, "\"CN=a\" expired").Run();
    }

    [Fact]
    public void A_path_that_breaks_a_constraint_further_up_is_left_for_another()
    {
        // a → b → root is too long for b's issuer; a → c → root is not.
        TestCertificate narrow = TestCertificate.Authority("b", "root") with { Extensions = [TestExtension.Authority(0)] };
        new PathCase(Leaf, TestCertificate.Authority("a", "b"), narrow, TestCertificate.Authority("a", "c"), TestCertificate.Authority("c", "root")).Run();
    }

    [Fact]
    [Clause("HT-CERT-9")]
    public void Authorities_that_sign_each_other_end_the_search()
    {
        new PathCase(Leaf, TestCertificate.Authority("a", "b"), TestCertificate.Authority("b", "a"))
            .Refused(TlsAlert.UnknownCa, "is not a trust anchor").Run();
        new PathCase(Leaf, TestCertificate.Authority("a", "a")).Refused(TlsAlert.UnknownCa, "is not a trust anchor").Run();
        new PathCase(Leaf, TestCertificate.Authority("a", "b"), TestCertificate.Authority("b", "a"), TestCertificate.Authority("b", "root")).Run();
    }

    [Fact]
    public void The_same_certificate_many_times_is_tried_without_end_neither()
    {
        TestCertificate same = TestCertificate.Authority("a", "unknown");
        new PathCase(Leaf, same, same, same, same, same, same, same).Refused(TlsAlert.UnknownCa, "issued by \"CN=unknown\"").Run();
    }

    [Fact]
    [Clause("HT-CERT-9")]
    public void A_mesh_in_which_all_sign_all_costs_a_bounded_number_of_signatures()
    {
        // All certificates carry one name: each could have issued each, and every signature is good or bad only when tried.
        var mesh = new List<TestCertificate> { new() { Issuer = "same" } };
        for (int i = 0; i < 7; i++)
            mesh.Add(TestCertificate.Authority("same", "same") with { Key = $"key{i}", SigningKey = $"key{(i + 1) % 7}" });
        ParsedCertificate[] presented = [.. mesh.Select(static certificate => ParsedCertificate.Parse(certificate.Encode()))];
        PathResult result = PathValidator.Validate(new TrustAnchorSet([TestCertificate.Root().Encode()]), presented, PeerRole.Server, TestCertificate.Now);
        Assert.NotNull(result.Failure);
        Assert.InRange(result.SignaturesVerified, 1, PathValidator.MaxSignatures);

        // With good signatures all over, the search goes deep, and gives up by its bound.
        mesh[0] = mesh[0] with { SigningKey = "key0" };
        presented = [.. mesh.Select(static certificate => ParsedCertificate.Parse(certificate.Encode()))];
        result = PathValidator.Validate(new TrustAnchorSet([TestCertificate.Root("same").Encode()]), presented, PeerRole.Server, TestCertificate.Now);
        Assert.NotNull(result.Failure);
        Assert.Equal(PathValidator.MaxSignatures, result.SignaturesVerified);
        Assert.Contains("within 16 signatures", result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_anchor_behind_a_mesh_that_fits_the_bound_is_found()
    {
        new PathCase(
            Leaf,
            TestCertificate.Authority("a", "b"), TestCertificate.Authority("b", "a"),
            TestCertificate.Authority("a", "c"), TestCertificate.Authority("c", "a"),
            TestCertificate.Authority("b", "c"), TestCertificate.Authority("c", "root")).Run();
    }

    [Fact]
    public void A_presented_certificate_with_a_foreign_key_is_passed_over()
    {
        byte[] ecKey = Convert.FromHexString(
            "3059301306072A8648CE3D020106082A8648CE3D030107034200046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");
        TestCertificate foreign = TestCertificate.Authority("a", "root") with { RawPublicKeyInfo = ecKey };
        new PathCase(Leaf, foreign, TestCertificate.Authority("a", "root")).Run();
        new PathCase(Leaf, foreign).Refused(TlsAlert.UnsupportedCertificate, "an elliptic curve (ECDSA): HybridTls needs an ML-DSA-65 key").Run();
        new PathCase(Leaf with { RawPublicKeyInfo = ecKey }).Refused(TlsAlert.UnsupportedCertificate, "HybridTls needs an ML-DSA-65 key").Run();
    }

    [Fact]
    [Clause("HT-CERT-9")]
    public void Names_of_hostile_length_cost_little()
    {
        // Every comparison of names goes to its last byte, in all pairs.
        byte[] long1 = TestCertificate.Name(new string('a', 3500) + "1");
        byte[] long2 = TestCertificate.Name(new string('A', 3500) + "1");
        TestCertificate[] chain =
        [
            Leaf with { RawIssuer = long1 },
            .. Enumerable.Range(0, 7).Select(i => TestCertificate.Authority("x", "x") with { RawSubject = i % 2 == 0 ? long1 : long2, RawIssuer = i % 2 == 0 ? long2 : long1, Key = $"key{i}", SigningKey = "none" }),
        ];
        new PathCase(chain).Refused(TlsAlert.BadCertificate, "does not verify").Run();
        new PathCase(Leaf with { RawIssuer = TestCertificate.Name(new string('a', 5000)) }).Refused(TlsAlert.BadCertificate, "longer than 4096 bytes").Run();
    }
}
