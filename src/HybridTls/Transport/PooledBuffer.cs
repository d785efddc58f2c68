using System.Buffers;

namespace HybridTls.Transport;

/// <summary>A queue of bytes in pooled memory, which it holds only while it has something to keep.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>The number of bytes kept.</summary>
    public int Length => _end - _start;

    /// <summary>The bytes kept.</summary>
    public ReadOnlyMemory<byte> Memory => _array.AsMemory(_start, Length);

    /// <summary>The bytes kept.</summary>
    public ReadOnlySpan<byte> Span => _array.AsSpan(_start, Length);

    /// <summary>The bytes of pooled memory held.</summary>
    public int Capacity => _array.Length;

    /// <summary>Drops the first <paramref name="count"/> bytes; when none are left, the memory goes back to the pool.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
            Release();
    }

    /// <summary>Drops all bytes and gives the memory back.</summary>
    public void Release()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        _start = _end = 0;
    }

    /// <inheritdoc/>
    public void Advance(int count) => _end += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(_end);
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Reserve(int size)
    {
        if (_array.Length - _end >= size)
            return;
        int length = Length;
        if (_array.Length - length >= size)
        {
            Span.CopyTo(_array);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(length + size);
            Span.CopyTo(larger);
            if (_array.Length > 0)
                ArrayPool<byte>.Shared.Return(_array);
            _array = larger;
        }

        _start = 0;
        _end = length;
    }
}
