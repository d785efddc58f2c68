using System.Diagnostics;

namespace HybridTls.Cryptography;

/// <summary>The parameters of ML-KEM-768 (FIPS 203 §8, table 2) and of its arithmetic modulo q.</summary>
internal static class MLKemParameters
{
    /// <summary>The number of coefficients of a polynomial.</summary>
    public const int N = 256;

    /// <summary>The modulus.</summary>
    public const int Q = 3329;

    /// <summary>The rank of the module.</summary>
    public const int K = 3;

    /// <summary>The number of coefficients of a vector of polynomials.</summary>
    public const int VectorLength = K * N;

    /// <summary>The bits to which a coefficient of u is compressed, d_u.</summary>
    public const int CiphertextUBits = 10;

    /// <summary>The bits to which a coefficient of v is compressed, d_v.</summary>
    public const int CiphertextVBits = 4;

    /// <summary>The bytes of one polynomial under ByteEncode₁₂.</summary>
    public const int EncodedPolynomialSize = 12 * N / 8;

    /// <summary>The bytes of a vector of polynomials under ByteEncode₁₂.</summary>
    public const int EncodedVectorSize = K * EncodedPolynomialSize;

    /// <summary>The bytes of the ciphertext's first part, u compressed.</summary>
    public const int CiphertextUSize = K * CiphertextUBits * N / 8;

    /// <summary>The bytes of the ciphertext's second part, v compressed.</summary>
    public const int CiphertextVSize = CiphertextVBits * N / 8;

    /// <summary>The bytes that one noise polynomial takes from the PRF: 64η with η₁ = η₂ = 2.</summary>
    public const int NoiseSize = 128;

    /// <summary>The bytes of every hash, seed, message and shared secret.</summary>
    public const int SymbolSize = 32;

    /// <summary>q⁻¹ modulo 2¹⁶, signed.</summary>
    public const short InverseQ = -3327;

    /// <summary>Montgomery's R = 2¹⁶ modulo q, centred.</summary>
    public const short R = -1044;

    /// <summary>R² modulo q, centred.</summary>
    public const short RSquared = 1353;

    /// <summary>R²/128 modulo q, centred: ends the inverse NTT of a product that still carries R⁻¹.</summary>
    public const short RSquaredOver128 = 1441;

    /// <summary>Checks in debug builds that every coefficient lies within −<paramref name="bound"/>…<paramref name="bound"/>.</summary>
    [Conditional("DEBUG")]
    public static void AssertBound(ReadOnlySpan<short> coefficients, int bound) => AssertRange(coefficients, -bound, bound);

    /// <summary>Checks in debug builds that every coefficient lies within the range, its ends included.</summary>
    [Conditional("DEBUG")]
    public static void AssertRange(ReadOnlySpan<short> coefficients, int least, int greatest)
    {
        foreach (short coefficient in coefficients)
        {
            // The message names no coefficient: they may be secret.
            Debug.Assert(coefficient >= least && coefficient <= greatest, "A coefficient is out of its bounds.");
        }
    }
}
