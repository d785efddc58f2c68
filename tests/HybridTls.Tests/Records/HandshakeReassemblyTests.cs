using System.Buffers;
using HybridTls.Records;
using static HybridTls.Tests.Records.RecordPair;

namespace HybridTls.Tests.Records;

public class HandshakeReassemblyTests
{
    [Theory]
    [InlineData(1, 65536)]
    [InlineData(2, 16384)]
    [InlineData(4, 32768)]
    [InlineData(5, 0)]
    [InlineData(8, 16384)]
    [InlineData(11, 65536)]
    [InlineData(13, 65536)]
    [InlineData(15, 16384)]
    [InlineData(20, 64)]
    [InlineData(24, 1)]
    [InlineData(25, 65536)]
    [InlineData(99, 16384)]
    [Clause("HT-LIM-2")]
    public void A_message_beyond_its_limit_is_refused_by_its_header(byte type, int limit)
    {
        using RecordReader reader = new();
        int tooLong = limit + 1;
        byte[] header = [type, (byte)(tooLong >> 16), (byte)(tooLong >> 8), (byte)tooLong];
        Assert.Equal(type is 5 or 20 or 24 ? TlsAlert.DecodeError : TlsAlert.IllegalParameter, Alert(reader, Plain(ContentType.Handshake, header)));
        Assert.True(reader.BufferedMemory <= 64, "no memory is taken for what is refused");

        using RecordReader allowed = new();
        byte[] message = Message(type, limit);
        Assert.Single(Events(allowed, [.. message.Chunk(16384).Select(chunk => Plain(ContentType.Handshake, chunk))]));
    }

    [Fact]
    public void The_host_may_set_other_limits()
    {
        HandshakeMessageLimits limits = new() { Certificate = 1000 };
        using RecordReader reader = ProtectedReader(application: false, limits);
        using RecordProtection peer = Protection();
        Assert.Single(Events(reader, Sealed(peer, ContentType.Handshake, Message(11, 1000))));
        Assert.Equal(TlsAlert.IllegalParameter, Alert(reader, Sealed(peer, ContentType.Handshake, Message(11, 1001)[..4])));
    }

    [Fact]
    [Clause("HT-LIM-3")]
    public void Memory_grows_with_what_arrives_and_not_with_what_is_announced()
    {
        using RecordReader reader = new();
        byte[] message = Message(1, 65536);
        Events(reader, Plain(ContentType.Handshake, message[..4]));
        Assert.True(reader.BufferedMemory <= 64);
        int received = 4;
        while (received < message.Length - 100)
        {
            Events(reader, Plain(ContentType.Handshake, message[received..(received + 100)]));
            received += 100;
            Assert.True(reader.BufferedMemory <= 2 * (received + 100), $"{reader.BufferedMemory} bytes held for {received}");
        }

        Assert.Equal(received, reader.PendingHandshakeBytes);
    }

    [Fact]
    [Clause("HT-LIM-4")]
    public void What_a_peer_can_make_a_reader_hold_is_bounded()
    {
        // The worst case: the longest message, one byte short, then the fullest record. The pool gives powers of two.
        using RecordReader reader = new();
        byte[] message = Message(1, 65536);
        foreach (byte[] chunk in message[..^1].Chunk(16384))
            Events(reader, Plain(ContentType.Handshake, chunk));
        Assert.True(reader.TryRead(Plain(ContentType.Handshake, [message[^1], .. new byte[16383]]), out _, default, out _));
        Assert.InRange(reader.BufferedMemory, 65540, 131072);
    }

    [Fact]
    public void Received_messages_are_zeroed_when_their_memory_is_given_back()
    {
        HandshakeReassembly reassembly = new(HandshakeMessageLimits.Default);
        reassembly.Append(Message(4, 500));
        Assert.True(reassembly.TryTake(out ReadOnlySpan<byte> message));
        Assert.True(message.ContainsAnyExcept((byte)0));
        reassembly.Dispose();
        Assert.Equal(0, reassembly.BufferSize);
        Assert.False(message.ContainsAnyExcept((byte)0)); // the span still shows the pooled memory
    }

    [Fact]
    public void A_message_within_one_record_is_handed_out_where_it_was_decrypted()
    {
        using HandshakeReassembly reassembly = new(HandshakeMessageLimits.Default);
        byte[] message = Message(8, 100);
        Span<byte> tail = reassembly.GetTail(1000);
        message.CopyTo(tail);
        reassembly.Commit(message.Length);
        Assert.True(reassembly.TryTake(out ReadOnlySpan<byte> taken));
        Assert.True(tail[..message.Length] == taken); // the same memory
    }

    [Fact]
    [Clause("HT-REC-5")]
    public void Random_messages_in_random_fragments_come_out_as_they_went_in()
    {
        Random random = new(11);
        for (int round = 0; round < 200; round++)
        {
            using HandshakeReassembly reassembly = new(HandshakeMessageLimits.Default);
            byte[][] messages = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Message(11, random.Next(0, 2000)))];
            byte[] stream = Join(messages);
            List<byte[]> taken = [];
            for (int i = 0; i < stream.Length;)
            {
                int size = Math.Min(stream.Length - i, random.Next(1, 900));
                Span<byte> tail = reassembly.GetTail(size + random.Next(100)); // padding is not committed
                stream.AsSpan(i, size).CopyTo(tail);
                reassembly.Commit(size);
                i += size;
                while (reassembly.TryTake(out ReadOnlySpan<byte> message))
                    taken.Add(message.ToArray());
            }

            Assert.Equal(messages, taken);
            Assert.Equal(0, reassembly.Pending);
        }
    }
}
