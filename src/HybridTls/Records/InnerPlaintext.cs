using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HybridTls.Records;

/// <summary>TLSInnerPlaintext: content, its type, zero padding (RFC 9846 §5.2, §5.4).</summary>
internal static class InnerPlaintext
{
    private const int BlockSize = 4 * 32;

    /// <summary>Finds the last byte that is not zero: the content type.</summary>
    /// <returns>Its index, or −1 when all bytes are zero.</returns>
    /// <remarks>
    /// The whole plaintext is always walked in the same steps without a branch on its bytes, so that the time does not tell the
    /// length of the padding (§5.4, appendix F.3): first the last block of 128 bytes that is not all zero, then the byte in it.
    /// </remarks>
    public static int IndexOfContentType(ReadOnlySpan<byte> plaintext) // HT-REC-12
    {
        ref byte start = ref MemoryMarshal.GetReference(plaintext);
        int block = 0;
        int blocksEnd = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; blocksEnd <= plaintext.Length - BlockSize; blocksEnd += BlockSize)
            {
                Vector256<byte> any =
                    Vector256.LoadUnsafe(ref start, (nuint)blocksEnd) | Vector256.LoadUnsafe(ref start, (nuint)blocksEnd + 32) |
                    Vector256.LoadUnsafe(ref start, (nuint)blocksEnd + 64) | Vector256.LoadUnsafe(ref start, (nuint)blocksEnd + 96);
                block = Select(~Vector256.Equals(any, Vector256<byte>.Zero).ExtractMostSignificantBits(), blocksEnd, block);
            }
        }

        int inBlock = Scan(plaintext, block, Math.Min(blocksEnd, block + BlockSize), -1);
        return Scan(plaintext, blocksEnd, plaintext.Length, inBlock);
    }

    /// <summary>The last index from <paramref name="from"/> to before <paramref name="to"/> that is not zero, or <paramref name="otherwise"/>.</summary>
    private static int Scan(ReadOnlySpan<byte> plaintext, int from, int to, int otherwise)
    {
        int last = otherwise;
        int i = from;
        if (Vector256.IsHardwareAccelerated)
        {
            ref byte start = ref MemoryMarshal.GetReference(plaintext);
            for (; i <= to - Vector256<byte>.Count; i += Vector256<byte>.Count)
            {
                Vector256<byte> bytes = Vector256.LoadUnsafe(ref start, (nuint)i);
                uint nonZero = ~Vector256.Equals(bytes, Vector256<byte>.Zero).ExtractMostSignificantBits();
                last = Select(nonZero, i + 31 - BitOperations.LeadingZeroCount(nonZero), last);
            }
        }

        for (; i < to; i++)
            last = Select(plaintext[i], i, last);
        return last;
    }

    /// <summary><paramref name="found"/> where <paramref name="nonZero"/> has a bit set, otherwise <paramref name="otherwise"/>; no branch.</summary>
    private static int Select(uint nonZero, int found, int otherwise)
    {
        int mask = unchecked((int)(nonZero | (0 - nonZero))) >> 31;
        return (found & mask) | (otherwise & ~mask);
    }
}
