using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>ML-KEM-768 on one vector width, beneath the length checks of <see cref="MLKem768"/> and the keys.</summary>
internal abstract class MLKemBackEnd
{
    private static readonly LaneTable<MLKemBackEnd> BackEnds = new(
        new MLKemAlgorithms<ScalarLanes16, int>(),
        new MLKemAlgorithms<Vector128Lanes16, Vector128<short>>(),
        new MLKemAlgorithms<Vector256Lanes16, Vector256<short>>(),
        new MLKemAlgorithms<Vector512Lanes16, Vector512<short>>());

    /// <summary>The back end for an operation that starts now on this thread.</summary>
    public static MLKemBackEnd Selected => BackEnds.Selected;

    /// <summary>Key generation from ρ ‖ σ.</summary>
    /// <param name="seeds">ρ ‖ σ.</param>
    /// <param name="ek">Receives the encapsulation key.</param>
    /// <param name="hash">Receives H(ek).</param>
    /// <param name="key">Receives Â, t̂ and ŝ.</param>
    public abstract void KeyGen(ReadOnlySpan<byte> seeds, Span<byte> ek, Span<byte> hash, MLKemExpandedKey key);

    /// <summary>Expands an encapsulation key: t̂ and Â, and meanwhile whatever hash is given.</summary>
    public abstract void Expand(ReadOnlySpan<byte> ek, MLKemExpandedKey key, MLKemHashLane hash);

    /// <summary>ML-KEM.Encaps_internal (FIPS 203 Algorithm 17).</summary>
    public abstract void Encaps(ReadOnlySpan<byte> ek, ReadOnlySpan<byte> m, Span<byte> sharedSecret, Span<byte> ciphertext);

    /// <summary>ML-KEM.Decaps_internal (FIPS 203 Algorithm 18).</summary>
    public abstract void Decaps(ReadOnlySpan<byte> dk, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret);

    /// <summary>ML-KEM.Decaps_internal with ŝ and t̂ decoded.</summary>
    /// <param name="key">ŝ, t̂ and, unless it is sampled here, Â.</param>
    /// <param name="matrixSeed">ρ if Â is to be sampled, otherwise empty.</param>
    /// <param name="hash">H(ek).</param>
    /// <param name="z">The rejection seed.</param>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="sharedSecret">Receives the shared secret.</param>
    public abstract void Decaps(
        MLKemExpandedKey key,
        ReadOnlySpan<byte> matrixSeed,
        ReadOnlySpan<byte> hash,
        ReadOnlySpan<byte> z,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> sharedSecret);
}
