using HybridTls.Certificates;
using static HybridTls.Tests.Certificates.TestExtension;

namespace HybridTls.Tests.Certificates;

public class HostNameTests
{
    [Theory]
    [InlineData("example.com", "dns:example.com", true)]
    [InlineData("EXAMPLE.com", "dns:example.COM", true)]
    [InlineData("example.com.", "dns:example.com", true)]
    [InlineData("example.com", "dns:example.com.", false)]
    [InlineData("example.com", "dns:example.org dns:example.com", true)]
    [InlineData("localhost", "dns:localhost", true)]
    [InlineData("www.example.com", "dns:*.example.com", true)]
    [InlineData("WWW.example.com", "dns:*.EXAMPLE.com", true)]
    [InlineData("example.com", "dns:*.example.com", false)]
    [InlineData("a.b.example.com", "dns:*.example.com", false)]
    [InlineData("foo.example.com", "dns:f*.example.com", false)]
    [InlineData("foo.example.com", "dns:*oo.example.com", false)]
    [InlineData("foo.example.com", "dns:foo.*.com", false)]
    [InlineData("foo.example.com", "dns:*.*.com", false)]
    [InlineData("foo.example.com", "dns:*", false)]
    [InlineData("example.com", "dns:*.com", false)]
    [InlineData("localhost", "dns:*", false)]
    [InlineData("www.example.com", "dns:www.example.co", false)]
    [InlineData("www.example.com", "dns:ww.example.com", false)]
    [InlineData("bücher.example", "dns:xn--bcher-kva.example", true)]
    [InlineData("BÜCHER.example", "dns:xn--bcher-kva.example", true)]
    [InlineData("xn--bcher-kva.example", "dns:XN--bcher-KVA.example", true)]
    [InlineData("xn--bcher-kva.example", "dns:*.example", false)]
    [InlineData("xn--bcher-kva.example.com", "dns:xn--*.example.com", false)]
    [InlineData("under_score.example.com", "dns:under_score.example.com", true)]
    [InlineData("192.0.2.7", "ip:192.0.2.7", true)]
    [InlineData("192.0.2.7", "ip:192.0.2.8", false)]
    [InlineData("192.0.2.7", "dns:192.0.2.7", false)]
    [InlineData("2001:db8::7", "ip:2001:db8::7", true)]
    [InlineData("[2001:DB8:0::7]", "ip:2001:db8::7", true)]
    [InlineData("2001:db8::7", "ip:2001:db8::8", false)]
    [InlineData("192.0.2.7", "ip:::ffff:192.0.2.7", false)]
    [InlineData("example.com", "uri:https://example.com/", false)]
    [InlineData("example.com", "mail:example.com", false)]
    [InlineData("example.com", "dir:example.com", false)]
    [Clause("HT-CERT-5")]
    public void A_name_matches_as_RFC_9525_says(string expected, string names, bool matches)
    {
        Assert.True(HostName.TryParse(expected, out HostName name));
        // The common name never counts: it always is the name that is looked for.
        var certificate = new TestCertificate { RawSubject = TestCertificate.Name(expected), Key = "leaf", Extensions = [Names(names.Split(' '))] };
        Assert.Equal(matches, name.Matches(ParsedCertificate.Parse(certificate.Encode())));
    }

    [Fact]
    [Clause("HT-CERT-5")]
    public void Without_subjectAltName_nothing_matches()
    {
        new PathCase(new TestCertificate { RawSubject = TestCertificate.Name("example.com"), Extensions = null })
            .Refused(TlsAlert.CertificateUnknown, "the common name does not count").Run();
    }

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("Example.COM.", "example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("192.0.2.7", null)]
    [InlineData("2001:db8::7", null)]
    [Clause("HT-NEG-12")]
    public void Only_a_host_name_goes_into_SNI(string text, string? sni)
    {
        Assert.True(HostName.TryParse(text, out HostName name));
        Assert.Equal(sni, name.DnsName);
        Assert.Equal(sni is null, name.IsAddress);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("example..com")]
    [InlineData(".example.com")]
    [InlineData("example.com..")]
    [InlineData("-example.com")]
    [InlineData("*.example.com")]
    [InlineData("exa mple.com")]
    [InlineData("example.com:443")]
    [InlineData("user@example.com")]
    [InlineData("example.com\0.evil.com")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.07")]
    [InlineData("fe80::1%eth0")]
    [InlineData("192.0.2.0/24")]
    public void What_is_no_name_is_not_taken_for_one(string? text) => Assert.False(HostName.TryParse(text, out _));

    [Fact]
    public void A_label_of_64_characters_or_a_name_of_254_is_no_name()
    {
        Assert.True(HostName.TryParse(new string('a', 63) + ".example", out _));
        Assert.False(HostName.TryParse(new string('a', 64) + ".example", out _));
        string name = string.Join('.', Enumerable.Repeat(new string('a', 61), 4));
        Assert.True(HostName.TryParse(name, out _));
        Assert.False(HostName.TryParse("1234567." + name, out _));
    }
}
