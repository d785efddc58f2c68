using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>The memory in which one connection's secrets live, in slots. Who uses a slot's span keeps the block alive meanwhile.</summary>
internal sealed class SecretBlock : IDisposable
{
    /// <summary>The size of one slot: the longest secret, a SHA-384 value.</summary>
    public const int SlotSize = 48;

    private readonly SecretMemory _memory = SecretMemory.Cleared(((int)SecretSlot.ServerApplication + 1) * SlotSize);

    /// <summary>All slots, for the test that scans them.</summary>
    public ReadOnlySpan<byte> Memory => _memory.Bytes;

    /// <summary>Whether no secret is left: disposed, which zeroes before it frees, or zero throughout.</summary>
    public bool IsCleared => _memory.IsClosed || !_memory.Bytes.ContainsAnyExcept((byte)0);

    /// <summary>One secret, as long as the suite's hash.</summary>
    /// <exception cref="ObjectDisposedException">All secrets have been zeroed: zeros are never handed out for a key.</exception>
    public Span<byte> Secret(SecretSlot slot, CipherSuiteParameters suite) => Slot(slot)[..suite.HashSize];

    /// <summary>Zeroes one slot; nothing is left to do after disposal.</summary>
    public void Clear(SecretSlot slot)
    {
        if (!_memory.IsClosed)
            CryptographicOperations.ZeroMemory(Slot(slot));
    }

    /// <summary>Zeroes all slots.</summary>
    public void Dispose() => _memory.Dispose();

    private Span<byte> Slot(SecretSlot slot) => _memory.Bytes.Slice((int)slot * SlotSize, SlotSize);
}
