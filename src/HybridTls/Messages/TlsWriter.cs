using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HybridTls.Messages;

/// <summary>Writes the presentation language of RFC 9846 §3 into a pooled buffer that grows.</summary>
/// <remarks>
/// An own buffer rather than any <see cref="IBufferWriter{T}"/>, because a length stands before its vector and is known after it,
/// and because the transcript needs each finished message as one span. The buffer is
/// cleared before it returns to the pool.
/// </remarks>
internal sealed class TlsWriter : IBufferWriter<byte>, IDisposable // HT-MSG-8
{
    private byte[] _buffer;
    private int _length;

    /// <summary>Creates a writer with room for <paramref name="capacity"/> bytes before it has to grow.</summary>
    public TlsWriter(int capacity = 2048)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>The number of bytes written.</summary>
    public int Length => _length;

    /// <summary>
    /// What has been written, valid until the next write; writable, for values that are known only afterwards (PSK binders).
    /// </summary>
    public Span<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Writes a uint8.</summary>
    public void WriteUInt8(int value)
    {
        GetSpan(1)[0] = (byte)value;
        _length++;
    }

    /// <summary>Writes a uint16.</summary>
    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(GetSpan(2), (ushort)value);
        _length += 2;
    }

    /// <summary>Writes a uint24.</summary>
    public void WriteUInt24(int value)
    {
        Span<byte> span = GetSpan(3);
        span[0] = unchecked((byte)(value >> 16));
        span[1] = unchecked((byte)(value >> 8));
        span[2] = unchecked((byte)value);
        _length += 3;
    }

    /// <summary>Writes a uint32.</summary>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(GetSpan(4), value);
        _length += 4;
    }

    /// <summary>Writes bytes without a length.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Writes a vector with a uint8 length.</summary>
    public void WriteVector8(scoped ReadOnlySpan<byte> bytes)
    {
        using LengthScope scope = BeginVector8();
        WriteBytes(bytes);
    }

    /// <summary>Writes a vector with a uint16 length.</summary>
    public void WriteVector16(scoped ReadOnlySpan<byte> bytes)
    {
        using LengthScope scope = BeginVector16();
        WriteBytes(bytes);
    }

    /// <summary>Writes a vector with a uint24 length.</summary>
    public void WriteVector24(scoped ReadOnlySpan<byte> bytes)
    {
        using LengthScope scope = BeginVector24();
        WriteBytes(bytes);
    }

    /// <summary>Writes one whole extension.</summary>
    public void WriteExtension(ExtensionType type, scoped ReadOnlySpan<byte> data)
    {
        using LengthScope scope = BeginExtension(type);
        WriteBytes(data);
    }

    /// <summary>Opens a vector with a uint8 length; disposing the scope closes it.</summary>
    public LengthScope BeginVector8() => Begin(1);

    /// <summary>Opens a vector with a uint16 length; disposing the scope closes it.</summary>
    public LengthScope BeginVector16() => Begin(2);

    /// <summary>Opens a vector with a uint24 length; disposing the scope closes it.</summary>
    public LengthScope BeginVector24() => Begin(3);

    /// <summary>Writes an extension's type and opens its data (RFC 9846 §4.3); disposing the scope closes it.</summary>
    public LengthScope BeginExtension(ExtensionType type)
    {
        WriteUInt16((ushort)type);
        return Begin(2);
    }

    /// <summary>Writes a handshake message's type and opens its body (RFC 9846 §4); disposing the scope closes it.</summary>
    public LengthScope BeginMessage(HandshakeType type)
    {
        WriteUInt8((byte)type);
        return Begin(3);
    }

    /// <summary>Takes back what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unchecked((uint)length), (uint)_length);
        CryptographicOperations.ZeroMemory(Written[length..]); // what is behind the end is cleared by nobody later
        _length = length;
    }

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Written);
        _length = 0;
    }

    /// <summary>Returns the cleared buffer. The writer may be used again, and rents anew.</summary>
    public void Dispose()
    {
        byte[] buffer = _buffer;
        Clear();
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Writes the length of what follows <paramref name="start"/> into the <paramref name="width"/> bytes before it.</summary>
    internal void Close(int start, int width)
    {
        int length = _length - start;
        if (length >> (8 * width) != 0)
        {
            TlsError.Throw(FailureReason.VectorTooLong, length);
        }

        for (int i = 1; i <= width; i++)
            _buffer[start - i] = unchecked((byte)(length >> (8 * (i - 1))));
    }

    private LengthScope Begin(int width)
    {
        GetSpan(width)[..width].Clear();
        _length += width;
        return new LengthScope(this, _length, width);
    }

    private void EnsureRoom(int size)
    {
        size = Math.Max(size, 1);
        if (size <= _buffer.Length - _length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + size), Math.Min(2 * _buffer.Length, 1 << 24)));
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(Written);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
