using System.Buffers;
using System.Security.Cryptography;
using HybridTls.Records;
using static HybridTls.Tests.Records.RecordPair;

namespace HybridTls.Tests.Records;

public class RecordWriterTests
{
    [Fact]
    [Clause("HT-REC-5")]
    public void Handshake_messages_are_fragmented_to_full_records()
    {
        byte[] message = Message(11, 40000);
        using RecordWriter writer = new();
        ArrayBufferWriter<byte> output = new();
        writer.WriteHandshake(output, message);
        Assert.Equal([16384, 16384, 40004 - 32768], Lengths(output.WrittenSpan));
        using RecordReader reader = new();
        Assert.Equal([$"handshake {Convert.ToHexString(message)}"], Events(reader, output.WrittenSpan.ToArray()));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(512)]
    [InlineData(16385)]
    [Clause("HT-REC-19")]
    public void The_peers_record_size_limit_bounds_protected_records(int limit)
    {
        byte[] data = RandomNumberGenerator.GetBytes(40000);
        using RecordWriter writer = ProtectedWriter();
        writer.RecordSizeLimit = limit;
        Assert.Equal(limit - 1, writer.MaxContent);
        ArrayBufferWriter<byte> output = new();
        writer.WriteApplicationData(output, data);
        List<int> lengths = Lengths(output.WrittenSpan);
        Assert.All(lengths, length => Assert.InRange(length, 17, limit + 16));
        Assert.Equal((40000 + limit - 2) / (limit - 1), lengths.Count);
        using RecordReader reader = ProtectedReader();
        reader.RecordSizeLimit = limit;
        Assert.Equal(Convert.ToHexString(data), string.Concat(Events(reader, output.WrittenSpan.ToArray()).Select(text => text[5..])));
    }

    [Fact]
    public void Limits_of_peers_are_checked()
    {
        using RecordWriter writer = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.RecordSizeLimit = 63);
        writer.RecordSizeLimit = 65535;
        Assert.Equal(RecordLimits.MaxContent, writer.MaxContent);
        Assert.Equal(RecordLimits.MaxContent, writer.MaxContent);
    }

    [Fact]
    [Clause("HT-REC-21")]
    public void Padding_fills_to_the_multiple_and_not_beyond_the_limit()
    {
        using RecordWriter writer = ProtectedWriter();
        writer.PaddingMultiple = 256;
        using RecordReader reader = ProtectedReader();
        for (int length = 1; length < 600; length += 17)
        {
            ArrayBufferWriter<byte> output = new();
            writer.WriteApplicationData(output, new byte[length]);
            Assert.Equal([(((length + 1 + 255) / 256) * 256) + 16], Lengths(output.WrittenSpan));
            Assert.Equal([$"data {new string('0', 2 * length)}"], Events(reader, output.WrittenSpan.ToArray()));
        }

        writer.RecordSizeLimit = 300;
        ArrayBufferWriter<byte> limited = new();
        writer.WriteApplicationData(limited, new byte[299 + 290]);
        Assert.Equal([300 + 16, 300 + 16], Lengths(limited.WrittenSpan));
    }

    [Fact]
    [Clause("HT-ALERT-6")]
    public void Alerts_and_change_cipher_spec_have_their_forms()
    {
        using RecordWriter writer = new();
        ArrayBufferWriter<byte> output = new();
        writer.WriteAlert(output, TlsAlert.CloseNotify);
        writer.WriteAlert(output, TlsAlert.HandshakeFailure);
        writer.WriteAlert(output, TlsAlert.UserCanceled);
        writer.WriteChangeCipherSpec(output);
        writer.PlaintextVersion = RecordHeader.InitialVersion;
        writer.WriteHandshake(output, [1, 0, 0, 0]);
        Assert.Equal(
            "15030300020100" + "15030300020228" + "1503030002015A" + "140303000101" + "160301000401000000",
            Convert.ToHexString(output.WrittenSpan));

        using RecordWriter secured = ProtectedWriter();
        ArrayBufferWriter<byte> protectedOutput = new();
        secured.WriteChangeCipherSpec(protectedOutput);
        Assert.Equal("140303000101", Convert.ToHexString(protectedOutput.WrittenSpan)); // never protected
        secured.WriteAlert(protectedOutput, TlsAlert.InternalError);
        using RecordReader reader = ProtectedReader(application: false);
        HybridTlsException failure = Assert.Throws<HybridTlsException>(() => Events(reader, protectedOutput.WrittenSpan.ToArray()));
        Assert.Equal(TlsAlert.InternalError, failure.Alert);
    }

    [Fact]
    [Clause("HT-HS-10")]
    public void Data_is_never_sent_without_keys_and_empty_data_not_at_all()
    {
        using RecordWriter writer = new();
        ArrayBufferWriter<byte> output = new();
        Assert.Throws<InvalidOperationException>(() => writer.WriteApplicationData(output, [1]));
        writer.SetKeys(Protection());
        writer.WriteApplicationData(output, []);
        Assert.Equal(0, output.WrittenCount);
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.WriteApplicationData(output, [1]));
        Assert.Throws<ObjectDisposedException>(() => writer.WriteAlert(output, TlsAlert.CloseNotify));
        Assert.Throws<ObjectDisposedException>(() => writer.SetKeys(Protection()));
    }

    [Fact]
    [Clause("HT-KU-5")]
    [Clause("HT-REC-18")]
    public void The_writer_asks_for_new_keys_in_time_and_stops_at_the_limit()
    {
        using RecordWriter writer = new();
        writer.SetKeys(Protection(1, usageLimit: 4));
        ArrayBufferWriter<byte> output = new();
        for (int i = 0; i < 3; i++)
        {
            Assert.False(writer.ShouldUpdateKeys);
            writer.WriteApplicationData(output, [1]);
        }

        Assert.True(writer.ShouldUpdateKeys);
        writer.WriteHandshake(output, [24, 0, 0, 1, 0]);
        int written = output.WrittenCount;
        Assert.Throws<HybridTlsException>(() => writer.WriteApplicationData(output, [1]));
        Assert.Equal(written, output.WrittenCount);
        writer.SetKeys(Protection(2));
        Assert.False(writer.ShouldUpdateKeys);
        writer.WriteApplicationData(output, [1]);
    }

    private static RecordWriter ProtectedWriter()
    {
        RecordWriter writer = new();
        writer.SetKeys(Protection());
        return writer;
    }

    private static List<int> Lengths(ReadOnlySpan<byte> stream)
    {
        List<int> lengths = [];
        while (!stream.IsEmpty)
        {
            RecordHeader header = RecordHeader.Read(stream);
            lengths.Add(header.Length);
            stream = stream[header.RecordSize..];
        }

        return lengths;
    }
}
