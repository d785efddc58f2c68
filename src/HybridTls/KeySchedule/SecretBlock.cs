using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>The memory in which one connection's secrets live: pinned, so that no collection leaves copies, and zeroed at the end.</summary>
internal sealed class SecretBlock : IDisposable
{
    /// <summary>The size of one slot: the longest secret, a SHA-384 value.</summary>
    public const int SlotSize = 48;

    private readonly byte[] _memory;

    /// <summary>Makes room for <paramref name="slots"/> secrets.</summary>
    public SecretBlock(int slots) => _memory = GC.AllocateArray<byte>(slots * SlotSize, pinned: true);

    /// <summary>All slots, for the test that scans them.</summary>
    public ReadOnlySpan<byte> Memory => _memory;

    /// <summary>One slot.</summary>
    public Span<byte> Slot(int index) => _memory.AsSpan(index * SlotSize, SlotSize);

    /// <summary>Zeroes one slot.</summary>
    public void Clear(int index) => CryptographicOperations.ZeroMemory(Slot(index));

    /// <summary>Zeroes all slots.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_memory);
}
