using System.Buffers;

namespace HybridTls.Transport;

/// <summary>Decrypted data in one rented block; records are appended until it is full.</summary>
internal sealed class PlaintextSegment : ReadOnlySequenceSegment<byte>
{
    private Memory<byte> _block;
    private object? _owner;

    /// <summary>The number of bytes of data.</summary>
    public int End { get; private set; }

    /// <summary>Where the next record can be decrypted to.</summary>
    public Span<byte> Room => _block.Span[End..];

    /// <summary>The next segment.</summary>
    public PlaintextSegment? NextSegment => (PlaintextSegment?)Next;

    /// <summary>Takes a block of <paramref name="pool"/>.</summary>
    public void Open(BlockPool pool, int size)
    {
        _block = pool.Rent(size, out _owner);
        End = 0;
        RunningIndex = 0;
        Memory = default;
        Next = null;
    }

    /// <summary>Adds the first <paramref name="count"/> bytes of <see cref="Room"/> to the data.</summary>
    public void Append(int count)
    {
        End += count;
        Memory = _block[..End];
    }

    /// <summary>Links the segment that follows.</summary>
    public void SetNext(PlaintextSegment next)
    {
        next.RunningIndex = RunningIndex + End;
        Next = next;
    }

    /// <summary>Gives the block back.</summary>
    public void Close(BlockPool pool)
    {
        pool.Return(_owner!);
        _owner = null;
        _block = default;
        Memory = default;
        Next = null;
        End = 0;
    }
}
