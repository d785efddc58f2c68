using System.Buffers;
using HybridTls.Records;

namespace HybridTls.Tests.Records;

public class RecordFramingTests
{
    private const int Limit = RecordLimits.MaxProtectedFragment;

    [Fact]
    [Clause("HT-REC-1")]
    public void Every_split_gives_the_same_records()
    {
        byte[] stream = [.. Record(22, 40), .. Record(20, 1), .. Record(23, 0), .. Record(21, 2), .. Record(23, 77)];
        List<string> expected = Parse(new ReadOnlySequence<byte>(stream));
        Assert.Equal(5, expected.Count);
        for (int i = 0; i <= stream.Length; i++)
            Assert.Equal(expected, Parse(Segments.Split(stream, i)));
        for (int size = 1; size < 20; size++)
            Assert.Equal(expected, Parse(Segments.SplitEvery(stream, size)));
        Assert.Equal(expected, Parse(Segments.Split(stream, 0, 0, 3, 0, 1, 0, 50, 0)));
    }

    [Fact]
    [Clause("HT-REC-1")]
    public void Input_that_ends_within_a_record_is_examined_and_not_consumed()
    {
        byte[] record = Record(22, 40);
        for (int length = 0; length < record.Length; length++)
        {
            ReadOnlySequence<byte> input = Segments.Split(record.AsMemory(0, length), length / 2);
            using RecordReader reader = new();
            SequencePosition consumed = input.End;
            SequencePosition examined = input.Start;
            Assert.False(reader.TryRead(input, ref consumed, ref examined, [], out _));
            Assert.Equal(0, input.GetOffset(consumed));
            Assert.Equal(length, input.GetOffset(examined));
        }
    }

    [Theory]
    [InlineData(22, 16384, true)]
    [InlineData(22, 16385, false)]
    [InlineData(21, 16385, false)]
    [InlineData(20, 16385, false)]
    [InlineData(23, 16640, true)]
    [InlineData(23, 16641, false)]
    [InlineData(23, 65535, false)]
    [Clause("HT-REC-9")]
    public void Lengths_beyond_the_limit_are_refused_by_the_header_alone(byte type, int length, bool allowed)
    {
        byte[] header = Record(type, length)[..5];
        if (allowed)
        {
            Assert.True(RecordFraming.TryParseHeader(header, Limit, out RecordHeader parsed));
            Assert.Equal(length, parsed.Length);
        }
        else
        {
            Assert.Equal(TlsAlert.RecordOverflow, Alert(header));
        }
    }

    [Fact]
    [Clause("HT-REC-4")]
    public void The_legacy_version_is_ignored()
    {
        foreach (ushort version in new ushort[] { 0, 0x0300, 0x0301, 0x0303, 0x0304, 0x7F1C, 0xFFFF })
        {
            byte[] record = Record(22, 3);
            record[1] = (byte)(version >> 8);
            record[2] = (byte)version;
            Assert.True(RecordFraming.TryParseHeader(record, Limit, out RecordHeader header));
            Assert.Equal(version, header.LegacyVersion);
        }
    }

    [Fact]
    [Clause("HT-REC-3")]
    public void What_is_not_tls_is_named_at_its_first_byte()
    {
        Assert.Contains("HTTP", Failure("G"u8.ToArray()).Message, StringComparison.Ordinal);
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert("GET / HTTP/1.1\r\n"u8.ToArray()));
        Assert.Contains("SSLv2", Failure([0x80, 0x2E, 1, 3, 1]).Message, StringComparison.Ordinal);
        Assert.Equal(TlsAlert.ProtocolVersion, Alert([0x80]));
        for (int type = 0; type < 256; type++)
        {
            if (type is < 20 or > 23)
                Assert.NotNull(Failure([(byte)type]));
        }
    }

    private static byte[] Record(byte type, int length) =>
        [type, 3, 3, (byte)(length >> 8), (byte)length, .. Enumerable.Range(0, length).Select(i => (byte)(i + type))];

    private static HybridTlsException Failure(byte[] bytes) =>
        Assert.Throws<HybridTlsException>(() => RecordFraming.TryParseHeader(bytes, Limit, out _));

    private static TlsAlert? Alert(byte[] bytes) => Failure(bytes).Alert;

    private static List<string> Parse(ReadOnlySequence<byte> input)
    {
        List<string> records = [];
        while (RecordFraming.TryParseHeader(input, Limit, out RecordHeader header))
        {
            records.Add($"{header} {Convert.ToHexString(input.Slice(RecordLimits.HeaderSize, header.Length).ToArray())}");
            input = input.Slice(header.RecordSize);
        }

        Assert.Equal(0, input.Length);
        return records;
    }
}
