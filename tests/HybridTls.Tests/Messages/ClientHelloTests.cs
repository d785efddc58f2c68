using System.Net.Security;
using HybridTls.Fuzz;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

public class ClientHelloTests
{
    private static readonly string Random = string.Concat(Enumerable.Repeat("5A", 32));

    [Fact]
    [Clause("HT-MSG-8")]
    [Clause("HT-WIRE-4")]
    public void It_is_written_byte_for_byte_as_the_standard_says()
    {
        byte[] written = Written(writer =>
        {
            using (ClientHello.Begin(writer, Hex(Random), [7], [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256]))
            {
                SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
                ServerNameExtension.Write(writer, "a.b"u8);
                SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768);
                SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
                SignatureAlgorithmsExtension.WriteForCertificates(writer, SignatureScheme.MLDsa65);
                using (KeyShareExtension.BeginOffered(writer))
                    KeyShareExtension.WriteEntry(writer, NamedGroup.X25519MLKem768, [1, 2, 3]);
                AlpnExtension.WriteOffered(writer, [SslApplicationProtocol.Http2]);
                CertificateTypeExtension.WriteOffered(writer, ExtensionType.ServerCertificateType, CertificateType.RawPublicKey, CertificateType.X509);
                CompressCertificateExtension.Write(writer, CertificateCompressionAlgorithm.Brotli, CertificateCompressionAlgorithm.Zlib);
                RecordSizeLimitExtension.Write(writer, 16385);
                CertificateAuthoritiesExtension.Write(writer, [Hex("3000")]);
                CookieExtension.Write(writer, [9]);
                TicketRequestExtension.Write(writer, 2, 1);
                PskKeyExchangeModesExtension.Write(writer, PskKeyExchangeMode.PskWithKeyAgreement);
                PreSharedKeyExtension.WriteOffered(writer, new PskIdentity([0xEE], 0x01020304), 32);
            }
        });

        byte[] expected = Hex($"""
            01 0000D2 0303 {Random} 01 07 0004 1302 1301 01 00 00A4
            002B 0003 02 0304
            0000 0008 0006 00 0003 612E62
            000A 0004 0002 11EC
            000D 0004 0002 0905
            0032 0004 0002 0905
            0033 0009 0007 11EC 0003 010203
            0010 0005 0003 02 6832
            0014 0003 02 02 00
            001B 0005 04 0002 0001
            001C 0002 4001
            002F 0006 0004 0002 3000
            002C 0003 0001 09
            003A 0002 02 01
            002D 0002 01 01
            0029 002C 0007 0001 EE 01020304 0021 20 {new string('0', 64)}
            """);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
        ClientHello.Parse(expected.AsSpan(4));
    }

    [Fact]
    public void Every_extension_reads_as_it_was_written()
    {
        byte[] body = MessageSeeds.ClientHellos().Single(seed => seed.Name == "client-hello-full").Bytes;
        ClientHello hello = ClientHello.Parse(body);
        ReadOnlySpan<byte> name = hello.ServerName;
        Assert.Equal("server.example"u8.ToArray(), name.ToArray());
        OpaqueList protocols = hello.ApplicationProtocols;
        Assert.Equal(2, protocols.Count);
        Assert.Equal("h2"u8.ToArray(), protocols[0].ToArray());
        Assert.Equal("http/1.1"u8.ToArray(), protocols[1].ToArray());
        Assert.True(protocols.Contains("http/1.1"u8));
        Assert.False(protocols.Contains("h3"u8));
        CodePointList<SignatureScheme> schemes = hello.SignatureAlgorithmsCert;
        Assert.Equal(1, schemes.Count);
        ReadOnlySpan<CertificateType> clientTypes = hello.ClientCertificateTypes;
        Assert.Equal([CertificateType.RawPublicKey, CertificateType.X509], clientTypes.ToArray());
        ReadOnlySpan<CertificateType> serverTypes = hello.ServerCertificateTypes;
        Assert.Equal([CertificateType.RawPublicKey, CertificateType.X509], serverTypes.ToArray());
        CodePointList<CertificateCompressionAlgorithm> algorithms = hello.CompressCertificate;
        Assert.Equal(CertificateCompressionAlgorithm.Zlib, algorithms[1]);
        ReadOnlySpan<byte> cookie = hello.Cookie;
        Assert.Equal(20, cookie.Length);
        OpaqueList names = hello.CertificateAuthorities;
        Assert.Equal(30, names[1].Length);
        Assert.Equal(((byte)2, (byte)1), hello.TicketRequest);
        KeyShareList shares = hello.KeyShares;
        Assert.True(shares.TryFind(NamedGroup.X25519MLKem768, out ReadOnlySpan<byte> share));
        Assert.Equal(1216, share.Length);
        CodePointList<NamedGroup> groups = hello.SupportedGroups;
        Assert.True(shares.AreAllIn(groups));
    }

    [Fact]
    [Clause("HT-NEG-4")]
    public void A_share_of_a_group_that_is_not_offered_is_noticed()
    {
        byte[] body = ClientHelloWith((ExtensionType.SupportedGroups, "0002 001D"), (ExtensionType.KeyShare, "0005 11EC 0001 00"));
        ClientHello hello = ClientHello.Parse(body);
        KeyShareList shares = hello.KeyShares;
        CodePointList<NamedGroup> groups = hello.SupportedGroups;
        Assert.False(shares.AreAllIn(groups));
    }

    [Fact]
    public void The_binder_is_the_end_of_the_message_and_its_transcript_ends_before_the_binders()
    {
        byte[] message = MessageSeeds.Messages().Single(seed => seed.Name == "client-hello-resumption").Bytes;
        ClientHello hello = ClientHello.Parse(message.AsSpan(4));
        OfferedPsks psks = hello.PreSharedKeys;
        Assert.Equal(1, psks.Identities.Count);
        foreach (PskIdentity identity in psks.Identities)
        {
            Assert.Equal(64, identity.Identity.Length);
            Assert.Equal(0x01020304u, identity.ObfuscatedTicketAge);
        }

        Assert.Equal(48, psks.Binders[0].Length);
        Assert.Equal(3 + 48, psks.BindersSize);
        Assert.Equal(Hex("0031 30"), message[^psks.BindersSize..^48]);
        message[^1] = 0xEE;
        psks = ClientHello.Parse(message.AsSpan(4)).PreSharedKeys;
        Assert.Equal(0xEE, psks.Binders[0][^1]);
    }

    [Fact]
    public void Several_identities_keep_their_order_and_each_has_its_binder()
    {
        byte[] body = MessageSeeds.ClientHellos().Single(seed => seed.Name == "client-hello-two-keys").Bytes;
        OfferedPsks psks = ClientHello.Parse(body).PreSharedKeys;
        var lengths = new List<int>();
        foreach (PskIdentity identity in psks.Identities)
            lengths.Add(identity.Identity.Length);
        Assert.Equal([5, 7], lengths);
        Assert.Equal(2, psks.Binders.Count);
        Assert.Equal(48, psks.Binders[1].Length);
        Assert.Equal(2 + 33 + 49, psks.BindersSize);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            OfferedPsks again = ClientHello.Parse(body).PreSharedKeys;
            _ = again.Binders[2];
        });
    }

    [Fact]
    [Clause("HT-MSG-7")]
    public void A_pre_shared_key_that_is_not_last_is_an_illegal_parameter()
    {
        string offer = $"0007 0001 61 00000000 0021 20 {new string('0', 64)}";
        ClientHello.Parse(ClientHelloWith((ExtensionType.Cookie, "0001 61"), (ExtensionType.PreSharedKey, offer)));
        byte[] body = ClientHelloWith((ExtensionType.PreSharedKey, offer), (ExtensionType.Cookie, "0001 61"));
        Refuses(TlsAlert.IllegalParameter, body, static input => ClientHello.Parse(input));
        body = ClientHelloWith((ExtensionType.PreSharedKey, offer), ((ExtensionType)0x0A0A, ""));
        Refuses(TlsAlert.IllegalParameter, body, static input => ClientHello.Parse(input));
    }

    [Theory]
    [InlineData("0303 R 00 0000 01 00 0007 002B 0003 02 0304", TlsAlert.DecodeError)] // no cipher suite
    [InlineData("0303 R 00 0003 130213 01 00 0007 002B 0003 02 0304", TlsAlert.DecodeError)] // half a cipher suite
    [InlineData("0303 R 21 R 00 0002 1302 01 00 0007 002B 0003 02 0304", TlsAlert.DecodeError)] // a session id of 33 bytes
    [InlineData("0303 R 00 0002 1302 00 0007 002B 0003 02 0304", TlsAlert.DecodeError)] // no compression method
    [InlineData("0303 R 00 0002 1302 01 01 0007 002B 0003 02 0304", TlsAlert.IllegalParameter)] // another compression method
    [InlineData("0303 R 00 0002 1302 02 0001 0007 002B 0003 02 0304", TlsAlert.IllegalParameter)] // more of them
    [InlineData("0303 R 00 0002 1302 01 00 0008 002B 0003 02 0304", TlsAlert.DecodeError)] // the extensions' length lies
    [InlineData("0303 R 00 0002 1302 01 00 0006 002B 0003 02 0304", TlsAlert.DecodeError)]
    [InlineData("0303 R 00 0002 1302 01 00 0007 002B 0003 02 0304 00", TlsAlert.DecodeError)] // trailing
    [InlineData("0303 R 00 0002 1302 01 00 00", TlsAlert.DecodeError)]
    [InlineData("0303 R 00 0002 1302 01 00 0004 002B 0000", TlsAlert.DecodeError)] // empty supported_versions
    [InlineData("0303 R 00 0002 1302 01 00 000E 002B 0003 02 0304 002B 0003 02 0304", TlsAlert.IllegalParameter)] // twice
    [InlineData("0303 R 00 0002 1302 01 00 000B 002B 0003 02 0304 000D 0000", TlsAlert.DecodeError)] // an empty extension that may not be
    [Clause("HT-MSG-1")]
    public void Malformed_hellos_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body.Replace("R", Random, StringComparison.Ordinal)), static input => ClientHello.Parse(input));

    [Theory]
    [InlineData("0303 R 00 0002 1302 01 00")] // no extensions at all
    [InlineData("0303 R 00 0002 1302 01 00 0000")]
    [InlineData("0303 R 00 0002 C02F 02 0100 0000")] // compression, which TLS 1.2 allowed
    [InlineData("0304 R 00 0002 1302 01 00 0000")] // legacy_version says nothing
    [InlineData("0303 R 00 0002 1302 01 00 0007 002B 0003 02 0303")]
    [InlineData("0303 R 00 0002 1302 01 00 0009 002B 0005 04 0A0A 7F1C")]
    [InlineData("0303 R 00 0002 1302 01 00 0004 000D 0000")] // the rules of TLS 1.3 do not bind it
    [Clause("HT-NEG-1")]
    public void A_hello_of_an_older_version_is_read_so_that_it_can_be_refused_as_such(string body)
    {
        ClientHello hello = ClientHello.Parse(Hex(body.Replace("R", Random, StringComparison.Ordinal)));
        Assert.False(hello.OffersTls13);
    }

    [Theory]
    [InlineData(0x0301)]
    [InlineData(0xFAFA)]
    public void The_legacy_version_does_not_matter_if_tls_13_is_offered(int version)
    {
        byte[] body = ClientHelloWith();
        (body[0], body[1]) = ((byte)(version >> 8), (byte)version);
        ClientHello hello = ClientHello.Parse(body);
        Assert.True(hello.OffersTls13);
        Assert.Equal((ProtocolVersion)version, hello.LegacyVersion);
    }

    [Fact]
    [Clause("HT-MSG-8")]
    public void Random_compositions_read_as_they_were_written()
    {
        var random = new Random(9846);
        for (int i = 0; i < 300; i++)
        {
            byte[] clientRandom = Bytes(32);
            byte[] sessionId = Bytes(random.Next(33));
            TlsCipherSuite[] suites = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (TlsCipherSuite)random.Next(0x10000))];
            (ExtensionType Type, byte[] Data)[] extensions =
                [.. Enumerable.Range(0, random.Next(60)).Select(_ => ((ExtensionType)random.Next(64, 0x10000), Bytes(random.Next(30)))).DistinctBy(pair => pair.Item1)];
            byte[] body = Body(writer =>
            {
                using (ClientHello.Begin(writer, clientRandom, sessionId, suites))
                {
                    foreach ((ExtensionType type, byte[] data) in extensions)
                        writer.WriteExtension(type, data);
                    SupportedVersionsExtension.WriteOffered(writer, ProtocolVersion.Tls13);
                }
            });

            ClientHello hello = ClientHello.Parse(body);
            Assert.Equal(clientRandom, hello.Random.ToArray());
            Assert.Equal(sessionId, hello.SessionId.ToArray());
            Assert.Equal(suites.Length, hello.CipherSuites.Count);
            for (int j = 0; j < suites.Length; j++)
                Assert.Equal(suites[j], hello.CipherSuites[j]);
            Assert.Equal(extensions.Length + 1, hello.Extensions.Count);
            foreach ((ExtensionType type, byte[] data) in extensions)
            {
                Assert.True(hello.Extensions.TryGet(type, out ReadOnlySpan<byte> read));
                Assert.Equal(data, read.ToArray());
            }
        }

        byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
