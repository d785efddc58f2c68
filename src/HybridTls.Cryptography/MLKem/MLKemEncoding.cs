using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>
/// ByteEncode and ByteDecode (FIPS 203 Algorithms 5 and 6): four 16-bit coefficients in a 64-bit word are drawn together to, or
/// spread from, 4d bits; no coefficient decides a branch or an index.
/// </summary>
internal static class MLKemEncoding
{
    private const ulong EvenQuarters = 0x0000FFFF0000FFFF;

    /// <summary>ByteEncode_d for an even d: coefficients in 0…2^d−1, 32·d bytes a polynomial.</summary>
    public static void Encode(ReadOnlySpan<short> coefficients, Span<byte> bytes, int bits)
    {
        MLKemParameters.AssertRange(coefficients, 0, (1 << bits) - 1);
        Debug.Assert(bytes.Length == coefficients.Length * bits / 8, "Exactly as many bytes.");
        int size = bits / 2;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<short, ulong>(coefficients);
        int i = 0;
        for (; bytes.Length >= sizeof(ulong); i++)
        {
            // The bytes beyond the 4d bits are zero and the next word's to overwrite.
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Gather(words[i], bits));
            bytes = bytes[size..];
        }

        for (; i < words.Length; i++)
        {
            ulong word = Gather(words[i], bits);
            for (int j = 0; j < size; j++)
                bytes[j] = (byte)(word >> (8 * j));

            bytes = bytes[size..];
        }
    }

    /// <summary>ByteDecode_d for an even d, without the reduction modulo q that d = 12 asks for: coefficients in 0…2^d−1.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<short> coefficients, int bits)
    {
        Debug.Assert(bytes.Length == coefficients.Length * bits / 8, "Exactly as many bytes.");
        int size = bits / 2;
        Span<ulong> words = MemoryMarshal.Cast<short, ulong>(coefficients);
        int i = 0;
        for (; bytes.Length >= sizeof(ulong); i++)
        {
            words[i] = Spread(BinaryPrimitives.ReadUInt64LittleEndian(bytes), bits);
            bytes = bytes[size..];
        }

        for (; i < words.Length; i++)
        {
            ulong word = 0;
            for (int j = 0; j < size; j++)
                word |= (ulong)bytes[j] << (8 * j);

            words[i] = Spread(word, bits);
            bytes = bytes[size..];
        }
    }

    /// <summary>Decompress₁(ByteDecode₁(message)): a set bit becomes 1665, round(q/2).</summary>
    public static void DecodeMessage(ReadOnlySpan<byte> message, Span<short> polynomial)
    {
        Span<ulong> words = MemoryMarshal.Cast<short, ulong>(polynomial);
        for (int i = 0; i < MLKemParameters.SymbolSize; i++)
        {
            words[2 * i] = SpreadBits(message[i] & 15u) * 1665;
            words[(2 * i) + 1] = SpreadBits((uint)message[i] >> 4) * 1665;
        }

        static ulong SpreadBits(ulong nibble) => (nibble * 0x0000200040008001) & 0x0001000100010001;
    }

    /// <summary>ByteEncode₁ of coefficients 0 and 1.</summary>
    public static void EncodeMessage(ReadOnlySpan<short> polynomial, Span<byte> message)
    {
        MLKemParameters.AssertRange(polynomial, 0, 1);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<short, ulong>(polynomial);
        for (int i = 0; i < MLKemParameters.SymbolSize; i++)
        {
            message[i] = (byte)(GatherBits(words[2 * i]) | (GatherBits(words[(2 * i) + 1]) << 4));
        }

        // The product's bits 48…51 are the four quarters' lowest bits.
        static ulong GatherBits(ulong word) => ((word * 0x0001000200040008) >> 48) & 15;
    }

    /// <summary>Whether every coefficient is less than q: the modulus check of §7.2, on public data.</summary>
    public static bool IsReduced(ReadOnlySpan<short> coefficients)
    {
        int signs = 0;
        foreach (short coefficient in coefficients)
            signs |= MLKemParameters.Q - 1 - coefficient;

        return signs >= 0;
    }

    private static ulong Gather(ulong word, int bits)
    {
        ulong pairs = (word & EvenQuarters) | ((word & ~EvenQuarters) >> (16 - bits));
        return (pairs & uint.MaxValue) | ((pairs >> 32) << (2 * bits));
    }

    private static ulong Spread(ulong word, int bits)
    {
        ulong coefficient = (1UL << bits) - 1;
        ulong half = (1UL << (2 * bits)) - 1;
        ulong pairs = (word & half) | (((word >> (2 * bits)) & half) << 32);
        return (pairs & (coefficient * 0x0000000100000001)) | ((pairs << (16 - bits)) & ((coefficient << 16) * 0x0000000100000001));
    }
}
