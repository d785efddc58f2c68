using HybridTls.Fuzz;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

/// <summary>EncryptedExtensions, CertificateRequest, Certificate, CompressedCertificate, CertificateVerify, Finished.</summary>
public class ServerFlightTests
{
    [Fact]
    public void Encrypted_extensions_are_written_byte_for_byte_and_read_again()
    {
        byte[] message = MessageSeeds.Messages().Single(seed => seed.Name == "encrypted-extensions-full").Bytes;
        Assert.Equal(
            Hex("""
                08 000030 002E
                0000 0000
                000A 0004 0002 11EC
                0010 0005 0003 02 6832
                0013 0001 00
                0014 0001 02
                001C 0002 1000
                002A 0000
                003A 0001 02
                """),
            message);
        EncryptedExtensions extensions = EncryptedExtensions.Parse(message.AsSpan(4));
        Assert.True(extensions.Extensions.Contains(ExtensionType.ServerName));
        ReadOnlySpan<byte> protocol = extensions.ApplicationProtocol;
        Assert.Equal("h2"u8.ToArray(), protocol.ToArray());
        CertificateType? clientType = extensions.ClientCertificateType;
        Assert.Equal(CertificateType.X509, clientType);
        CertificateType? serverType = extensions.ServerCertificateType;
        Assert.Equal(CertificateType.RawPublicKey, serverType);
        int? limit = extensions.RecordSizeLimit;
        Assert.Equal(4096, limit);
        byte? count = extensions.TicketHint;
        Assert.Equal((byte?)2, count);
        Assert.False(EncryptedExtensions.Parse([0, 0]).Extensions.Contains(ExtensionType.ServerName));
    }

    [Theory]
    [InlineData("", TlsAlert.DecodeError)]
    [InlineData("0000 00", TlsAlert.DecodeError)]
    [InlineData("0004 0033 0000", TlsAlert.IllegalParameter)] // key_share
    [InlineData("0006 002B 0002 0304", TlsAlert.IllegalParameter)] // supported_versions
    [InlineData("0008 0000 0000 0000 0000", TlsAlert.IllegalParameter)] // twice
    public void Malformed_encrypted_extensions_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body), static input => EncryptedExtensions.Parse(input));

    [Fact]
    public void A_certificate_request_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer =>
        {
            using (CertificateRequest.Begin(writer))
            {
                SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
                CompressCertificateExtension.Write(writer, CertificateCompressionAlgorithm.Zlib);
                CertificateAuthoritiesExtension.Write(writer, [Hex("3000"), Hex("310100")]);
            }
        });
        Assert.Equal(Hex("0D 000021 00 001E 000D 0004 0002 0905 001B 0003 02 0001 002F 000B 0009 0002 3000 0003 310100"), message);
        CertificateRequest request = CertificateRequest.Parse(message.AsSpan(4));
        Assert.True(request.Context.IsEmpty);
        Assert.True(request.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65));
        CodePointList<CertificateCompressionAlgorithm> algorithms = request.CompressCertificate;
        Assert.True(algorithms.Contains(CertificateCompressionAlgorithm.Zlib));
        OpaqueList names = request.CertificateAuthorities;
        Assert.Equal(Hex("310100"), names[1].ToArray());
        Assert.False(request.Extensions.Contains(ExtensionType.SignatureAlgorithmsCert));
    }

    [Theory]
    [InlineData("00 0000", TlsAlert.MissingExtension)]
    [InlineData("00 0008 0032 0004 0002 0905", TlsAlert.MissingExtension)] // signature_algorithms_cert does not replace it
    [InlineData("00 000C 000D 0004 0002 0905 0000 0000", TlsAlert.IllegalParameter)] // server_name
    [InlineData("02 00 0008 000D 0004 0002 0905", TlsAlert.DecodeError)]
    [InlineData("00 0008 000D 0004 0002 0905 00", TlsAlert.DecodeError)]
    [InlineData("00", TlsAlert.DecodeError)]
    public void Malformed_certificate_requests_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body), static input => CertificateRequest.Parse(input));

    [Fact]
    public void A_certificate_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer =>
        {
            using (Certificate.Begin(writer, [5]))
            {
                CertificateEntry.Write(writer, Hex("AABBCC"));
                using (CertificateEntry.Begin(writer, Hex("DD")))
                    writer.WriteExtension((ExtensionType)0x1234, [6]);
            }
        });
        Assert.Equal(Hex("0B 000018 01 05 000013 000003 AABBCC 0000 000001 DD 0005 1234 0001 06"), message);
        Certificate certificate = Certificate.Parse(message.AsSpan(4));
        Assert.Equal([5], certificate.Context.ToArray());
        Assert.Equal(2, certificate.Entries.Count);
        int total = 0;
        foreach (CertificateEntry entry in certificate.Entries)
            total += entry.Data.Length + 100 * entry.Extensions.Count;
        Assert.Equal(104, total);
        Assert.Equal(0, Certificate.Parse(Hex("00 000000")).Entries.Count);
    }

    [Fact]
    [Clause("HT-NEG-11")]
    public void An_extension_of_a_certificate_that_was_not_asked_for_is_an_unsupported_extension()
    {
        Certificate.Parse(Hex("00 000006 000001 AA 0000")).ThrowIfUnsolicited(default);
        Refuses(TlsAlert.UnsupportedExtension, Hex("00 00000A 000001 AA 0004 0005 0000"), static input => Certificate.Parse(input).ThrowIfUnsolicited(default));
        Certificate.Parse(Hex("00 00000A 000001 AA 0004 0005 0000")).ThrowIfUnsolicited(ExtensionSet.Of((ExtensionType)5));
    }

    [Theory]
    [InlineData("00", TlsAlert.DecodeError)]
    [InlineData("00 000000 00", TlsAlert.DecodeError)]
    [InlineData("00 000005 000000 0000", TlsAlert.DecodeError)] // an empty certificate
    [InlineData("00 000004 000001 AA", TlsAlert.DecodeError)] // no extensions field
    [InlineData("00 000007 000001 AA 0000 00", TlsAlert.DecodeError)]
    [InlineData("00 000006 000002 AA 0000", TlsAlert.DecodeError)]
    [InlineData("00 00000A 000001 AA 0004 0000 0000", TlsAlert.IllegalParameter)] // server_name
    [InlineData("00 00000E 000001 AA 0008 0005 0000 0005 0000", TlsAlert.IllegalParameter)]
    public void Malformed_certificates_are_refused(string body, TlsAlert alert) =>
        Refuses(alert, Hex(body), static input => Certificate.Parse(input));

    [Fact]
    public void A_compressed_certificate_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer => CompressedCertificate.Write(writer, CertificateCompressionAlgorithm.Brotli, 0x010203, Hex("AABB")));
        Assert.Equal(Hex("19 00000A 0002 010203 000002 AABB"), message);
        CompressedCertificate certificate = CompressedCertificate.Parse(message.AsSpan(4));
        Assert.Equal(CertificateCompressionAlgorithm.Brotli, certificate.Algorithm);
        Assert.Equal(0x010203, certificate.UncompressedLength);
        Assert.Equal(Hex("AABB"), certificate.Data.ToArray());
        Refuses(TlsAlert.DecodeError, Hex("0002 010203 000000"), static input => CompressedCertificate.Parse(input));
    }

    [Fact]
    public void A_certificate_verify_is_written_byte_for_byte_and_read_again()
    {
        byte[] message = Written(writer => CertificateVerify.Write(writer, SignatureScheme.MLDsa65, Hex("AABBCC")));
        Assert.Equal(Hex("0F 000007 0905 0003 AABBCC"), message);
        CertificateVerify verify = CertificateVerify.Parse(message.AsSpan(4));
        Assert.Equal(SignatureScheme.MLDsa65, verify.Algorithm);
        Assert.Equal(Hex("AABBCC"), verify.Signature.ToArray());
        Assert.True(CertificateVerify.Parse(Hex("FFFF 0000")).Signature.IsEmpty);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void Finished_has_the_length_of_the_hash(int hashSize)
    {
        byte[] message = Written(writer => Finished.Write(writer, new byte[hashSize]));
        Assert.Equal([20, 0, 0, (byte)hashSize, .. new byte[hashSize]], message);
        Assert.Equal(hashSize, Finished.Parse(message.AsSpan(4), hashSize).VerifyData.Length);
        Refuses(TlsAlert.DecodeError, message.AsSpan(4), input => Finished.Parse(input, hashSize + 1));
        Refuses(TlsAlert.DecodeError, message.AsSpan(4), input => Finished.Parse(input, hashSize - 1));
    }
}
