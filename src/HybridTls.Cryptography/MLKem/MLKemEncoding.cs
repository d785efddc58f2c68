using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>
/// ByteEncode and ByteDecode (FIPS 203 Algorithms 5 and 6) for d = 4, 10 and 12: four 16-bit coefficients in a 64-bit word are
/// drawn together to, or spread from, 4d bits; no coefficient decides a branch or an index.
/// </summary>
internal static class MLKemEncoding
{
    private const ulong EvenQuarters = 0x0000FFFF0000FFFF;

    /// <summary>For every d, from 16·d on, the byte indices that draw two words of 4d bits together; the rest become zero.</summary>
    private static readonly byte[] GatherIndices = ForEveryBits(
        16, (bits, i) => (byte)(i < bits ? (i / (bits / 2) * 8) + (i % (bits / 2)) : 0x80));

    /// <summary>For every d, from 16·d on, the byte indices that bring each coefficient's two bytes into its lane.</summary>
    private static readonly byte[] SpreadIndices = ForEveryBits(16, (bits, i) => (byte)((bits * (i / 2) / 8) + (i % 2)));

    /// <summary>For every d, from 8·d on, the powers of two that move each coefficient to the top of its lane.</summary>
    private static readonly ushort[] SpreadFactors = ForEveryBits(8, (bits, i) => (ushort)(1 << (16 - bits - (bits * i % 8))));

    /// <summary>ByteEncode_d: coefficients in 0…2^d−1, 32·d bytes a polynomial.</summary>
    public static void Encode(ReadOnlySpan<short> coefficients, Span<byte> bytes, int bits, LaneWidth width)
    {
        MLKemParameters.AssertRange(coefficients, 0, (1 << bits) - 1);
        Debug.Assert(bytes.Length == coefficients.Length * bits / 8, "Exactly as many bytes.");
        int first = width == LaneWidth.Scalar ? 0 : EncodeVectors(coefficients, bytes, bits);
        int size = bits / 2;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<short, ulong>(coefficients)[(first / 4)..];
        bytes = bytes[(first * bits / 8)..];
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

    /// <summary>ByteDecode_d, without the reduction modulo q that d = 12 asks for: coefficients in 0…2^d−1.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<short> coefficients, int bits, LaneWidth width)
    {
        Debug.Assert(bytes.Length == coefficients.Length * bits / 8, "Exactly as many bytes.");
        int first = width == LaneWidth.Scalar ? 0 : DecodeVectors(bytes, coefficients, bits);
        int size = bits / 2;
        Span<ulong> words = MemoryMarshal.Cast<short, ulong>(coefficients)[(first / 4)..];
        bytes = bytes[(first * bits / 8)..];
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

    /// <summary>Whether every coefficient in 0…4,095 is less than q: the modulus check of §7.2, on public data.</summary>
    public static bool IsReduced(ReadOnlySpan<short> coefficients)
    {
        // Adding 2^15 − q carries into a quarter's top bit just if its coefficient is at least q.
        ulong carries = 0;
        foreach (ulong word in MemoryMarshal.Cast<short, ulong>(coefficients))
            carries |= word + ((0x8000 - MLKemParameters.Q) * 0x0001000100010001UL);

        return (carries & 0x8000800080008000) == 0;
    }

    /// <summary>Encodes eight coefficients at a time while a whole vector fits; returns how many coefficients it did.</summary>
    private static int EncodeVectors(ReadOnlySpan<short> coefficients, Span<byte> bytes, int bits)
    {
        ref short source = ref MemoryMarshal.GetReference(coefficients);
        ref byte destination = ref MemoryMarshal.GetReference(bytes);
        Vector128<short> factors = Vector128.Create(1 | (1 << (bits + 16))).AsInt16();
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        Vector128<byte> gather = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(GatherIndices), (uint)bits * 16);
        int i = 0;
        for (int position = 0; position + Vector128<byte>.Count <= bytes.Length; position += bits)
        {
            Vector128<ulong> pairs = Vector128Lanes16.MultiplyAddPairs(Vector128.LoadUnsafe(ref source, (uint)i), factors).AsUInt64();
            Vector128<ulong> quads = (pairs & low) | ((pairs >>> 32) << (2 * bits));
            Vector128.ShuffleNative(quads.AsByte(), gather).StoreUnsafe(ref destination, (uint)position);
            i += Vector128<short>.Count;
        }

        return i;
    }

    /// <summary>Decodes eight coefficients at a time while a whole vector can be read; returns how many coefficients it did.</summary>
    private static int DecodeVectors(ReadOnlySpan<byte> bytes, Span<short> coefficients, int bits)
    {
        ref byte source = ref MemoryMarshal.GetReference(bytes);
        ref short destination = ref MemoryMarshal.GetReference(coefficients);
        Vector128<byte> spread = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(SpreadIndices), (uint)bits * 16);
        Vector128<ushort> factors = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(SpreadFactors), (uint)bits * 8);
        int i = 0;
        for (int position = 0; position + Vector128<byte>.Count <= bytes.Length; position += bits)
        {
            // Every lane holds its coefficient at some bit: a product moves it to the top, where the neighbours' bits fall off.
            Vector128<ushort> words = Vector128.ShuffleNative(Vector128.LoadUnsafe(ref source, (uint)position), spread).AsUInt16();
            ((words * factors) >>> (16 - bits)).AsInt16().StoreUnsafe(ref destination, (uint)i);
            i += Vector128<short>.Count;
        }

        return i;
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

    private static T[] ForEveryBits<T>(int count, Func<int, int, T> element)
    {
        T[] table = new T[13 * count];
        foreach (int bits in (ReadOnlySpan<int>)[4, 10, 12])
        {
            for (int i = 0; i < count; i++)
                table[(bits * count) + i] = element(bits, i);
        }

        return table;
    }
}
