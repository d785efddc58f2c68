using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>K-PKE (FIPS 203 §5) on polynomials that are already sampled or decoded.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class MLKemScheme<TLanes, TVector>
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    private const int N = MLKemParameters.N;
    private const int VectorSize = MLKemParameters.VectorLength;

    /// <summary>K-PKE.KeyGen (Algorithm 13) from its third step on: t̂ = Â∘ŝ + ê.</summary>
    /// <param name="matrix">Â.</param>
    /// <param name="noise">s, replaced by ŝ, and e, used up; ŝ leaves in 0…q−1.</param>
    /// <param name="tHat">Receives t̂ in 0…q−1.</param>
    [SkipLocalsInit]
    public static void KeyGen(ReadOnlySpan<short> matrix, Span<short> noise, Span<short> tHat)
    {
        Span<short> twisted = stackalloc short[VectorSize];
        for (int i = 0; i < noise.Length; i += N)
            MLKemNtt<TLanes, TVector>.Forward(noise.Slice(i, N));

        Span<short> sHat = noise[..VectorSize];
        MLKemCoefficients<TLanes, TVector>.Normalize(sHat);
        MLKemNtt<TLanes, TVector>.Twist(sHat, twisted);
        for (int row = 0; row < MLKemParameters.K; row++)
        {
            ReadOnlySpan<short> a = matrix.Slice(row * VectorSize, VectorSize);
            MLKemNtt<TLanes, TVector>.InnerProduct(a, a[N..], a[(2 * N)..], sHat, twisted, tHat.Slice(row * N, N));
        }

        MLKemCoefficients<TLanes, TVector>.RestoreAndAdd(tHat, noise[VectorSize..]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(twisted));
    }

    /// <summary>K-PKE.Encrypt (Algorithm 14) from its eighteenth step on.</summary>
    /// <param name="matrix">Â.</param>
    /// <param name="tHat">t̂ in 0…q−1.</param>
    /// <param name="noise">y, e₁ and e₂: used up, and left for the caller to clear.</param>
    /// <param name="message">The message, 32 bytes.</param>
    /// <param name="ciphertext">Receives the ciphertext.</param>
    [SkipLocalsInit]
    public static void Encrypt(
        ReadOnlySpan<short> matrix, ReadOnlySpan<short> tHat, Span<short> noise, ReadOnlySpan<byte> message, Span<byte> ciphertext)
    {
        LaneWidth width = MLKemField<TLanes, TVector>.Width;
        Span<short> twisted = stackalloc short[VectorSize];
        Span<short> uv = stackalloc short[VectorSize + N];
        Span<short> u = uv[..VectorSize];
        Span<short> v = uv[VectorSize..];
        Span<short> yHat = noise[..VectorSize];
        for (int i = 0; i < VectorSize; i += N)
            MLKemNtt<TLanes, TVector>.Forward(yHat.Slice(i, N));

        MLKemNtt<TLanes, TVector>.Twist(yHat, twisted);
        for (int column = 0; column < MLKemParameters.K; column++)
        {
            MLKemNtt<TLanes, TVector>.InnerProduct(
                matrix.Slice(column * N, N),
                matrix.Slice((column * N) + VectorSize, N),
                matrix.Slice((column * N) + (2 * VectorSize), N),
                yHat,
                twisted,
                u.Slice(column * N, N));
        }

        MLKemNtt<TLanes, TVector>.InnerProduct(tHat, tHat[N..], tHat[(2 * N)..], yHat, twisted, v);
        for (int i = 0; i < uv.Length; i += N)
            MLKemNtt<TLanes, TVector>.Inverse(uv.Slice(i, N));

        // |uv| < q, |noise| ≤ 2, the message adds 1665: far from 16 bits.
        MLKemCoefficients<TLanes, TVector>.Add(uv, noise[VectorSize..]);
        MLKemEncoding.DecodeMessage(message, twisted[..N]);
        MLKemCoefficients<TLanes, TVector>.Add(v, twisted[..N]);
        MLKemCoefficients<TLanes, TVector>.Compress(u, MLKemParameters.CiphertextUBits);
        MLKemCoefficients<TLanes, TVector>.Compress(v, MLKemParameters.CiphertextVBits);
        MLKemEncoding.Encode(u, ciphertext[..MLKemParameters.CiphertextUSize], MLKemParameters.CiphertextUBits, width);
        MLKemEncoding.Encode(v, ciphertext[MLKemParameters.CiphertextUSize..], MLKemParameters.CiphertextVBits, width);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(twisted));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(uv));
    }

    /// <summary>K-PKE.Decrypt (Algorithm 15).</summary>
    /// <param name="sHat">ŝ in 0…4,095: an imported key need not be reduced.</param>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="message">Receives the message, 32 bytes.</param>
    [SkipLocalsInit]
    public static void Decrypt(ReadOnlySpan<short> sHat, ReadOnlySpan<byte> ciphertext, Span<byte> message)
    {
        LaneWidth width = MLKemField<TLanes, TVector>.Width;
        Span<short> u = stackalloc short[VectorSize];
        Span<short> twisted = stackalloc short[VectorSize];
        Span<short> v = stackalloc short[N];
        Span<short> w = stackalloc short[N];
        MLKemEncoding.Decode(ciphertext[..MLKemParameters.CiphertextUSize], u, MLKemParameters.CiphertextUBits, width);
        MLKemEncoding.Decode(ciphertext[MLKemParameters.CiphertextUSize..], v, MLKemParameters.CiphertextVBits, width);
        MLKemCoefficients<TLanes, TVector>.Decompress(u, MLKemParameters.CiphertextUBits);
        MLKemCoefficients<TLanes, TVector>.Decompress(v, MLKemParameters.CiphertextVBits);
        for (int i = 0; i < VectorSize; i += N)
            MLKemNtt<TLanes, TVector>.Forward(u.Slice(i, N));

        MLKemNtt<TLanes, TVector>.Twist(u, twisted);
        MLKemNtt<TLanes, TVector>.InnerProduct(sHat, sHat[N..], sHat[(2 * N)..], u, twisted, w);
        MLKemNtt<TLanes, TVector>.Inverse(w);
        MLKemCoefficients<TLanes, TVector>.SubtractFrom(v, w);
        MLKemCoefficients<TLanes, TVector>.Compress(w, bits: 1);
        MLKemEncoding.EncodeMessage(w, message);

        // u and v come from the ciphertext, which is public; w holds the message.
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(w));
    }
}
