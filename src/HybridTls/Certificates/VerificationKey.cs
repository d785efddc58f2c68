using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>An ML-DSA-65 public key to verify with; what the algorithm precomputes from it is made once and kept.</summary>
/// <remarks>
/// It holds no secret and is safe for concurrent use; keys of trust anchors live as long as their <see cref="PeerValidation"/>.
/// </remarks>
internal sealed class VerificationKey
{
    private ManagedMLDsa? _key;

    /// <summary>Wraps the 1952 bytes of a key; they must not change afterwards.</summary>
    public VerificationKey(ReadOnlyMemory<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, MLDsaPublicKeyInfo.KeySize);
        Bytes = publicKey;
    }

    /// <summary>The 1952 bytes of the key.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Verifies a pure ML-DSA-65 signature with an empty context (FIPS 204, algorithm 3).</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == MLDsaAlgorithm.MLDsa65.SignatureSizeInBytes && Key.VerifyData(message, signature);

    // Two threads may both import: the loser's object holds no secret and is left to the collector.
    private ManagedMLDsa Key =>
        _key ?? Interlocked.CompareExchange(ref _key, ManagedMLDsa.ImportMLDsaPublicKey(MLDsaAlgorithm.MLDsa65, Bytes.Span), null) ?? _key!;
}
