using HybridTls.Certificates;
using static HybridTls.Tests.Certificates.TestExtension;

namespace HybridTls.Tests.Certificates;

public class NameConstraintsTests
{
    private static readonly TestCertificate Leaf = new();

    /// <summary>Name of the leaf; permitted; excluded; whether it is accepted.</summary>
    public static TheoryData<string, string, string, bool> Rules => new()
    {
        { "dns:www.example.com", "dns:example.com", "", true },
        { "dns:example.com", "dns:example.com", "", true },
        { "dns:WWW.Example.COM", "dns:eXample.com", "", true },
        { "dns:badexample.com", "dns:example.com", "", false },
        { "dns:example.org", "dns:example.com", "", false },
        { "dns:com", "dns:example.com", "", false },
        { "dns:www.example.com", "dns:.example.com", "", true },
        { "dns:example.com", "dns:.example.com", "", false },
        { "dns:example.org", "dns:example.com dns:example.org", "", true },
        { "dns:www.example.com", "", "dns:example.com", false },
        { "dns:www.example.com", "dns:example.com", "dns:www.example.com", false },
        { "dns:api.example.com", "dns:example.com", "dns:www.example.com", true },
        { "dns:*.example.com", "dns:example.com", "", true },
        { "dns:*.example.com", "dns:example.com", "dns:www.example.com", false },
        { "dns:*.example.com", "dns:www.example.com", "", false },
        { "dns:*.example.com", "dns:example.com", "dns:a.b.example.com", true },
        { "dns:anything.test", "", "dns:", false },
        { "dns:anything.test", "dns:", "", true },
        { "ip:192.0.2.7", "ip:192.0.2.0/255.255.255.0", "", true },
        { "ip:192.0.3.7", "ip:192.0.2.0/255.255.255.0", "", false },
        { "ip:192.0.2.7", "", "ip:192.0.2.0/255.255.255.248", false },
        { "ip:192.0.2.8", "", "ip:192.0.2.0/255.255.255.248", true },
        { "ip:2001:db8::7", "ip:2001:db8::/ffff:ffff::", "", true },
        { "ip:2001:db9::7", "ip:2001:db8::/ffff:ffff::", "", false },
        { "ip:2001:db8::7", "ip:192.0.2.0/255.255.255.0", "", false },
        { "ip:192.0.2.7", "dns:example.com", "", true },
        { "dir:leaf", "dir:leaf", "", true },
        { "dir:LEAF", "dir:leaf", "", true },
        { "dir:other", "dir:leaf", "", false },
        { "dir:other", "", "dir:other", false },
        { "dns:example.com", "mail:example.com", "", true },
        { "mail:a@example.com", "mail:example.com", "", false },
        { "mail:a@example.com", "", "mail:example.org", false },
        { "uri:https://example.com/", "uri:example.com", "", false },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    [Clause("HT-CERT-7")]
    public void Names_of_the_leaf_are_held_to_the_constraints_of_its_authority(string name, string permitted, string excluded, bool accepted)
    {
        var test = new PathCase(Leaf with { Extensions = [Names(name)] })
        {
            Anchors = [TestCertificate.Authority("root", "root", NameConstraints(Split(permitted), Split(excluded)))],
            Peer = PeerRole.Client,
        };
        (accepted ? test : test.Refused(TlsAlert.CertificateUnknown, "breaks the name constraints of \"CN=root\"")).Run();
    }

    [Fact]
    public void The_subject_is_a_directory_name_too()
    {
        var anchors = new[] { TestCertificate.Authority("root", "root", NameConstraints(["dir:other"], [])) };
        new PathCase(Leaf) { Anchors = anchors }.Refused(TlsAlert.CertificateUnknown, "the DirectoryName \"CN=leaf\" is not among the permitted ones").Run();
        new PathCase(Leaf with { RawSubject = [0x30, 0x00] }) { Anchors = anchors }.Run();
    }

    [Fact]
    [Clause("HT-CERT-7")]
    public void Constraints_of_an_intermediate_hold_for_what_is_below_it_only()
    {
        byte[] only = NameConstraints(["dir:ca", "dir:leaf"], []);
        new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "b"), TestCertificate.Authority("b", "root", only)).Run();
        new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "b"), TestCertificate.Authority("b", "root", NameConstraints(["dir:leaf"], [])))
            .Refused(TlsAlert.CertificateUnknown, "\"CN=ca\" breaks the name constraints of \"CN=b\"").Run();
    }

    [Fact]
    public void A_self_issued_authority_is_exempt_but_a_self_issued_leaf_is_not()
    {
        byte[] excluded = NameConstraints([], ["dir:ca"]);
        var anchors = new[] { TestCertificate.Authority("ca", "ca", excluded) with { Key = "old", SigningKey = "old" } };
        new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "ca") with { SigningKey = "old" }) { Anchors = anchors }.Run();
        new PathCase(Leaf with { Subject = "ca", Issuer = "ca", SigningKey = "old" }) { Anchors = anchors }
            .Refused(TlsAlert.CertificateUnknown, "is excluded").Run();
    }

    [Fact]
    public void A_form_that_is_not_understood_is_passed_over_unless_critical()
    {
        TestCertificate leaf = Leaf with { Extensions = [Names("dns:example.com", "mail:a@example.com")] };
        new PathCase(leaf) { Anchors = [TestCertificate.Authority("root", "root", NameConstraints(["mail:example.org"], [], critical: false))] }.Run();
        new PathCase(leaf) { Anchors = [TestCertificate.Authority("root", "root", NameConstraints(["mail:example.org"], []))] }
            .Refused(TlsAlert.CertificateUnknown, "Rfc822Name names, which is not supported").Run();
    }

    [Fact]
    [Clause("HT-CERT-9")]
    public void Many_names_under_many_constraints_are_given_up()
    {
        byte[] names = Names([.. Enumerable.Range(0, 200).Select(static i => $"dns:n{i}.example.com"), "dns:example.com"]);
        byte[] constraints = NameConstraints([], [.. Enumerable.Range(0, 200).Select(static i => $"dns:m{i}.example.com")]);
        new PathCase(Leaf with { Extensions = [names] }) { Anchors = [TestCertificate.Authority("root", "root", constraints)] }
            .Refused(TlsAlert.CertificateUnknown, "within 16 signatures").Run();
    }

    [Fact]
    [Clause("HT-CERT-9")]
    public void Comparing_directory_names_costs_little_however_many_there_are()
    {
        byte[] names = Names([.. Enumerable.Range(0, 20).Select(static i => $"dir:{new string('n', 1000)}{i}"), "dns:example.com"]);
        byte[] constraints = NameConstraints([], [.. Enumerable.Range(0, 150).Select(static i => $"dir:m{i}")]);
        ParsedCertificate leaf = ParsedCertificate.Parse((Leaf with { Extensions = [names] }).Encode());
        ParsedCertificate authority = ParsedCertificate.Parse(TestCertificate.Authority("root", "root", constraints).Encode());
        int budget = 4096;
        Assert.Null(authority.Extensions.NameConstraints!.FindViolation(leaf, ref budget));
        long before = GC.GetAllocatedBytesForCurrentThread();
        authority.Extensions.NameConstraints.FindViolation(leaf, ref budget);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("mask with a hole")]
    [InlineData("address without mask")]
    [InlineData("empty list")]
    public void Malformed_constraints_are_refused(string kind)
    {
        byte[] extension = kind switch
        {
            "empty" => NameConstraints([], []),
            "mask with a hole" => NameConstraints(["ip:192.0.2.0/255.0.255.0"], []),
            "address without mask" => NameConstraints(["ip:192.0.2.0"], []),
            _ => Raw("2.5.29.30", true, [0x30, 0x02, 0xA0, 0x00]),
        };
        new PathCase(Leaf with { Issuer = "ca" }, TestCertificate.Authority("ca", "root", extension)).Refused(TlsAlert.BadCertificate, "malformed").Run();
    }

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
