using System.Runtime.InteropServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// A signing key taken apart, over the owner's memory: the matrix and the private polynomials in the domain of the transform
/// (|ŝ|, |t̂₀| &lt; 9q; Â in [0, q)), and the seeds.
/// </summary>
internal readonly ref struct MLDsaExpandedKey(Span<int> polynomials, Span<byte> privateKey)
{
    /// <summary>The number of coefficients in all polynomials together.</summary>
    public const int Coefficients = ((K * L) + L + K + K) * N;

    /// <summary>The size in bytes of the memory that holds all of it.</summary>
    public const int Size = (Coefficients * sizeof(int)) + MLDsa65.PrivateKeySize;

    /// <summary>A key in one piece of memory.</summary>
    /// <param name="memory"><see cref="Size"/> bytes, aligned.</param>
    public MLDsaExpandedKey(Span<byte> memory)
        : this(MemoryMarshal.Cast<byte, int>(memory[..(Coefficients * sizeof(int))]), memory[(Coefficients * sizeof(int))..])
    {
    }

    /// <summary>Every polynomial, in the order of the properties.</summary>
    public Span<int> Polynomials { get; } = polynomials[..Coefficients];

    /// <summary>Â, row by row.</summary>
    public Span<int> Matrix => Polynomials[..(K * L * N)];

    /// <summary>NTT(s₁), then NTT(s₂).</summary>
    public Span<int> Secrets => Polynomials.Slice(K * L * N, (L + K) * N);

    /// <summary>NTT(s₁).</summary>
    public Span<int> S1 => Polynomials.Slice(K * L * N, L * N);

    /// <summary>NTT(s₂).</summary>
    public Span<int> S2 => Polynomials.Slice(((K * L) + L) * N, K * N);

    /// <summary>NTT(t₀).</summary>
    public Span<int> T0 => Polynomials.Slice(((K * L) + L + K) * N, K * N);

    /// <summary>The encoded private key (algorithm 24).</summary>
    public Span<byte> PrivateKey { get; } = privateKey[..MLDsa65.PrivateKeySize];

    /// <summary>ρ.</summary>
    public Span<byte> Rho => PrivateKey[..RhoSize];

    /// <summary>K.</summary>
    public Span<byte> Key => PrivateKey.Slice(RhoSize, KSize);

    /// <summary>tr.</summary>
    public Span<byte> Tr => PrivateKey.Slice(RhoSize + KSize, TrSize);
}
