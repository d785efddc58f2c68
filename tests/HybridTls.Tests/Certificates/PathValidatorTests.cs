using System.Formats.Asn1;
using HybridTls.Certificates;
using static HybridTls.Tests.Certificates.TestExtension;

namespace HybridTls.Tests.Certificates;

public class PathValidatorTests
{
    private static readonly TestCertificate Leaf = new();
    private static readonly byte[] Name = Names("dns:example.com");
    private static readonly DateTimeOffset Now = TestCertificate.Now;

    private static readonly Dictionary<string, PathCase> Cases = new()
    {
        // Anchors and signatures
        ["leaf under the anchor"] = new(Leaf),
        ["leaf and the anchor itself"] = new(Leaf, TestCertificate.Root()),
        ["leaf, authority, anchor"] = new(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root"), TestCertificate.Root()),
        ["authorities in any order, with one that is not needed"] =
            new(Leaf with { Issuer = "a" }, TestCertificate.Authority("b", "root"), TestCertificate.Authority("x", "y"), TestCertificate.Authority("a", "b")),
        ["authority as the anchor"] = new(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root")) { Anchors = [TestCertificate.Authority("ca", "root")] },
        ["self-signed leaf as the anchor"] = new(Leaf with { Issuer = "leaf" }) { Anchors = [Leaf with { Issuer = "leaf" }] },
        ["leaf as the anchor, although its issuer is unknown"] = new(Leaf) { Anchors = [Leaf] },
        ["self-signed leaf that is no anchor"] = new PathCase(Leaf with { Issuer = "leaf" }).Refused(TlsAlert.UnknownCa, "not a trust anchor (anchors: \"CN=root\")"),
        ["unknown issuer"] = new PathCase(Leaf with { Issuer = "stranger" }).Refused(TlsAlert.UnknownCa, "issued by \"CN=stranger\""),
        ["missing intermediate"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Root()).Refused(TlsAlert.UnknownCa, "let the peer send its intermediate"),
        ["issuer of the intermediate is unknown"] =
            new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "stranger")).Refused(TlsAlert.UnknownCa, "issued by \"CN=stranger\""),
        ["anchor of the same name with another key"] = new PathCase(Leaf with { SigningKey = "other" }).Refused(TlsAlert.BadCertificate, "does not verify"),
        ["anchor of the same name with another key identifier"] =
            new PathCase(Leaf with { SigningKey = "other", Extensions = [Name, AuthorityKeyIdentifier("other")] })
            {
                Anchors = [TestCertificate.Authority("root", "root", SubjectKeyIdentifier("root"))],
            }.Refused(TlsAlert.UnknownCa, "the names are equal, the keys are not"),
        ["key identifiers that disagree although the key is right"] = new(Leaf with { Extensions = [Name, AuthorityKeyIdentifier("old")] })
        {
            Anchors = [TestCertificate.Authority("root", "root", SubjectKeyIdentifier("new"))],
        },
        ["two anchors of one name"] = new(Leaf) { Anchors = [TestCertificate.Root() with { Key = "other", SigningKey = "other" }, TestCertificate.Root()] },
        ["broken signature of the leaf"] = new PathCase(Leaf with { BreakSignature = true }).Refused(TlsAlert.BadCertificate, "does not verify"),
        ["broken signature of an authority"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root") with { BreakSignature = true })
            .Refused(TlsAlert.BadCertificate, "\"CN=ca\" carries a signature that does not verify"),
        ["signed with ECDSA"] = new PathCase(Leaf with { InnerAlgorithm = TestCertificate.Algorithm("1.2.840.10045.4.3.2") })
            .Refused(TlsAlert.UnsupportedCertificate, "signed with ECDSA: HybridTls needs ML-DSA-65 signatures"),
        ["names equal but for case, spaces and string type"] = new(Leaf with { RawIssuer = TestCertificate.Name(" ROOT  one ", UniversalTagNumber.PrintableString) })
        {
            Anchors = [TestCertificate.Root() with { RawSubject = TestCertificate.Name("root ONE"), RawIssuer = TestCertificate.Name("root ONE") }],
        },

        // Validity (both ends included)
        ["first second"] = new(Leaf) { Now = Now.AddDays(-1) },
        ["last second"] = new(Leaf) { Now = Now.AddDays(1).AddMilliseconds(999) },
        ["too early"] = new PathCase(Leaf) { Now = Now.AddDays(-1).AddSeconds(-1) }.Refused(TlsAlert.CertificateExpired, "valid only from 2030-06-14 12:00:00Z"),
        ["expired"] = new PathCase(Leaf) { Now = Now.AddDays(1).AddSeconds(1) }.Refused(TlsAlert.CertificateExpired, "expired on 2030-06-16 12:00:00Z, and it is 2030-06-16 12:00:01Z"),
        ["valid until the end of time"] = new(Leaf with { NotAfter = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero) }),
        ["expired authority"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root") with { NotAfter = Now.AddHours(-1) })
            .Refused(TlsAlert.CertificateExpired, "\"CN=ca\" expired"),
        ["expired anchor"] = new PathCase(Leaf) { Anchors = [TestCertificate.Root() with { NotAfter = Now.AddHours(-1) }] }.Refused(TlsAlert.CertificateExpired, "\"CN=root\" expired"),
        ["expired leaf that is the anchor"] = new PathCase(Leaf) { Anchors = [Leaf], Now = Now.AddDays(2) }.Refused(TlsAlert.CertificateExpired, "expired"),

        // basicConstraints and path length
        ["issuer without cA"] = new PathCase(Leaf with { Issuer = "ca" }, new TestCertificate { Subject = "ca" }).Refused(TlsAlert.CertificateUnknown, "\"CN=ca\" is not a CA certificate"),
        ["issuer with cA false"] = new PathCase(Leaf with { Issuer = "ca" }, new TestCertificate { Subject = "ca", Extensions = [Authority(authority: false)] })
            .Refused(TlsAlert.CertificateUnknown, "is not a CA certificate"),
        ["anchor without cA as issuer"] = new PathCase(Leaf) { Anchors = [new TestCertificate { Subject = "root" }] }.Refused(TlsAlert.CertificateUnknown, "is not a CA certificate"),
        ["leaf with cA"] = new(Leaf with { Extensions = [Name, Authority()] }),
        ["path length 0 over the leaf"] = new(Leaf) { Anchors = [TestCertificate.Root() with { Extensions = [Authority(0)] }] },
        ["path length 0 over an authority"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root"))
        {
            Anchors = [TestCertificate.Root() with { Extensions = [Authority(0)] }],
        }.Refused(TlsAlert.CertificateUnknown, "allows 0 CA certificates below it (pathLenConstraint), and the chain has 1"),
        ["path length 1 over an authority"] = new(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root")) { Anchors = [TestCertificate.Root() with { Extensions = [Authority(1)] }] },
        ["path length of an intermediate"] =
            new PathCase(Leaf with { Issuer = "b" }, TestCertificate.Authority("b", "a"), TestCertificate.Authority("a", "root") with { Extensions = [Authority(0)] })
            .Refused(TlsAlert.CertificateUnknown, "\"CN=a\" allows 0"),
        ["a self-issued authority does not count"] =
            new(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "ca") with { SigningKey = "old" }, TestCertificate.Authority("ca", "root") with { Key = "old" })
            {
                Anchors = [TestCertificate.Root() with { Extensions = [Authority(1)] }],
            },

        // keyUsage (RFC 9881 §5)
        ["leaf with digitalSignature"] = new(Leaf with { Extensions = [Name, KeyUsage(0)] }),
        ["leaf with keyCertSign only"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(5)] }).Refused(TlsAlert.UnsupportedCertificate, "lacks digitalSignature"),
        ["leaf with keyEncipherment"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(0, 2)] }).Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["leaf with dataEncipherment"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(0, 3)] }).Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["leaf with keyAgreement"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(0, 4)] }).Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["leaf with encipherOnly"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(0, 7)] }).Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["leaf with decipherOnly"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage(0, 8)] }).Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["leaf with an empty keyUsage"] = new PathCase(Leaf with { Extensions = [Name, KeyUsage()] }).Refused(TlsAlert.BadCertificate, "keyUsage is empty"),
        ["authority without keyCertSign"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root") with { Extensions = [Authority(), KeyUsage(0)] })
            .Refused(TlsAlert.UnsupportedCertificate, "lacks keyCertSign"),
        ["authority with keyAgreement"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root") with { Extensions = [Authority(), KeyUsage(4, 5)] })
            .Refused(TlsAlert.UnsupportedCertificate, "RFC 9881 §5 forbids"),
        ["authority without keyUsage"] = new(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root") with { Extensions = [Authority()] }),

        // extendedKeyUsage
        ["server with serverAuth"] = new(Leaf with { Extensions = [Name, Purposes(ServerAuthentication)] }),
        ["server with any purpose"] = new(Leaf with { Extensions = [Name, Purposes(AnyPurpose)] }),
        ["server with clientAuth only"] = new PathCase(Leaf with { Extensions = [Name, Purposes(ClientAuthentication)] }).Refused(TlsAlert.UnsupportedCertificate, "lacks serverAuth"),
        ["client with clientAuth"] = new(Leaf with { Extensions = [Purposes(ClientAuthentication)] }) { Peer = PeerRole.Client, ServerName = null },
        ["client with both"] = new(Leaf with { Extensions = [Purposes(ServerAuthentication, ClientAuthentication)] }) { Peer = PeerRole.Client, ServerName = null },
        ["client with serverAuth only"] = new PathCase(Leaf with { Extensions = [Purposes(ServerAuthentication)] }) { Peer = PeerRole.Client }
            .Refused(TlsAlert.UnsupportedCertificate, "lacks clientAuth"),
        ["authority for clients only"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root", Purposes(ClientAuthentication)))
            .Refused(TlsAlert.UnsupportedCertificate, "\"CN=ca\" is not for servers"),
        ["no purposes in the list"] = new PathCase(Leaf with { Extensions = [Name, Purposes()] }).Refused(TlsAlert.BadCertificate, "malformed"),

        // Critical extensions
        ["unknown extension"] = new(Leaf with { Extensions = [Name, Raw("1.2.3.4", false, [5, 0])] }),
        ["unknown critical extension of the leaf"] = new PathCase(Leaf with { Extensions = [Name, Raw("1.2.3.4", true, [5, 0])] })
            .Refused(TlsAlert.CertificateUnknown, "critical extension 1.2.3.4"),
        ["unknown critical extension of an authority"] = new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root", Raw("1.2.3.4", true, [5, 0])))
            .Refused(TlsAlert.CertificateUnknown, "critical extension 1.2.3.4"),
        ["unknown critical extension of the anchor"] = new PathCase(Leaf) { Anchors = [TestCertificate.Authority("root", "root", Raw("1.2.3.4", true, [5, 0]))] }
            .Refused(TlsAlert.CertificateUnknown, "critical extension 1.2.3.4"),
        ["critical certificatePolicies"] = new(Leaf with { Extensions = [Name, Raw("2.5.29.32", true, [0x30, 0x08, 0x30, 0x06, 0x06, 0x04, 0x55, 0x1D, 0x20, 0x00])] }),
        ["critical policyConstraints"] = new PathCase(Leaf with { Extensions = [Name, Raw("2.5.29.36", true, [0x30, 0x03, 0x80, 0x01, 0x00])] })
            .Refused(TlsAlert.CertificateUnknown, "critical extension 2.5.29.36"),

        // Length of the chain
        ["eight certificates"] = Chain(7),
        ["nine certificates"] = Chain(8).Refused(TlsAlert.BadCertificate, "sent 9 certificates"),
        ["eight certificates below the anchor"] = Chain(7, last: "above") with { Anchors = [TestCertificate.Root("above")] },
        ["no server name"] = new PathCase(Leaf) { ServerName = null }.Refused(TlsAlert.InternalError, "WithServerName"),
        ["wrong server name"] = new PathCase(Leaf) { ServerName = "example.org" }.Refused(TlsAlert.CertificateUnknown, "not for example.org: it is for example.com"),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    [Clause("HT-CERT-1")]
    [Clause("HT-CERT-2")]
    [Clause("HT-CERT-3")]
    [Clause("HT-CERT-4")]
    [Clause("HT-CERT-6")]
    [Clause("HT-CERT-8")]
    public void A_chain_is_judged_as_RFC_5280_says(string name) => Cases[name].Run();

    [Fact]
    [Clause("HT-CERT-1")]
    public void An_anchor_that_is_presented_costs_no_signature_and_one_level_costs_one()
    {
        ParsedCertificate leaf = ParsedCertificate.Parse(Leaf.Encode());
        Assert.Equal(0, PathValidator.Validate(new TrustAnchorSet([leaf.Der]), [leaf], PeerRole.Server, Now).SignaturesVerified);
        PathResult result = PathValidator.Validate(new TrustAnchorSet([TestCertificate.Root().Encode()]), [leaf], PeerRole.Server, Now);
        Assert.Equal(1, result.SignaturesVerified);
        Assert.Equal(2, result.Path.Count);
    }

    // The leaf, authorities a1, a2 …, and at the end "root", issued by "last".
    private static PathCase Chain(int authorities, string last = "root")
    {
        var chain = new List<TestCertificate> { Leaf with { Issuer = "a1" } };
        for (int i = 1; i < authorities; i++)
            chain.Add(TestCertificate.Authority($"a{i}", i + 1 < authorities ? $"a{i + 1}" : "root"));
        chain.Add(TestCertificate.Authority("root", last));
        return new PathCase([.. chain]);
    }
}
