namespace HybridTls.Cryptography;

/// <summary>The parameters of ML-DSA-65 (FIPS 204 §4, tables 1 and 2) and the places of the parts in keys and signatures.</summary>
internal static class MLDsaParameters
{
    /// <summary>The number of coefficients of a polynomial.</summary>
    public const int N = 256;

    /// <summary>The modulus q = 2^23 − 2^13 + 1.</summary>
    public const int Q = 8380417;

    /// <summary>d: the number of low bits of t that the public key drops.</summary>
    public const int D = 13;

    /// <summary>τ: the number of ±1 in the challenge c.</summary>
    public const int Tau = 49;

    /// <summary>γ₁: the range of the mask y.</summary>
    public const int Gamma1 = 1 << 19;

    /// <summary>γ₂ = (q − 1)/32: the low-order rounding range.</summary>
    public const int Gamma2 = (Q - 1) / 32;

    /// <summary>k: the number of rows of A.</summary>
    public const int K = 6;

    /// <summary>ℓ: the number of columns of A.</summary>
    public const int L = 5;

    /// <summary>η: the range of the private coefficients.</summary>
    public const int Eta = 4;

    /// <summary>β = τ·η: the most that c·s can add to a coefficient.</summary>
    public const int Beta = Tau * Eta;

    /// <summary>ω: the most ones in the hint.</summary>
    public const int Omega = 55;

    /// <summary>The size of ρ in bytes.</summary>
    public const int RhoSize = 32;

    /// <summary>The size of K in bytes.</summary>
    public const int KSize = 32;

    /// <summary>The size of tr in bytes.</summary>
    public const int TrSize = 64;

    /// <summary>The size of ρ′ and ρ″ in bytes.</summary>
    public const int MaskSeedSize = 64;

    /// <summary>The size of the commitment hash c̃ in bytes: λ/4 with λ = 192.</summary>
    public const int CommitmentHashSize = 48;

    /// <summary>The size in bytes of one polynomial of s₁ or s₂: 4 bits a coefficient.</summary>
    public const int PackedEtaSize = N * 4 / 8;

    /// <summary>The size in bytes of one polynomial of t₀: 13 bits a coefficient.</summary>
    public const int PackedT0Size = N * D / 8;

    /// <summary>The size in bytes of one polynomial of t₁: 10 bits a coefficient.</summary>
    public const int PackedT1Size = N * 10 / 8;

    /// <summary>The size in bytes of one polynomial of z: 20 bits a coefficient.</summary>
    public const int PackedZSize = N * 20 / 8;

    /// <summary>The size in bytes of one polynomial of w₁: 4 bits a coefficient.</summary>
    public const int PackedW1Size = N * 4 / 8;

    /// <summary>The size of the packed hint in bytes.</summary>
    public const int PackedHintSize = Omega + K;

    /// <summary>The number of coefficients of an expanded public key: Â, then NTT(t₁·2^d).</summary>
    public const int ExpandedPublicKeyCoefficients = ((K * L) + K) * N;

    /// <summary>Where s₁ begins in a private key, after ρ, K and tr.</summary>
    public const int S1Offset = RhoSize + KSize + TrSize;

    /// <summary>Where s₂ begins in a private key.</summary>
    public const int S2Offset = S1Offset + (L * PackedEtaSize);

    /// <summary>Where t₀ begins in a private key.</summary>
    public const int T0Offset = S2Offset + (K * PackedEtaSize);

    /// <summary>Where the hint begins in a signature, after c̃ and z.</summary>
    public const int HintOffset = CommitmentHashSize + (L * PackedZSize);
}
