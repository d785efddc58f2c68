namespace HybridTls.Cryptography;

/// <summary>ML-DSA-65 on one back end: key generation, signing and verification, each in a file of its own.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal sealed class MLDsaAlgorithms<TLanes, TVector> : MLDsaBackEnd
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    public override void Generate(ReadOnlySpan<byte> seed, Span<byte> publicKey, MLDsaExpandedKey key) =>
        MLDsaKeyGeneration<TLanes, TVector>.Generate(seed, publicKey, key);

    /// <inheritdoc/>
    public override bool TryExpand(ReadOnlySpan<byte> privateKey, Span<byte> publicKey, MLDsaExpandedKey key) =>
        MLDsaKeyGeneration<TLanes, TVector>.TryExpand(privateKey, publicKey, key);

    /// <inheritdoc/>
    public override void TransformT0(MLDsaExpandedKey key) => MLDsaKeyGeneration<TLanes, TVector>.TransformT0(key);

    /// <inheritdoc/>
    public override void Sign(MLDsaExpandedKey key, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> rnd, Span<byte> signature) =>
        MLDsaSigning<TLanes, TVector>.Sign(key, mu, rnd, signature);

    /// <inheritdoc/>
    public override void ExpandPublicKey(ReadOnlySpan<byte> publicKey, Span<int> expanded) =>
        MLDsaVerification<TLanes, TVector>.Expand(publicKey, expanded);

    /// <inheritdoc/>
    public override bool Verify(ReadOnlySpan<int> expanded, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature) =>
        MLDsaVerification<TLanes, TVector>.Verify(expanded, mu, signature);

    /// <inheritdoc/>
    public override bool VerifyOnce(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature) =>
        MLDsaVerification<TLanes, TVector>.VerifyOnce(publicKey, mu, signature);
}
