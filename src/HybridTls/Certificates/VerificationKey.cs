using System.Security.Cryptography;

namespace HybridTls.Certificates;

/// <summary>An ML-DSA-65 public key to verify with; what the algorithm precomputes from it is made once and kept.</summary>
/// <remarks>It holds no secret and is safe for concurrent use; keys of trust anchors live as long as their <see cref="PeerValidation"/>.</remarks>
internal sealed class VerificationKey
{
    private MLDsa? _key;

    /// <summary>Wraps the 1952 bytes of a key; they must not change afterwards.</summary>
    public VerificationKey(ReadOnlyMemory<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, SubjectPublicKeyInfo.KeySize);
        Bytes = publicKey;
    }

    /// <summary>Makes a key object of 1952 bytes.</summary>
    // TODO(face): replaced by ManagedMLDsa.ImportMLDsaPublicKey once it has landed.
    internal static Func<ReadOnlyMemory<byte>, MLDsa> Import { get; set; } =
        static key => MLDsa.ImportMLDsaPublicKey(MLDsaAlgorithm.MLDsa65, key.Span);

    /// <summary>The 1952 bytes of the key.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Verifies a pure ML-DSA-65 signature with an empty context (FIPS 204, algorithm 3).</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == MLDsaAlgorithm.MLDsa65.SignatureSizeInBytes && Key.VerifyData(message, signature);

    // Two threads may both import: the loser's object holds no secret and is left to the collector.
    private MLDsa Key => _key ?? Interlocked.CompareExchange(ref _key, Import(Bytes), null) ?? _key!;
}
