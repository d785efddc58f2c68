using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>ML-DSA-65 on one vector width, beneath the length checks of <see cref="MLDsa65"/> and the keys.</summary>
internal abstract class MLDsaBackEnd
{
    private static readonly LaneTable<MLDsaBackEnd> BackEnds = new(
        new MLDsaAlgorithms<ScalarLanes32, long>(),
        new MLDsaAlgorithms<Vector128Lanes32, Vector128<int>>(),
        new MLDsaAlgorithms<Vector256Lanes32, Vector256<int>>(),
        new MLDsaAlgorithms<Vector512Lanes32, Vector512<int>>());

    /// <summary>The back end for an operation that starts now on this thread.</summary>
    public static MLDsaBackEnd Selected => BackEnds.Selected;

    /// <summary>ML-DSA.KeyGen_internal (FIPS 204 algorithm 6) into an expanded key.</summary>
    public abstract void Generate(ReadOnlySpan<byte> seed, Span<byte> publicKey, MLDsaExpandedKey key);

    /// <summary>Decodes and checks a private key (algorithm 25); false if it is not one.</summary>
    public abstract bool TryExpand(ReadOnlySpan<byte> privateKey, Span<byte> publicKey, MLDsaExpandedKey key);

    /// <summary>Transforms t0, which only signing needs.</summary>
    public abstract void TransformT0(MLDsaExpandedKey key);

    /// <summary>ML-DSA.Sign_internal (algorithm 7).</summary>
    public abstract void Sign(MLDsaExpandedKey key, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> rnd, Span<byte> signature);

    /// <summary>Decodes and transforms a public key for verifications to come.</summary>
    public abstract void ExpandPublicKey(ReadOnlySpan<byte> publicKey, Span<int> expanded);

    /// <summary>ML-DSA.Verify_internal (algorithm 8) with an expanded public key.</summary>
    public abstract bool Verify(ReadOnlySpan<int> expanded, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature);

    /// <summary>ML-DSA.Verify_internal with a public key that is not used again.</summary>
    public abstract bool VerifyOnce(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature);
}
