using System.Formats.Asn1;
using HybridTls.Certificates;
using static HybridTls.Tests.Certificates.TestExtension;

namespace HybridTls.Tests.Certificates;

public class ParsedCertificateTests
{
    private static readonly TestCertificate Leaf = new();
    private static readonly byte[] Name = Names("dns:example.com");

    private static readonly Dictionary<string, (TestCertificate Certificate, TlsAlert Alert, string Words)> Wrong = new()
    {
        ["version 1"] = (Leaf with { Version = 0, Extensions = null }, TlsAlert.UnsupportedCertificate, "not of version 3"),
        ["version 2"] = (Leaf with { Version = 1, Extensions = null }, TlsAlert.UnsupportedCertificate, "not of version 3"),
        ["version 4"] = (Leaf with { Version = 3 }, TlsAlert.UnsupportedCertificate, "not of version 3"),
        ["an extension twice"] = (Leaf with { Extensions = [Name, Name] }, TlsAlert.BadCertificate, "2.5.29.17 appears twice"),
        ["an unknown extension twice"] = (Leaf with { Extensions = [Raw("1.2.3.4", false, [5, 0]), Name, Raw("1.2.3.4", false, [])] }, TlsAlert.BadCertificate, "1.2.3.4 appears twice"),
        ["no extensions in the list"] = (Leaf with { Extensions = [] }, TlsAlert.BadCertificate, "list of extensions is empty"),
        ["65 extensions"] = (Leaf with { Extensions = [.. Enumerable.Range(0, 65).Select(static i => Raw($"1.2.3.{i}", false, [5, 0]))] }, TlsAlert.BadCertificate, "More than 64"),
        ["inner and outer algorithm differ"] = (Leaf with { OuterAlgorithm = TestCertificate.Algorithm("1.2.840.10045.4.3.2") }, TlsAlert.BadCertificate, "differs from the signed signature field"),
        ["ML-DSA-65 with parameters"] = (Leaf with { InnerAlgorithm = TestCertificate.Algorithm("2.16.840.1.101.3.4.3.18", nullParameters: true) }, TlsAlert.BadCertificate, "has parameters"),
        ["empty issuer"] = (Leaf with { RawIssuer = [0x30, 0x00] }, TlsAlert.BadCertificate, "issuer is empty"),
        ["serial number of 21 octets"] = (Leaf with { Serial = [.. Enumerable.Repeat((byte)1, 21)] }, TlsAlert.BadCertificate, "serial number is longer"),
        ["critical FALSE written out"] = (Leaf with { Extensions = [[0x30, 0x0B, 0x06, 0x03, 0x2A, 0x03, 0x04, 0x01, 0x01, 0x00, 0x04, 0x01, 0x00]] }, TlsAlert.BadCertificate, "default FALSE"),
        ["critical TRUE as 1"] = (Leaf with { Extensions = [[0x30, 0x0B, 0x06, 0x03, 0x2A, 0x03, 0x04, 0x01, 0x01, 0x01, 0x04, 0x01, 0x00]] }, TlsAlert.BadCertificate, "malformed"),
        ["pathLenConstraint without cA"] = (Leaf with { Extensions = [Authority(1, authority: false)] }, TlsAlert.BadCertificate, "pathLenConstraint"),
        ["negative pathLenConstraint"] = (Leaf with { Extensions = [Authority(-1)] }, TlsAlert.BadCertificate, "pathLenConstraint"),
        ["bytes after an extension's value"] = (Leaf with { Extensions = [Raw("2.5.29.19", true, [0x30, 0x00, 0x00])] }, TlsAlert.BadCertificate, "malformed"),
        ["keyUsage that ends in zeros"] = (Leaf with { Extensions = [Raw("2.5.29.15", true, [0x03, 0x02, 0x06, 0x80])] }, TlsAlert.BadCertificate, "ends in zeros"),
        ["keyUsage of three octets"] = (Leaf with { Extensions = [Raw("2.5.29.15", true, [0x03, 0x04, 0x00, 0x80, 0x00, 0x01])] }, TlsAlert.BadCertificate, "too long"),
        ["no names in subjectAltName"] = (Leaf with { Extensions = [Names()] }, TlsAlert.BadCertificate, "malformed"),
        ["a DNS name that is not ASCII"] = (Leaf with { Extensions = [Raw("2.5.29.17", false, [0x30, 0x04, 0x82, 0x02, 0xC3, 0xBC])] }, TlsAlert.BadCertificate, "not ASCII"),
        ["bytes after the extensions"] = (Leaf with { AfterExtensions = static writer => writer.WriteNull() }, TlsAlert.BadCertificate, "malformed"),
        ["ML-DSA-65 key with parameters"] = (Leaf with { RawPublicKeyInfo = Key("2.16.840.1.101.3.4.3.18", 1952, parameters: true) }, TlsAlert.BadCertificate, "malformed"),
        ["ML-DSA-65 key of another length"] = (Leaf with { RawPublicKeyInfo = Key("2.16.840.1.101.3.4.3.18", 1951) }, TlsAlert.BadCertificate, "1952 key bytes"),
        ["longer than the limit"] = (Leaf with { Extensions = [Raw("1.2.3.4", false, new byte[ParsedCertificate.MaxSize])] }, TlsAlert.BadCertificate, "longer than the limit"),
    };

    public static TheoryData<string> WrongNames => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(WrongNames))]
    [Clause("HT-CERT-10")]
    public void A_wrong_field_is_refused_when_parsed(string name)
    {
        (TestCertificate certificate, TlsAlert alert, string words) = Wrong[name];
        var exception = Assert.Throws<HybridTlsException>(() => ParsedCertificate.Parse(certificate.Encode()));
        Assert.Equal(alert, exception.Alert);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_is_read()
    {
        byte[] der = (Leaf with { Extensions = [Name, KeyUsage(0, 1), Purposes(ServerAuthentication), SubjectKeyIdentifier("me"), AuthorityKeyIdentifier("you"), Authority(3)] }).Encode();
        ParsedCertificate certificate = ParsedCertificate.Parse(der);
        using var loaded = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(loaded.SubjectName.RawData, certificate.Subject.ToArray());
        Assert.Equal(loaded.IssuerName.RawData, certificate.Issuer.ToArray());
        Assert.Equal(loaded.NotBefore.ToUniversalTime(), certificate.NotBefore.UtcDateTime);
        Assert.Equal(loaded.NotAfter.ToUniversalTime(), certificate.NotAfter.UtcDateTime);
        Assert.Equal(loaded.PublicKey.ExportSubjectPublicKeyInfo(), certificate.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(loaded.PublicKey.EncodedKeyValue.RawData, certificate.Key.Bytes.ToArray());
        Assert.Equal("me"u8.ToArray(), der[certificate.Extensions.SubjectKeyIdentifier]);
        Assert.Equal("you"u8.ToArray(), der[certificate.Extensions.AuthorityKeyIdentifier]);
        Assert.Equal(3, certificate.Extensions.PathLength);
        Assert.True(certificate.Extensions.IsAuthority);
        Assert.True(certificate.Extensions.AllowsServerAuthentication);
        Assert.False(certificate.Extensions.AllowsClientAuthentication);
        Assert.Equal(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.DigitalSignature | System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.NonRepudiation, certificate.Extensions.KeyUsage);
        Assert.True(TestKeys.Get("root").VerifyData(certificate.ToBeSigned, certificate.Signature));
    }

    [Theory]
    [InlineData("490101000000Z", "500101000000Z", false)]
    [InlineData("19500101000000Z", "20500101000000Z", false)]
    [InlineData("20500101000000Z", "20510101000000Z", true)]
    [InlineData("20500101000000.5Z", "20510101000000Z", false)]
    [InlineData("300101000000Z", "20510101000000Z", true)]
    [InlineData("300101000000Z", "99991231235959Z", true)]
    [InlineData("300101000000+0000", "20510101000000Z", false)]
    [InlineData("3001010000Z", "20510101000000Z", false)]
    [InlineData("301301000000Z", "20510101000000Z", false)]
    public void Times_are_written_as_RFC_5280_says(string notBefore, string notAfter, bool good)
    {
        // Both times are put in place of two of the same length, then of the good ones.
        byte[] der = Leaf.Encode();
        byte[] replaced = ReplaceValidity(der, notBefore, notAfter);
        if (good)
        {
            Assert.NotNull(ParsedCertificate.Parse(replaced));
            return;
        }

        // "50" as two digits means 1950: that is a good time, only long ago.
        if (notAfter == "500101000000Z")
            Assert.Equal(1950, ParsedCertificate.Parse(replaced).NotAfter.Year);
        else
            Assert.Equal(TlsAlert.BadCertificate, Assert.Throws<HybridTlsException>(() => ParsedCertificate.Parse(replaced)).Alert);
    }

    [Fact]
    public void No_prefix_of_a_certificate_is_one()
    {
        byte[] der = (Leaf with { Extensions = [Name, Authority(1), KeyUsage(0), NameConstraints(["ip:192.0.2.0/255.255.255.0"], ["dir:x"])] }).Encode();
        for (int length = 0; length < der.Length; length++)
        {
            byte[] prefix = der[..length];
            Assert.Equal(TlsAlert.BadCertificate, Assert.Throws<HybridTlsException>(() => ParsedCertificate.Parse(prefix)).Alert);
        }

        Assert.Throws<HybridTlsException>(() => ParsedCertificate.Parse((byte[])[.. der, 0]));
    }

    [Fact]
    [Clause("HT-CERT-10")]
    public void Lengths_that_lie_inside_leave_only_as_a_refusal()
    {
        // Every byte of the structure (not of key and signature) takes values that lengths and tags trip over.
        byte[] der = (Leaf with { Extensions = [Name, Authority(1), KeyUsage(0), AuthorityKeyIdentifier("a"), NameConstraints(["ip:192.0.2.0/255.255.255.0"], ["dir:x"])] }).Encode();
        PeerValidation validation = Judge.Anchors(TestCertificate.Root().Encode());
        int key = der.AsSpan().IndexOf(TestKeys.Get("leaf").ExportMLDsaPublicKey());
        foreach (int i in Enumerable.Range(0, key).Concat(Enumerable.Range(key + 1952, der.Length - key - 1952 - 3309)))
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF, (byte)(der[i] ^ 0x20), (byte)(der[i] + 1), (byte)(der[i] - 1)])
            {
                if (value == der[i])
                    continue;
                byte[] changed = [.. der];
                changed[i] = value;
                var evaluation = Judge.Evaluate(validation, [changed]);
                Assert.NotNull(evaluation.Failure);
            }
        }
    }

    [Fact]
    [Clause("HT-CERT-10")]
    public void Random_changes_leave_only_as_a_refusal()
    {
        var random = new Random(20301);
        byte[][] chain = [(Leaf with { Issuer = "ca" }).Encode(), TestCertificate.Authority("ca", "root", SubjectKeyIdentifier("x")).Encode()];
        PeerValidation validation = Judge.Anchors(TestCertificate.Root().Encode());
        for (int round = 0; round < 3000; round++)
        {
            byte[][] changed = [[.. chain[0]], [.. chain[1]]];
            byte[] victim = changed[random.Next(2)];
            // Mostly the structure before the key, else anywhere.
            int limit = random.Next(4) == 0 ? victim.Length : 150;
            for (int i = random.Next(1, 4); i > 0; i--)
                victim[random.Next(limit)] ^= (byte)(1 << random.Next(8));
            if (victim.AsSpan().SequenceEqual(chain[ReferenceEquals(victim, changed[0]) ? 0 : 1]))
                continue;
            Assert.NotNull(Judge.Evaluate(validation, changed).Failure);
        }
    }

    private static byte[] Key(string oid, int length, bool parameters = false)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(TestCertificate.Algorithm(oid, parameters));
            writer.WriteBitString(new byte[length]);
        }

        return writer.Encode();
    }

    private static byte[] ReplaceValidity(byte[] der, string notBefore, string notAfter)
    {
        var outer = new AsnReader(der, AsnEncodingRules.BER);
        AsnReader certificate = outer.ReadSequence();
        AsnReader toBeSigned = certificate.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                for (int field = 0; toBeSigned.HasData; field++)
                {
                    ReadOnlyMemory<byte> value = toBeSigned.ReadEncodedValue();
                    if (field == 4)
                        writer.WriteEncodedValue(Validity(notBefore, notAfter));
                    else
                        writer.WriteEncodedValue(value.Span);
                }
            }

            while (certificate.HasData)
                writer.WriteEncodedValue(certificate.ReadEncodedValue().Span);
        }

        return writer.Encode();
    }

    private static byte[] Validity(params string[] times)
    {
        var content = new List<byte>();
        foreach (string time in times)
        {
            content.Add(time.Split('.', '+')[0].TrimEnd('Z').Length >= 14 ? (byte)0x18 : (byte)0x17);
            content.Add((byte)time.Length);
            content.AddRange(System.Text.Encoding.ASCII.GetBytes(time));
        }

        return [0x30, (byte)content.Count, .. content];
    }
}
