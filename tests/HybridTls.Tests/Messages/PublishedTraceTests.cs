using System.Net.Security;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

/// <summary>The messages of the simple handshake that RFC 8448 §3 publishes: another implementation's bytes.</summary>
public class PublishedTraceTests
{
    private static readonly byte[] ClientHelloBytes = Hex("""
        01 00 00 c0 03 03 cb 34 ec b1 e7 81 63 ba 1c 38 c6 da cb 19 6a 6d ff a2 1a 8d 99 12 ec 18 a2 ef 62 83 02 4d ec e7
        00 00 06 13 01 13 03 13 02 01 00 00 91 00 00 00 0b 00 09 00 00 06 73 65 72 76 65 72 ff 01 00 01 00 00 0a 00 14 00
        12 00 1d 00 17 00 18 00 19 01 00 01 01 01 02 01 03 01 04 00 23 00 00 00 33 00 26 00 24 00 1d 00 20 99 38 1d e5 60
        e4 bd 43 d2 3d 8e 43 5a 7d ba fe b3 c0 6e 51 c1 3c ae 4d 54 13 69 1e 52 9a af 2c 00 2b 00 03 02 03 04 00 0d 00 20
        00 1e 04 03 05 03 06 03 02 03 08 04 08 05 08 06 04 01 05 01 06 01 02 01 04 02 05 02 06 02 02 02 00 2d 00 02 01 01
        00 1c 00 02 40 01
        """);

    private static readonly byte[] ServerHelloBytes = Hex("""
        02 00 00 56 03 03 a6 af 06 a4 12 18 60 dc 5e 6e 60 24 9c d3 4c 95 93 0c 8a c5 cb 14 34 da c1 55 77 2e d3 e2 69 28
        00 13 01 00 00 2e 00 33 00 24 00 1d 00 20 c9 82 88 76 11 20 95 fe 66 76 2b db f7 c6 72 e1 56 d6 cc 25 3b 83 3d f1
        dd 69 b1 b0 4e 75 1f 0f 00 2b 00 02 03 04
        """);

    private static readonly byte[] EncryptedExtensionsBytes = Hex("""
        08 00 00 24 00 22 00 0a 00 14 00 12 00 1d 00 17 00 18 00 19 01 00 01 01 01 02 01 03 01 04 00 1c 00 02 40 01 00 00
        00 00
        """);

    [Fact]
    [Clause("HT-MSG-8")]
    public void The_client_hello_reads_as_described()
    {
        HandshakeMessage message = HandshakeMessage.Parse(ClientHelloBytes);
        Assert.Equal(HandshakeType.ClientHello, message.Type);
        ClientHello hello = ClientHello.Parse(message.Body);
        Assert.True(hello.OffersTls13);
        Assert.Equal(ProtocolVersion.Tls12, hello.LegacyVersion);
        Assert.Equal(ClientHelloBytes[6..38], hello.Random.ToArray());
        Assert.True(hello.SessionId.IsEmpty);
        Assert.Equal(3, hello.CipherSuites.Count);
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, hello.CipherSuites[0]);
        Assert.Equal(1, hello.CipherSuites.IndexOf(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256));
        Assert.Equal([0], hello.CompressionMethods.ToArray());
        Assert.Equal(9, hello.Extensions.Count);

        ReadOnlySpan<byte> name = hello.ServerName;
        Assert.Equal("server"u8.ToArray(), name.ToArray());
        CodePointList<NamedGroup> groups = hello.SupportedGroups;
        Assert.Equal(9, groups.Count);
        Assert.False(groups.Contains(NamedGroup.X25519MLKem768));
        KeyShareList shares = hello.KeyShares;
        Assert.Equal(1, shares.Count);
        Assert.True(shares.AreAllIn(groups));
        Assert.True(shares.TryFind((NamedGroup)0x001D, out ReadOnlySpan<byte> share));
        Assert.Equal(32, share.Length);
        Assert.Equal(0x99, share[0]);
        Assert.False(shares.TryFind(NamedGroup.X25519MLKem768, out _));
        CodePointList<SignatureScheme> schemes = hello.SignatureAlgorithms;
        Assert.Equal(15, schemes.Count);
        Assert.False(schemes.Contains(SignatureScheme.MLDsa65));
        ReadOnlySpan<PskKeyExchangeMode> modes = hello.PskKeyExchangeModes;
        Assert.Equal([PskKeyExchangeMode.PskWithKeyAgreement], modes.ToArray());
        int? limit = hello.RecordSizeLimit;
        Assert.Equal(16385, limit);
        Assert.False(hello.Extensions.Contains(ExtensionType.ApplicationLayerProtocolNegotiation));
        Assert.False(hello.Extensions.Contains(ExtensionType.PreSharedKey));
        Assert.False(hello.Extensions.Contains(ExtensionType.Cookie));
    }

    [Fact]
    [Clause("HT-MSG-8")]
    public void The_server_hello_reads_as_described_and_is_written_as_published()
    {
        ServerHello hello = ServerHello.Parse(HandshakeMessage.Parse(ServerHelloBytes).Body);
        Assert.Equal(ProtocolVersion.Tls13, hello.SelectedVersion);
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, hello.CipherSuite);
        KeyShareEntry share = hello.KeyShare;
        Assert.Equal((NamedGroup)0x001D, share.Group);
        Assert.Equal(0x0F, share.KeyExchange[^1]);
        Assert.False(hello.Extensions.Contains(ExtensionType.PreSharedKey));

        Assert.Equal(ServerHelloBytes, Written(writer =>
        {
            using (ServerHello.Begin(writer, ServerHelloBytes.AsSpan(6, 32), [], TlsCipherSuite.TLS_AES_128_GCM_SHA256))
            {
                KeyShareExtension.WriteServerShare(writer, (NamedGroup)0x001D, ServerHelloBytes.AsSpan(52, 32));
                SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            }
        }));
    }

    [Fact]
    public void The_encrypted_extensions_read_as_described()
    {
        EncryptedExtensions extensions = EncryptedExtensions.Parse(HandshakeMessage.Parse(EncryptedExtensionsBytes).Body);
        Assert.True(extensions.Extensions.Contains(ExtensionType.ServerName));
        CodePointList<NamedGroup> groups = extensions.SupportedGroups;
        Assert.Equal(9, groups.Count);
        int? limit = extensions.RecordSizeLimit;
        Assert.Equal(16385, limit);
        Assert.False(extensions.Extensions.Contains(ExtensionType.ApplicationLayerProtocolNegotiation));
        Assert.False(extensions.Extensions.Contains(ExtensionType.ServerCertificateType));
    }
}
