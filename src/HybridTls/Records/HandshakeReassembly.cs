using System.Buffers;

namespace HybridTls.Records;

/// <summary>Record fragments to whole handshake messages (RFC 9846 §5.1), in one contiguous pooled buffer.</summary>
/// <remarks>
/// Records are decrypted straight into the buffer's tail (<see cref="GetTail"/>, <see cref="Commit"/>), so a message is never
/// copied to be put together, and several messages of one record are handed out where they lie. The buffer holds at most one
/// partial message, whose length was judged when its header came, and one record.
/// </remarks>
internal sealed class HandshakeReassembly(HandshakeMessageLimits limits) : IDisposable
{
    /// <summary>Type and 24-bit length.</summary>
    public const int MessageHeaderSize = 4;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>How large messages may be.</summary>
    public HandshakeMessageLimits Limits { get; set; } = limits;

    /// <summary>Bytes of messages not yet taken.</summary>
    public int Pending => _end - _start;

    /// <summary>The size of the buffer held: zero between messages.</summary>
    public int BufferSize => _buffer.Length;

    /// <summary>Makes room for <paramref name="size"/> bytes behind what is pending. Invalidates messages taken before.</summary>
    public Span<byte> GetTail(int size)
    {
        if (_buffer.Length - _end < size)
            MakeRoom(size);
        return _buffer.AsSpan(_end, size);
    }

    /// <summary>Appends the first <paramref name="length"/> bytes of the tail.</summary>
    public void Commit(int length) => _end += length;

    /// <summary>Appends a copy of <paramref name="fragment"/>.</summary>
    public void Append(ReadOnlySpan<byte> fragment) // HT-REC-5
    {
        fragment.CopyTo(GetTail(fragment.Length));
        Commit(fragment.Length);
    }

    /// <summary>Takes the next whole message, header included; it is valid until the next call to anything here.</summary>
    /// <exception cref="HybridTlsException">The message's header announces more than the limit of its type: illegal_parameter (the RFC
    /// names no alert; others send this one), or decode_error for a type whose size is fixed (§6.2).</exception>
    public bool TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (Pending < MessageHeaderSize)
            return false;

        ReadOnlySpan<byte> pending = _buffer.AsSpan(_start, Pending);
        int length = (pending[1] << 16) | (pending[2] << 8) | pending[3];
        HandshakeType type = (HandshakeType)pending[0];
        int limit = Limits.For(type);
        if (length > limit) // HT-LIM-2
        {
            TlsError.Throw(HandshakeMessageLimits.IsFixed(type) ? FailureReason.MessageSize : FailureReason.MessageTooLong, type, length, limit);
        }

        if (Pending < MessageHeaderSize + length)
            return false;
        message = pending[..(MessageHeaderSize + length)];
        _start += message.Length;
        return true;
    }

    /// <summary>Gives the buffer back when nothing is pending, so that an idle connection holds none.</summary>
    public void ReleaseIfEmpty() // HT-LIM-5
    {
        if (Pending == 0)
            Dispose();
    }

    /// <summary>Zeroes the buffer and gives it back.</summary>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
    }

    private void MakeRoom(int size) // HT-LIM-3
    {
        int pending = Pending;
        if (_buffer.Length - pending >= size)
        {
            _buffer.AsSpan(_start, pending).CopyTo(_buffer);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(pending + size);
            _buffer.AsSpan(_start, pending).CopyTo(larger);
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }

        _start = 0;
        _end = pending;
    }
}
