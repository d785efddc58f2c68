using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>The rejection sampling of SampleNTT (FIPS 203 Algorithm 7). All of its data is public.</summary>
internal static class MLKemRejection
{
    /// <summary>The bytes beyond the output that <see cref="Fill"/> may read (and ignores).</summary>
    public const int Slack = 64;

    /// <summary>The 12-bit candidates at 3i and 3i + 1 bytes as 16-bit words, which hold four bits too many.</summary>
    private static readonly byte[] Spread = SpreadIndices();

    /// <summary>For every mask of eight words the byte indices that draw the chosen ones together.</summary>
    private static readonly byte[] Compaction = CompactionIndices();

    [ThreadStatic]
    private static long _longPaths;

    /// <summary>How often this thread found that three blocks of output were too few: a test sees here that the long path ran.</summary>
    public static long LongPaths => _longPaths;

    /// <summary>Notes that a batch is squeezed on.</summary>
    public static void CountLongPath() => _longPaths++;

    /// <summary>Takes from the output what is less than q, 12 bits each, until the polynomial is full.</summary>
    /// <param name="output">Output of SHAKE128, and <see cref="Slack"/> bytes more.</param>
    /// <param name="size">The size of the output: a multiple of 12 bytes.</param>
    /// <param name="polynomial">Receives the coefficients.</param>
    /// <param name="width">The back end.</param>
    /// <returns>The number of coefficients that it holds now.</returns>
    public static int Fill(ReadOnlySpan<byte> output, int size, Span<short> polynomial, LaneWidth width)
    {
        Debug.Assert(size % 12 == 0 && output.Length >= size + Slack && polynomial.Length == MLKemParameters.N, "As documented.");
        return width switch
        {
            LaneWidth.Scalar => Continue(output[..size], polynomial, 0),
            LaneWidth.Vector512 when Avx512Vbmi2.IsSupported => Fill512(output, size, polynomial),
            _ => Fill128(output, size, polynomial),
        };
    }

    /// <summary>The readable sampling, which also continues a polynomial.</summary>
    /// <param name="output">Output of SHAKE128, a multiple of three bytes.</param>
    /// <param name="polynomial">The polynomial.</param>
    /// <param name="filled">The number of coefficients that it holds already.</param>
    /// <returns>The number of coefficients that it holds now.</returns>
    public static int Continue(ReadOnlySpan<byte> output, Span<short> polynomial, int filled)
    {
        for (int i = 0; i + 2 < output.Length && filled < polynomial.Length; i += 3)
        {
            int first = output[i] | ((output[i + 1] & 15) << 8);
            int second = (output[i + 1] >> 4) | (output[i + 2] << 4);
            if (first < MLKemParameters.Q)
                polynomial[filled++] = (short)first;

            if (second < MLKemParameters.Q && filled < polynomial.Length)
                polynomial[filled++] = (short)second;
        }

        return filled;
    }

    /// <summary>Thirty-two candidates at a time, compressed by one instruction (AVX-512 VBMI2).</summary>
    [SkipLocalsInit]
    private static int Fill512(ReadOnlySpan<byte> output, int size, Span<short> polynomial)
    {
        // Whole vectors are stored: what lies beyond the polynomial is caught here.
        Span<ushort> drawn = stackalloc ushort[MLKemParameters.N + Vector512<ushort>.Count];
        ref ushort destination = ref MemoryMarshal.GetReference(drawn);
        ref byte source = ref MemoryMarshal.GetReference(output);
        Vector512<byte> spread = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Spread));
        Vector512<ushort> shifts = Vector512.Create(0x0004_0000u).AsUInt16();
        Vector512<ushort> q = Vector512.Create((ushort)MLKemParameters.Q);
        Vector512<ushort> zero = Vector512<ushort>.Zero;
        int filled = 0;
        for (int i = 0; i < size && filled < MLKemParameters.N; i += 48)
        {
            Vector512<byte> bytes = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref source, (uint)i), spread);
            Vector512<ushort> words = Avx512BW.ShiftRightLogicalVariable(bytes.AsUInt16(), shifts) & Vector512.Create((ushort)0x0FFF);
            Vector512<ushort> accepted = Vector512.LessThan(words, q);
            uint mask = (uint)accepted.ExtractMostSignificantBits();
            Avx512Vbmi2.Compress(zero, accepted, words).StoreUnsafe(ref destination, (uint)filled);

            // The last vector may reach beyond the output: what it took from there is not counted.
            int valid = (size - i) * 2 / 3;
            filled += BitOperations.PopCount(valid < 32 ? mask & ((1u << valid) - 1) : mask);
        }

        filled = Math.Min(filled, MLKemParameters.N);
        MemoryMarshal.Cast<ushort, short>(drawn)[..MLKemParameters.N].CopyTo(polynomial);
        return filled;
    }

    /// <summary>Eight candidates at a time, drawn together by a byte shuffle from a table.</summary>
    [SkipLocalsInit]
    private static int Fill128(ReadOnlySpan<byte> output, int size, Span<short> polynomial)
    {
        Span<ushort> drawn = stackalloc ushort[MLKemParameters.N + Vector128<ushort>.Count];
        ref ushort destination = ref MemoryMarshal.GetReference(drawn);
        ref byte source = ref MemoryMarshal.GetReference(output);
        ref byte compaction = ref MemoryMarshal.GetArrayDataReference(Compaction);
        Vector128<byte> spread = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Spread));
        Vector128<ushort> q = Vector128.Create((ushort)MLKemParameters.Q);
        int filled = 0;
        for (int i = 0; i < size && filled < MLKemParameters.N; i += 12)
        {
            Vector128<ushort> bytes = Vector128.ShuffleNative(Vector128.LoadUnsafe(ref source, (uint)i), spread).AsUInt16();
            Vector128<ushort> words = Vector128.ConditionalSelect(
                Vector128.Create(0x0000FFFFu).AsUInt16(), bytes & Vector128.Create((ushort)0x0FFF), bytes >>> 4);
            uint mask = Vector128.LessThan(words, q).ExtractMostSignificantBits();
            Vector128<byte> indices = Vector128.LoadUnsafe(ref compaction, mask * 16);
            Vector128.ShuffleNative(words.AsByte(), indices).AsUInt16().StoreUnsafe(ref destination, (uint)filled);
            filled += BitOperations.PopCount(mask);
        }

        filled = Math.Min(filled, MLKemParameters.N);
        MemoryMarshal.Cast<ushort, short>(drawn)[..MLKemParameters.N].CopyTo(polynomial);
        return filled;
    }

    private static byte[] SpreadIndices()
    {
        byte[] indices = new byte[64];
        for (int word = 0; word < 32; word++)
        {
            indices[2 * word] = (byte)(word * 3 / 2);
            indices[(2 * word) + 1] = (byte)((word * 3 / 2) + 1);
        }

        return indices;
    }

    private static byte[] CompactionIndices()
    {
        byte[] indices = new byte[256 * 16];
        for (int mask = 0; mask < 256; mask++)
        {
            int position = mask * 16;
            for (int word = 0; word < 8; word++)
            {
                if ((mask & (1 << word)) != 0)
                {
                    indices[position++] = (byte)(2 * word);
                    indices[position++] = (byte)((2 * word) + 1);
                }
            }
        }

        return indices;
    }
}
