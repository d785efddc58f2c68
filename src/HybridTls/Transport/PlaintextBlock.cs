using System.Buffers;

namespace HybridTls.Transport;

/// <summary>
/// What the user has written and is not protected yet: one rented block, with a byte of room behind for the content type.
/// </summary>
internal sealed class PlaintextBlock(MemoryPool<byte>? memoryPool)
{
    private readonly BlockPool _pool = new(memoryPool);
    private object? _owner;
    private Memory<byte> _memory;
    private int _limit;

    /// <summary>How many blocks are rented now.</summary>
    public int Rented => _pool.Rented;

    /// <summary>The bytes written.</summary>
    public int Filled { get; private set; }

    /// <summary>The bytes that can still be written.</summary>
    public int Room => _limit - Filled;

    /// <summary>Where the user writes.</summary>
    public Memory<byte> Free => _memory[Filled.._limit];

    /// <summary>Takes what the user has written.</summary>
    public void Advance(int count) => Filled += count;

    /// <summary>The content of a record, and the byte behind it.</summary>
    public Span<byte> GetContentAndRoom(int start, int length) => _memory.Span.Slice(start, length + 1);

    /// <summary>Moves to a larger block.</summary>
    /// <param name="needed">The bytes it must hold.</param>
    /// <param name="wanted">The bytes it should hold at most, unless more are needed.</param>
    public void Grow(int needed, int wanted)
    {
        Memory<byte> larger = _pool.Rent(needed + 1, out object owner);
        _memory.Span[..Filled].CopyTo(larger.Span);
        if (_owner is not null)
            _pool.Return(_owner);
        (_memory, _owner) = (larger, owner);
        _limit = Math.Max(needed, Math.Min(larger.Length - 1, wanted));
    }

    /// <summary>Drops the first bytes; the rest moves to the front.</summary>
    public void Consume(int count)
    {
        _memory.Span[count..Filled].CopyTo(_memory.Span);
        Filled -= count;
    }

    /// <summary>Drops everything and gives the block back.</summary>
    public void Release()
    {
        if (_owner is not null)
            _pool.Return(_owner);
        _owner = null;
        _memory = default;
        Filled = _limit = 0;
    }
}
