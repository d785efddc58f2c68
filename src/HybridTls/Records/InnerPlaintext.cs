using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HybridTls.Records;

/// <summary>TLSInnerPlaintext: content, its type, zero padding (RFC 9846 §5.2, §5.4).</summary>
internal static class InnerPlaintext
{
    /// <summary>Finds the last byte that is not zero: the content type.</summary>
    /// <returns>Its index, or −1 when all bytes are zero.</returns>
    /// <remarks>
    /// The whole plaintext is always walked in the same steps, so that the time does not tell the length of the padding (§5.4,
    /// appendix F.3). It costs a few per cent of the decryption.
    /// </remarks>
    public static int IndexOfContentType(ReadOnlySpan<byte> plaintext)
    {
        ref byte start = ref MemoryMarshal.GetReference(plaintext);
        int last = -1;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= plaintext.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
            {
                Vector512<byte> block = Vector512.LoadUnsafe(ref start, (nuint)i);
                ulong nonZero = ~Vector512.Equals(block, Vector512<byte>.Zero).ExtractMostSignificantBits();
                last = Select(nonZero, i + 63 - BitOperations.LeadingZeroCount(nonZero), last);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= plaintext.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
            {
                Vector256<byte> block = Vector256.LoadUnsafe(ref start, (nuint)i);
                uint nonZero = ~Vector256.Equals(block, Vector256<byte>.Zero).ExtractMostSignificantBits();
                last = Select(nonZero, i + 31 - BitOperations.LeadingZeroCount(nonZero), last);
            }
        }

        for (; i < plaintext.Length; i++) last = Select(plaintext[i], i, last);
        return last;
    }

    /// <summary><paramref name="found"/> where <paramref name="nonZero"/> has a bit set, otherwise <paramref name="otherwise"/>; no branch.</summary>
    private static int Select(ulong nonZero, int found, int otherwise)
    {
        int mask = (int)((long)(nonZero | (0 - nonZero)) >> 63);
        return (found & mask) | (otherwise & ~mask);
    }
}
