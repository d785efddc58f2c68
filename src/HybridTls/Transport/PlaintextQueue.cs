using System.Buffers;

namespace HybridTls.Transport;

/// <summary>The decrypted data that the user has not consumed: a chain of segments that is given back as it is consumed.</summary>
internal sealed class PlaintextQueue(MemoryPool<byte>? memoryPool)
{
    /// <summary>The least block, so that many small records share one.</summary>
    private const int MinBlock = 4096;

    /// <summary>The largest block: three full records; each needs a byte of room for its type.</summary>
    private const int MaxBlock = 64 * 1024;

    /// <summary>Segments kept without a block: what a slow user leaves behind at a time.</summary>
    private const int MaxSpares = 4;

    private readonly BlockPool _pool = new(memoryPool);
    private PlaintextSegment? _head;
    private PlaintextSegment? _tail;
    private PlaintextSegment? _spares;
    private int _spareCount;
    private int _headIndex;
    private long _examined;

    /// <summary>How many blocks are rented now.</summary>
    public int Rented => _pool.Rented;

    /// <summary>The bytes not consumed.</summary>
    public long Length => _tail is null ? 0 : End - Start;

    /// <summary>The bytes that the user has not examined.</summary>
    public long Unexamined => _tail is null ? 0 : End - _examined;

    /// <summary>The data not consumed.</summary>
    public ReadOnlySequence<byte> Data => _tail is null ? default : new ReadOnlySequence<byte>(_head!, _headIndex, _tail, _tail.End);

    /// <summary>Where the next record may be decrypted to; empty if there is no room.</summary>
    public Span<byte> Room => _tail is null ? default : _tail.Room;

    private long Start => _head!.RunningIndex + _headIndex;

    private long End => _tail!.RunningIndex + _tail.End;

    /// <summary>Makes <see cref="Room"/> at least <paramref name="needed"/> bytes.</summary>
    /// <param name="needed">What the next record needs.</param>
    /// <param name="expected">What all records that are there may need together.</param>
    public void Reserve(int needed, long expected)
    {
        PlaintextSegment segment = TakeSpare() ?? new PlaintextSegment();
        segment.Open(_pool, (int)Math.Max(needed, Math.Clamp(expected, MinBlock, MaxBlock)));
        if (_tail is null)
        {
            _head = segment;
            _headIndex = 0;
            _examined = 0;
        }
        else
        {
            _tail.SetNext(segment);
        }

        _tail = segment;
    }

    /// <summary>Adds the first bytes of <see cref="Room"/> to the data.</summary>
    public void Append(int count) => _tail!.Append(count);

    /// <summary>Gives the last block back if nothing was appended to it.</summary>
    public void TrimEmptyTail()
    {
        if (_tail is { End: 0 } && ReferenceEquals(_head, _tail))
            Clear();
    }

    /// <summary>Takes note of what the user has consumed and examined.</summary>
    /// <exception cref="InvalidOperationException">The positions are in the wrong order, or outside the data.</exception>
    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        PlaintextSegment? consumedSegment = (PlaintextSegment?)consumed.GetObject();
        PlaintextSegment? examinedSegment = (PlaintextSegment?)examined.GetObject();
        long consumedAt = consumedSegment is null ? 0 : consumedSegment.RunningIndex + consumed.GetInteger();
        long examinedAt = examinedSegment is null ? 0 : examinedSegment.RunningIndex + examined.GetInteger();
        if (consumedSegment is not null && examinedSegment is not null && examinedAt < consumedAt)
            throw new InvalidOperationException("The examined position must be greater than or equal to the consumed position.");
        if (_tail is null)
        {
            if (consumedSegment is not null)
                throw new InvalidOperationException("The PipeReader has already advanced past the provided position.");
            return;
        }

        if ((consumedSegment is not null && (consumedAt < Start || consumedAt > End)) || examinedAt > End)
            throw new InvalidOperationException("The PipeReader has already advanced past the provided position.");
        if (examinedSegment is not null)
            _examined = examinedAt;
        if (consumedSegment is null)
            return;
        if (consumedAt == End)
        {
            Clear();
            return;
        }

        while (_head!.RunningIndex + _head.End <= consumedAt)
        {
            PlaintextSegment next = _head.NextSegment!;
            Drop(_head);
            _head = next;
        }

        _headIndex = (int)(consumedAt - _head.RunningIndex);
    }

    /// <summary>Gives all blocks back.</summary>
    public void Clear()
    {
        for (PlaintextSegment? segment = _head; segment is not null;)
        {
            PlaintextSegment? next = segment.NextSegment;
            Drop(segment);
            segment = next;
        }

        _head = _tail = null;
        _headIndex = 0;
        _examined = 0;
    }

    private void Drop(PlaintextSegment segment)
    {
        segment.Close(_pool);
        if (_spareCount == MaxSpares)
            return;
        if (_spares is not null)
            segment.SetNext(_spares);
        _spares = segment;
        _spareCount++;
    }

    private PlaintextSegment? TakeSpare()
    {
        PlaintextSegment? segment = _spares;
        if (segment is null)
            return null;
        _spares = segment.NextSegment;
        _spareCount--;
        return segment;
    }
}
