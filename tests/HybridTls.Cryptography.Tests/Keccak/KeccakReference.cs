using System.Numerics;
using System.Runtime.InteropServices;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Keccak as FIPS 202 writes it, for reading rather than speed: what every back end is compared with.</summary>
internal static class KeccakReference
{
    /// <summary>Keccak-f[1600] (§3.3): word (x, y) of the state is at x + 5y.</summary>
    public static void Permute(Span<ulong> a)
    {
        ulong[] b = new ulong[25];
        byte lfsr = 1;
        for (int round = 0; round < 24; round++)
        {
            // θ (§3.2.1)
            ulong[] c = new ulong[5];
            for (int i = 0; i < 25; i++)
            {
                c[i % 5] ^= a[i];
            }

            for (int i = 0; i < 25; i++)
            {
                a[i] ^= c[(i + 4) % 5] ^ BitOperations.RotateLeft(c[(i + 1) % 5], 1);
            }

            // ρ and π (§3.2.2, §3.2.3)
            b[0] = a[0];
            (int x, int y) at = (1, 0);
            for (int t = 0; t < 24; t++)
            {
                ulong rotated = BitOperations.RotateLeft(a[at.x + (5 * at.y)], (t + 1) * (t + 2) / 2);
                at = (at.y, ((2 * at.x) + (3 * at.y)) % 5);
                b[at.x + (5 * at.y)] = rotated;
            }

            // χ (§3.2.4)
            for (int i = 0; i < 25; i++)
            {
                int row = i / 5 * 5;
                a[i] = b[i] ^ (~b[row + ((i + 1) % 5)] & b[row + ((i + 2) % 5)]);
            }

            // ι (§3.2.5): bit 2^j - 1 of the constant is rc(j + 7·round), the output of a shift register (algorithm 5).
            for (int j = 0; j <= 6; j++)
            {
                a[0] ^= (ulong)(lfsr & 1) << ((1 << j) - 1);
                lfsr = (byte)((lfsr << 1) ^ ((lfsr >> 7) * 0x71));
            }
        }
    }

    /// <summary>The sponge (§4) over a whole message.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message, int rate, byte suffix, int outputSize)
    {
        byte[] padded = new byte[((message.Length / rate) + 1) * rate];
        message.CopyTo(padded);
        padded[message.Length] = suffix;
        padded[^1] |= 0x80;
        ulong[] state = new ulong[25];
        Span<byte> bytes = MemoryMarshal.AsBytes(state.AsSpan());
        for (int i = 0; i < padded.Length; i++)
        {
            bytes[i % rate] ^= padded[i];
            if (i % rate == rate - 1)
            {
                Permute(state);
            }
        }

        byte[] output = new byte[outputSize];
        for (int i = 0; i < outputSize; i++)
        {
            if (i > 0 && i % rate == 0)
            {
                Permute(state);
            }

            output[i] = bytes[i % rate];
        }

        return output;
    }
}
