namespace HybridTls.Cryptography;

/// <summary>X25519's scalars (RFC 7748 §5, decodeScalar25519) and their signed digits.</summary>
internal static class ClampedScalar
{
    public const int Size = 32;

    /// <summary>The number of signed digits of radix 16.</summary>
    public const int Digits = 64;

    /// <summary>Copies a scalar and clamps it: a multiple of 8 between 2^254 and 2^255 − 1.</summary>
    public static void Clamp(ReadOnlySpan<byte> scalar, Span<byte> clamped)
    {
        scalar.CopyTo(clamped);
        clamped[0] &= 248;
        clamped[31] &= 127;
        clamped[31] |= 64;
    }

    /// <summary>
    /// Writes a clamped scalar as 64 digits d with Σ d[i]·16^i equal to it and −8 ≤ d[i] &lt; 8, the last one ≤ 8 (bit 255 is 0).
    /// </summary>
    public static void ToDigits(ReadOnlySpan<byte> clamped, Span<sbyte> digits)
    {
        int carry = 0;
        for (int i = 0; i < Size; i++)
        {
            int low = (clamped[i] & 15) + carry;
            carry = (low + 8) >> 4;
            digits[2 * i] = (sbyte)(low - (carry << 4));

            int high = (clamped[i] >> 4) + carry;
            carry = i == Size - 1 ? 0 : (high + 8) >> 4; // i is public
            digits[(2 * i) + 1] = (sbyte)(high - (carry << 4));
        }
    }
}
