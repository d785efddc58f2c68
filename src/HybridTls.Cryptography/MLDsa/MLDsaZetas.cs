using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// The powers of ζ = 1753 in bit-reversed order (FIPS 204 appendix B), each times R = 2^32 modulo q and centred, so that a
/// Montgomery product with it is a plain product with the power; beside each its multiple by q⁻¹ modulo 2^32, which saves one
/// multiplication a product.
/// </summary>
internal static class MLDsaZetas
{
    /// <summary>q⁻¹ modulo 2^32.</summary>
    public const int QInverse = 58728449;

    /// <summary>R²/256 modulo q: undoes both the factor 256 of the inverse transform and one R⁻¹ of a pointwise product.</summary>
    public const int InverseFactor = 41978;

    /// <summary><see cref="InverseFactor"/> times q⁻¹ modulo 2^32.</summary>
    public const int InverseFactorQ = unchecked((int)(InverseFactor * (long)QInverse));

    private const long R = (1L << 32) % Q;

    /// <summary>ζ^BitRev8(k)·R for k = 0 … 255.</summary>
    public static readonly int[] Forward = Powers(inverse: false);

    /// <summary><see cref="Forward"/> times q⁻¹ modulo 2^32.</summary>
    public static readonly int[] ForwardQ = TimesQInverse(Forward);

    /// <summary>ζ^−BitRev8(k)·R: the same index undoes what <see cref="Forward"/> did.</summary>
    public static readonly int[] Inverse = Powers(inverse: true);

    /// <summary><see cref="Inverse"/> times q⁻¹ modulo 2^32.</summary>
    public static readonly int[] InverseQ = TimesQInverse(Inverse);

    /// <summary>The last twiddle of the inverse transform, ζ^−128, with <see cref="InverseFactor"/> in place of R.</summary>
    public static readonly int LastInverse = (int)Centre(PlainPower(256 + 256 - 128) * (long)InverseFactor);

    /// <summary><see cref="LastInverse"/> times q⁻¹ modulo 2^32.</summary>
    public static readonly int LastInverseQ = LastInverse * QInverse;

    private static int[] Powers(bool inverse)
    {
        int[] result = new int[N];
        for (int k = 0; k < N; k++)
        {
            int exponent = BitRev8(k);
            result[k] = (int)Centre(PlainPower(inverse ? 512 - exponent : exponent) * R);
        }

        return result;
    }

    private static int[] TimesQInverse(int[] values) => Array.ConvertAll(values, static value => value * QInverse);

    private static long PlainPower(int exponent)
    {
        long power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power = power * 1753 % Q;
        }

        return power;
    }

    private static long Centre(long value)
    {
        value %= Q;
        return value > Q / 2 ? value - Q : value;
    }

    /// <summary>BitRev8 (FIPS 204 algorithm 43).</summary>
    private static int BitRev8(int k)
    {
        int reversed = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            reversed |= ((k >> bit) & 1) << (7 - bit);
        }

        return reversed;
    }
}
