using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>The permutation Keccak-f[1600] (FIPS 202 §3.3) of one state; <see cref="KeccakBackEnd"/> permutes several together.</summary>
internal static class KeccakF1600
{
    /// <summary>The number of rounds, 12 + 2·6.</summary>
    public const int Rounds = 24;

    /// <summary>The round constants RC of ι (FIPS 202 §3.2.5).</summary>
    public static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
        0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Permutes one state in place, whatever the back end.</summary>
    /// <remarks>
    /// One state in vectors does not pay: with its rows in five 512-bit registers (θ in four dependent steps, ρ as one variable
    /// rotation, π and χ by permutations and three-operand logic) a permutation took 268 ns, these scalar rounds 273 ns.
    /// </remarks>
    public static void Permute(ref KeccakState state) =>
        KeccakRounds.Permute<ScalarLanes64, ulong>(ref Unsafe.As<KeccakState, ulong>(ref state));
}
