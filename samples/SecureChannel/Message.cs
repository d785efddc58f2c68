using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SecureChannel;

/// <summary>A request or a response: length (4 bytes, of what follows), number (4 bytes), text in UTF-8.</summary>
/// <param name="Number">The same in a request and in its response, so that many may be under way.</param>
/// <param name="Text">What is said.</param>
internal sealed record Message(uint Number, string Text)
{
    private const int MaxLength = 64 << 10;
    private const int NumberSize = sizeof(uint);

    /// <summary>Takes one message from the front of <paramref name="buffer"/>.</summary>
    /// <returns>Null if it has not arrived as a whole.</returns>
    /// <exception cref="IOException">The length is absurd.</exception>
    public static Message? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        if (!reader.TryReadBigEndian(out int length))
            return null;
        if (length is < NumberSize or > MaxLength)
            throw new IOException($"A message of {length} bytes: they have {NumberSize} to {MaxLength}.");
        if (reader.Remaining < length)
            return null;
        reader.TryReadBigEndian(out int number);
        string text = Encoding.UTF8.GetString(reader.UnreadSequence.Slice(0, length - NumberSize));
        reader.Advance(length - NumberSize);
        buffer = buffer.Slice(reader.Position);
        return new Message((uint)number, text);
    }

    /// <summary>Appends the message to <paramref name="writer"/>, which is flushed by the caller.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        int length = NumberSize + Encoding.UTF8.GetByteCount(Text);
        Span<byte> frame = writer.GetSpan(sizeof(int) + length);
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        BinaryPrimitives.WriteUInt32BigEndian(frame[sizeof(int)..], Number);
        Encoding.UTF8.GetBytes(Text, frame[(sizeof(int) + NumberSize)..]);
        writer.Advance(sizeof(int) + length);
    }
}
