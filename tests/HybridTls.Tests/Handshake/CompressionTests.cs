using System.IO.Compression;
using HybridTls.Certificates;
using HybridTls.Handshake;
using HybridTls.Messages;

namespace HybridTls.Tests.Handshake;

/// <summary>Compressed certificates that lie (RFC 8879).</summary>
public sealed class CompressionTests
{
    public static TheoryData<string, TlsAlert> Lies { get; } = new()
    {
        { "one byte less", TlsAlert.BadCertificate },
        { "one byte more", TlsAlert.BadCertificate },
        { "beyond the limit", TlsAlert.BadCertificate },
        { "corrupt", TlsAlert.BadCertificate },
        { "no data", TlsAlert.DecodeError },
        { "another algorithm", TlsAlert.IllegalParameter },
        { "an unknown algorithm", TlsAlert.IllegalParameter },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    [Clause("HT-CMP-2")]
    [Clause("HT-CMP-3")]
    [Clause("HT-CMP-4")]
    public void A_compressed_certificate_that_lies_is_refused(string lie, TlsAlert alert)
    {
        foreach (CertificateCompression compression in (CertificateCompression[])[CertificateCompression.Brotli, CertificateCompression.Zlib])
        {
            using MessagePair pair = Compressing(compression);
            pair.Intercept = (_, message) => message[0] == (byte)HandshakeType.CompressedCertificate ? Change(message, lie) : message;
            Assert.Equal(alert, pair.FailWith());
        }
    }

    [Theory]
    [InlineData(CertificateCompression.Brotli)]
    [InlineData(CertificateCompression.Zlib)]
    [Clause("HT-CMP-2")]
    public void A_length_beyond_the_limit_is_refused_before_memory_is_taken(CertificateCompression compression)
    {
        // A bomb: little data that says it becomes the most that a length can say.
        using MessagePair pair = Compressing(compression);
        byte[] bomb = [];
        pair.Intercept = (_, message) => message[0] == (byte)HandshakeType.CompressedCertificate ? bomb = message : message;
        pair.RunUntil(() => pair.Client.State == ClientState.AwaitCertificateVerify);
        bomb[6] = bomb[7] = bomb[8] = 0xFF;

        using MessagePair victim = Compressing(compression);
        victim.RunUntil(() => victim.Client.State == ClientState.AwaitCertificateOrRequest);
        Assert.Throws<HybridTlsException>(() => victim.Inject(victim.Client, bomb)); // warms up
        long before = GC.GetAllocatedBytesForCurrentThread();
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => victim.Inject(victim.Client, bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024);
        Assert.Equal(TlsAlert.BadCertificate, exception.Alert);
    }

    [Theory]
    [InlineData(16 * 1024 * 1024, false)]
    [InlineData(16 * 1024 * 1024, true)]
    [InlineData(20_001, false)]
    [InlineData(10_000, null)]
    [Clause("HT-CMP-5")]
    public void A_Brotli_stream_that_does_not_say_at_once_what_it_yields_is_refused_before_it_is_inflated(int size, bool? behindTheAnnounced)
    {
        // Fourteen bytes that a decoder makes 16 MiB of before it looks at the room it has.
        const int Announced = 20_000;
        using MemoryStream stream = new();
        using (BrotliStream brotli = new(stream, new BrotliCompressionOptions { Quality = 11 }, leaveOpen: true))
        {
            if (behindTheAnnounced != false)
            {
                brotli.Write(new byte[behindTheAnnounced is null ? Announced - size : Announced]); // null: all as announced, in two blocks
                brotli.Flush();
            }

            brotli.Write(new byte[size]);
        }

        Assert.False(BrotliBound.IsBounded(stream.ToArray(), Announced));

        // 25, length, algorithm 2, Announced, the length of the data.
        byte[] data = stream.ToArray();
        byte[] message = [25, 0, 0, (byte)(data.Length + 8), 0, 2, 0, Announced >> 8, Announced & 0xFF, 0, 0, (byte)data.Length, .. data];
        using MessagePair victim = Compressing(CertificateCompression.Brotli);
        victim.RunUntil(() => victim.Client.State == ClientState.AwaitCertificateOrRequest);
        Assert.Equal(TlsAlert.BadCertificate, Assert.Throws<HybridTlsException>(() => victim.Inject(victim.Client, message)).Alert);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4000)]
    [InlineData(20_000)]
    [InlineData(65_536)]
    [Clause("HT-CMP-5")]
    public void What_encoders_write_of_a_certificate_message_is_bounded(int size)
    {
        byte[] random = new byte[size];
        new Random(size).NextBytes(random);
        byte[] text = [.. random.Select(static value => (byte)('a' + (value & 7)))];
        byte[] mixed = [.. random.AsSpan(0, size / 2), .. text.AsSpan(size / 2)];
        byte[] compressed = new byte[BrotliEncoder.GetMaxCompressedLength(size)];
        foreach (byte[] body in (byte[][])[random, text, mixed])
        {
            byte[] ours = CertificateCompressor.Compress(CertificateCompressionAlgorithm.Brotli, body);
            Assert.True(BrotliBound.IsBounded(ours, size));
            foreach (int quality in (int[])[2, 4, 5, 9, 11])
            {
                foreach (int window in (int[])[10, 16, 17, 18, 22, 24])
                {
                    if (quality < 4 && size > 16_384) // an encoder in a hurry splits what is longer
                        continue;
                    Assert.True(BrotliEncoder.TryCompress(body, compressed, out int length, quality, window));
                    Assert.True(BrotliBound.IsBounded(compressed.AsSpan(0, length), size), $"{quality} {window}");
                }
            }
        }
    }

    [Fact]
    [Clause("HT-CMP-1")]
    public void Nothing_is_compressed_by_default_or_in_vain_and_brotli_is_preferred()
    {
        Assert.Equal(CertificateCompression.None, new HybridTlsClientOptions().CertificateCompression);
        using MessagePair pair = new();
        pair.Run();
        Assert.DoesNotContain(new EditableMessage(pair.Messages[0].Message).Extensions, static e => e.Type == ExtensionType.CompressCertificate);

        // A raw key of 1,974 bytes does not become shorter.
        using MessagePair raw = new(
            TestIdentities.ServerOptions(static o => (o.CertificateCompression, o.Credential) = (CertificateCompression.Zlib, TestIdentities.RawServer)),
            TestIdentities.ClientOptions(static o =>
                (o.CertificateCompression, o.AcceptRawPublicKeys, o.PeerValidation) = (CertificateCompression.Zlib, true, TestIdentities.PinServer)));
        raw.Run();
        Assert.DoesNotContain(raw.Messages, static m => m.Message[0] == (byte)HandshakeType.CompressedCertificate);

        using MessagePair both = Compressing(CertificateCompression.Zlib | CertificateCompression.Brotli);
        both.Run();
        Assert.Equal([4, 0, 2, 0, 1], new EditableMessage(both.Messages[0].Message)[ExtensionType.CompressCertificate]);
        Assert.Equal(2, both.Messages.Single(static m => m.Message[0] == (byte)HandshakeType.CompressedCertificate).Message[5]);
    }

    private static MessagePair Compressing(CertificateCompression compression) => new(
        TestIdentities.ServerOptions(o => o.CertificateCompression = compression),
        TestIdentities.ClientOptions(o => o.CertificateCompression = compression));

    private static byte[] Change(byte[] message, string lie)
    {
        int length = (message[6] << 16) | (message[7] << 8) | message[8];
        switch (lie)
        {
            case "one byte less":
                SetLength(message, length - 1);
                break;
            case "one byte more":
                SetLength(message, length + 1);
                break;
            case "beyond the limit":
                SetLength(message, 65537);
                break;
            case "corrupt":
                message.AsSpan(message.Length / 2).Fill(0xFF);
                break;
            case "no data":
                return [25, 0, 0, 8, .. message[4..9], 0, 0, 0];
            case "another algorithm":
                message[5] ^= 3; // brotli is 2, zlib 1
                break;
            case "an unknown algorithm":
                message[5] = 77;
                break;
        }

        return message;
    }

    private static void SetLength(byte[] message, int length)
    {
        message[6] = (byte)(length >> 16);
        message[7] = (byte)(length >> 8);
        message[8] = (byte)length;
    }
}
