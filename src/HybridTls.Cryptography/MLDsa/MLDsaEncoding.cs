using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// Conversions between polynomials and bytes (FIPS 204 §7.1 and §7.2). Those that signing or verification repeats are in
/// <see cref="MLDsaPacking{TLanes,TVector}"/>.
/// </summary>
internal static class MLDsaEncoding
{
    /// <summary>
    /// SimpleBitPack and BitPack (algorithms 16 and 17): coefficient w is written as <paramref name="offset"/> + sign·w.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(ReadOnlySpan<int> polynomial, int bits, int offset, int sign, Span<byte> destination)
    {
        ref byte to = ref MemoryMarshal.GetReference(destination[..(N * bits / 8)]);
        ulong pending = 0;
        int available = 0;
        foreach (int w in polynomial[..N])
        {
            pending |= (ulong)(uint)(offset + (sign * w)) << available;
            available += bits;
            if (available >= 32)
            {
                // Whether 32 bits are full depends on the position alone; 256 values always end with a full word.
                WriteWord(ref to, (uint)pending);
                to = ref Unsafe.Add(ref to, sizeof(uint));
                pending >>= 32;
                available -= 32;
            }
        }
    }

    /// <summary>SimpleBitUnpack and BitUnpack (algorithms 18 and 19): a value v is read as <paramref name="offset"/> + sign·v.</summary>
    public static void Unpack(ReadOnlySpan<byte> source, int bits, int offset, int sign, Span<int> polynomial)
    {
        ulong pending = 0;
        int available = 0;
        int position = 0;
        foreach (ref int w in polynomial[..N])
        {
            while (available < bits)
            {
                pending |= (ulong)source[position++] << available;
                available += 8;
            }

            w = offset + (sign * (int)(pending & ((1UL << bits) - 1)));
            pending >>= bits;
            available -= bits;
        }
    }

    /// <summary>
    /// One polynomial of s₁ or s₂ from a private key; false if a value exceeds 2η, which <see cref="Unpack"/> would take for a
    /// coefficient below −η (§7.2, algorithm 25: to be checked for untrusted input). Every value is looked at.
    /// </summary>
    public static bool TryUnpackEta(ReadOnlySpan<byte> source, Span<int> polynomial)
    {
        Unpack(source, bits: 4, Eta, -1, polynomial);
        int invalid = 0;
        foreach (int w in polynomial[..N])
        {
            invalid |= w + Eta;
        }

        return invalid >= 0;
    }

    /// <summary>HintBitPack (algorithm 20) of k·256 bytes, each 0 or 1, with at most ω ones.</summary>
    public static void PackHint(ReadOnlySpan<byte> hint, Span<byte> destination)
    {
        destination[..PackedHintSize].Clear();
        int index = 0;
        for (int i = 0; i < K; i++)
        {
            // The hint is part of the signature, hence public: one place after another that is not zero.
            ReadOnlySpan<byte> row = hint.Slice(i * N, N);
            for (int j = 0; j < N; j++)
            {
                int skip = row[j..].IndexOfAnyExcept((byte)0);
                if (skip < 0)
                {
                    break;
                }

                j += skip;
                destination[index++] = (byte)j;
            }

            destination[Omega + i] = (byte)index;
        }
    }

    /// <summary>
    /// HintBitUnpack (algorithm 21), the checks alone: false unless positions ascend strictly within each polynomial, the ends of
    /// the polynomials do not descend and do not pass ω, and what is left over is zero.
    /// </summary>
    public static bool IsHintValid(ReadOnlySpan<byte> hint)
    {
        int index = 0;
        for (int i = 0; i < K; i++)
        {
            int end = hint[Omega + i];
            if (end < index || end > Omega)
            {
                return false;
            }

            for (int first = index; index < end; index++)
            {
                if (index > first && hint[index - 1] >= hint[index])
                {
                    return false;
                }
            }
        }

        return hint[index..Omega].IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>HintBitUnpack (algorithm 21) of polynomial <paramref name="row"/> of a valid hint to coefficients 0 and 1.</summary>
    public static void UnpackHint(ReadOnlySpan<byte> hint, int row, Span<int> polynomial)
    {
        polynomial[..N].Clear();
        int start = row == 0 ? 0 : hint[Omega + row - 1];
        foreach (byte position in hint[start..hint[Omega + row]])
        {
            polynomial[position] = 1;
        }
    }

    /// <summary>SimpleBitPack (algorithm 16) of 256 values below 16, given as bytes: two to a byte, as w1Encode does.</summary>
    public static void PackNibbles(ReadOnlySpan<byte> values, Span<byte> destination)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(values[..N]);
        destination = destination[..(N / 2)];
        for (int i = 0; i < words.Length; i++)
        {
            ulong x = BitConverter.IsLittleEndian ? words[i] : BinaryPrimitives.ReverseEndianness(words[i]);
            x = (x | (x >> 4)) & 0x00FF00FF00FF00FF;
            x = (x | (x >> 8)) & 0x0000FFFF0000FFFF;
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], (uint)(x | (x >> 16)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteWord(ref byte destination, uint word) =>
        Unsafe.WriteUnaligned(ref destination, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
}
