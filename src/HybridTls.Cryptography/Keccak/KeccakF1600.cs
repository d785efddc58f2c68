using System.Numerics;

namespace HybridTls.Cryptography;

/// <summary>The permutation Keccak-f[1600] (FIPS 202 §3.3) over one state.</summary>
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

    /// <summary>The rotation offsets of ρ in the order in which π visits the words, starting from word 1.</summary>
    private static ReadOnlySpan<byte> Offsets =>
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    /// <summary>The words that π visits, one after another.</summary>
    private static ReadOnlySpan<byte> Lane =>
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    /// <summary>Permutes <paramref name="state"/> in place.</summary>
    public static void Permute(ref KeccakState state)
    {
        Span<ulong> a = state;
        Span<ulong> c = stackalloc ulong[5];
        for (int round = 0; round < Rounds; round++)
        {
            for (int x = 0; x < 5; x++)
            {
                c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            }

            for (int x = 0; x < 5; x++)
            {
                ulong d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (int y = 0; y < 25; y += 5)
                {
                    a[x + y] ^= d;
                }
            }

            ulong moving = a[1];
            for (int i = 0; i < 24; i++)
            {
                (moving, a[Lane[i]]) = (a[Lane[i]], BitOperations.RotateLeft(moving, Offsets[i]));
            }

            for (int y = 0; y < 25; y += 5)
            {
                a.Slice(y, 5).CopyTo(c);
                for (int x = 0; x < 5; x++)
                {
                    a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
                }
            }

            a[0] ^= RoundConstants[round];
        }

        c.Clear();
    }
}
