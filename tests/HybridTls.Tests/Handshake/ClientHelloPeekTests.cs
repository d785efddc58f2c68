using System.Buffers;
using HybridTls.Handshake;
using HybridTls.Records;
using HybridTls.Tests.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>The look at a ClientHello that lies in any number of records and segments.</summary>
public sealed class ClientHelloPeekTests
{
    private static readonly byte[] Hello = WriteHello();

    [Theory]
    [InlineData(16384)]
    [InlineData(500)]
    [InlineData(7)]
    [InlineData(1)]
    [Clause("HT-FALL-3")]
    public void The_same_is_found_however_it_is_cut(int fragment)
    {
        byte[] records = Records(Hello, fragment);
        foreach (int step in (int[])[1, 3, 5, 100, records.Length])
        {
            ClientHelloPeek peek = new();
            for (int length = 0; length < records.Length; length = Math.Min(length + step, records.Length))
            {
                Assert.False(peek.TryJudge(Segments(records.AsMemory(0, length), step), out _), $"judged after {length} of {records.Length} bytes");
                Assert.Null(peek.Info);
            }

            Assert.True(peek.TryJudge(Segments(records, step), out FallbackReason reason));
            Assert.Equal(FallbackReason.None, reason);
            Assert.Equal("localhost", peek.Info!.ServerName);
        }
    }

    [Fact]
    public void What_a_client_lacks_is_the_reason()
    {
        Assert.Equal(FallbackReason.NoTls13, Judge(static hello => hello.Set(ExtensionType.SupportedVersions, 2, 3, 3)));
        Assert.Equal(FallbackReason.NoTls13, Judge(static hello => hello.Remove(ExtensionType.SupportedVersions)));
        Assert.Equal(FallbackReason.NoGroup, Judge(static hello => hello.Set(ExtensionType.SupportedGroups, 0, 2, 0, 29)));
        Assert.Equal(FallbackReason.NoSignature, Judge(static hello => hello.Set(ExtensionType.SignatureAlgorithms, 0, 2, 4, 3)));
        Assert.Equal(FallbackReason.NoClientHello, Judge(static hello => hello.Set(ExtensionType.SupportedGroups, 0, 3, 0, 29)));
        Assert.Equal(FallbackReason.None, Judge(static hello => { }));
    }

    [Theory]
    [InlineData("15030300020228")] // an alert
    [InlineData("1603010000")] // an empty record
    [InlineData("1603014001")] // a record that is too long
    [InlineData("16020000050100000100")] // another version's record
    [InlineData("160301000402000000")] // a ServerHello
    [InlineData("160301000401010000")] // a message of 65,536 bytes and its header
    [InlineData("47")] // "G"
    public void What_is_no_ClientHello_is_known_at_once(string hex)
    {
        ClientHelloPeek peek = new();
        Assert.True(peek.TryJudge(new ReadOnlySequence<byte>(Convert.FromHexString(hex)), out FallbackReason reason));
        Assert.Equal(FallbackReason.NoClientHello, reason);
        Assert.Null(peek.Info);
    }

    [Fact]
    [Clause("HT-FALL-4")]
    public void No_more_is_looked_at_than_an_honest_client_sends()
    {
        // A message of the largest size, one byte a record: 384 KiB.
        byte[] endless = Records([1, 0, 0xFF, 0xFC, .. new byte[0xFFFC]], fragment: 1);
        ClientHelloPeek peek = new();
        int length = 0;
        while (!peek.TryJudge(new ReadOnlySequence<byte>(endless, 0, length), out FallbackReason reason))
        {
            length += 600;
            Assert.InRange(length, 0, 132 * 1024);
            Assert.Equal(FallbackReason.NoClientHello, reason);
        }
    }

    [Fact]
    public void Whatever_comes_it_throws_nothing()
    {
        byte[] records = Records(Hello, 200);
        for (int i = 0; i < records.Length; i++)
        {
            byte[] altered = [.. records];
            altered[i] ^= 0xFF;
            new ClientHelloPeek().TryJudge(new ReadOnlySequence<byte>(altered), out _);
        }
    }

    private static FallbackReason Judge(Action<EditableMessage> change)
    {
        EditableMessage message = new(Hello);
        change(message);
        Assert.True(new ClientHelloPeek().TryJudge(new ReadOnlySequence<byte>(Records(message.ToArray(), 16384)), out FallbackReason reason));
        return reason;
    }

    private static byte[] WriteHello()
    {
        ArrayBufferWriter<byte> output = new();
        using ClientHandshake client = new(TestIdentities.ClientOptions(), output);
        client.Start();
        return output.WrittenSpan[RecordLimits.HeaderSize..].ToArray();
    }

    private static byte[] Records(byte[] message, int fragment) =>
        [.. message.Chunk(fragment).SelectMany(static part => (byte[])[0x16, 3, 1, (byte)(part.Length >> 8), (byte)part.Length, .. part])];

    private static ReadOnlySequence<byte> Segments(ReadOnlyMemory<byte> bytes, int size)
    {
        if (bytes.Length <= size)
            return new ReadOnlySequence<byte>(bytes);
        Segment first = new(bytes[..size], 0), last = first;
        for (int start = size; start < bytes.Length; start += size)
            last = last.Append(bytes.Slice(start, Math.Min(size, bytes.Length - start)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
