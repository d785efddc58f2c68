using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>The 1600-bit state of Keccak-f[1600]: 25 words of 64 bits, word (x, y) at index x + 5y (FIPS 202 §3.1.2).</summary>
[InlineArray(Words)]
internal struct KeccakState
{
    /// <summary>The number of 64-bit words in one state.</summary>
    public const int Words = 25;

    private ulong _word;
}
