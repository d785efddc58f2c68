using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>
/// Alignment of polynomials to cache lines: a 512-bit access that crosses a line costs two.
/// </summary>
internal static class MLDsaMemory
{
    /// <summary>The size of a cache line in bytes.</summary>
    public const int Alignment = 64;

    /// <summary>How many integers more than needed <see cref="Align"/> must be given.</summary>
    public const int Padding = (Alignment / sizeof(int)) - 1;

    /// <summary>Drops the integers before the first 64-byte boundary. Only for memory that does not move: the stack or pinned.</summary>
    public static unsafe Span<int> Align(Span<int> memory)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory));
        return memory[((int)(0 - address & (Alignment - 1)) / sizeof(int))..];
    }
}
