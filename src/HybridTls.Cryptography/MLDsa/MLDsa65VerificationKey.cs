namespace HybridTls.Cryptography;

/// <summary>An ML-DSA-65 public key. From its second verification on it keeps its expanded form (36 KiB). Thread-safe.</summary>
internal sealed class MLDsa65VerificationKey
{
    private readonly byte[] _publicKey;
    private readonly byte[] _tr = new byte[MLDsa65.TrSize];
    private int[]? _expanded;
    private bool _used;

    /// <summary>Reads a public key (pkDecode, algorithm 23): every string of the right length is one.</summary>
    /// <exception cref="ArgumentException">The key is not 1,952 bytes long.</exception>
    public MLDsa65VerificationKey(ReadOnlySpan<byte> publicKey)
    {
        MLDsa65.RequireLength(publicKey.Length, MLDsa65.PublicKeySize, nameof(publicKey));
        _publicKey = publicKey.ToArray();
        MLDsa65.ComputeTr(_publicKey, _tr);
    }

    /// <summary>The public part of a key whose tr is known already, which spares hashing it again.</summary>
    public MLDsa65VerificationKey(MLDsa65SigningKey key)
    {
        _publicKey = key.PublicKey.ToArray();
        key.CopyTr(_tr);
    }

    /// <summary>The encoded public key, 1,952 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>tr, the hash of the public key that every message representative begins with, 64 bytes.</summary>
    public ReadOnlySpan<byte> Tr => _tr;

    /// <summary>ML-DSA.Verify_internal (algorithm 8) of a message representative.</summary>
    /// <param name="mu">µ: 64 bytes (<see cref="MLDsa65.ComputeMu"/>).</param>
    /// <param name="signature">The signature; any other length than 3,309 bytes is no signature.</param>
    /// <exception cref="ArgumentException">The length of µ is wrong.</exception>
    public bool Verify(ReadOnlySpan<byte> mu, ReadOnlySpan<byte> signature)
    {
        MLDsa65.RequireLength(mu.Length, MLDsa65.MuSize, nameof(mu));
        int[]? expanded = Volatile.Read(ref _expanded);
        if (expanded is null)
        {
            // Most keys of a handshake verify once: only the second time shows that keeping pays. Threads that race here do the
            // work twice, no more.
            if (!_used)
            {
                _used = true;
                return MLDsa65.Verify(_publicKey, mu, signature);
            }

            expanded = GC.AllocateUninitializedArray<int>(
                MLDsaParameters.ExpandedPublicKeyCoefficients + MLDsaMemory.Padding, pinned: true);
            MLDsaBackEnd.Selected.ExpandPublicKey(_publicKey, MLDsaMemory.Align(expanded));
            Volatile.Write(ref _expanded, expanded);
        }

        return MLDsaBackEnd.Selected.Verify(MLDsaMemory.Align(expanded), mu, signature);
    }
}
