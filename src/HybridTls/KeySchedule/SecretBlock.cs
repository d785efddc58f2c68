using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>The memory in which one connection's secrets live, in slots. Who uses a slot's span keeps the block alive meanwhile.</summary>
internal sealed class SecretBlock(int slots) : IDisposable
{
    /// <summary>The size of one slot: the longest secret, a SHA-384 value.</summary>
    public const int SlotSize = 48;

    private readonly SecretMemory _memory = SecretMemory.Cleared(slots * SlotSize);

    /// <summary>All slots, for the test that scans them.</summary>
    public ReadOnlySpan<byte> Memory => _memory.Bytes;

    /// <summary>Whether no secret is left: disposed, which zeroes before it frees, or zero throughout.</summary>
    public bool IsCleared => _memory.IsClosed || !_memory.Bytes.ContainsAnyExcept((byte)0);

    /// <summary>One slot.</summary>
    /// <exception cref="ObjectDisposedException">All secrets have been zeroed.</exception>
    public Span<byte> Slot(int index) => _memory.Bytes.Slice(index * SlotSize, SlotSize);

    /// <summary>Zeroes one slot; nothing is left to do after disposal.</summary>
    public void Clear(int index)
    {
        if (!_memory.IsClosed)
            CryptographicOperations.ZeroMemory(Slot(index));
    }

    /// <summary>Zeroes all slots.</summary>
    public void Dispose() => _memory.Dispose();
}
