using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A long-lived ML-DSA-65 signing key: keeps Â and the private polynomials in the domain of the transform, so that signing does
/// not expand them again. Its secrets lie in native memory, zeroed on dispose. Any number of threads may sign at once.
/// </summary>
internal sealed class MLDsa65SigningKey : IDisposable
{
    private readonly SecretMemory _memory = new(MLDsaExpandedKey.Size);
    private readonly byte[] _publicKey = new byte[MLDsa65.PublicKeySize];

    private MLDsa65SigningKey()
    {
    }

    /// <summary>The encoded public key, 1,952 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Derives a key from its seed ξ (algorithm 6).</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public static MLDsa65SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        MLDsa65.RequireLength(seed.Length, MLDsa65.SeedSize, nameof(seed));
        MLDsa65SigningKey key = new();
        MLDsaBackEnd.Selected.Generate(seed, key._publicKey, new MLDsaExpandedKey(key._memory.Bytes));
        MLDsaBackEnd.Selected.TransformT0(new MLDsaExpandedKey(key._memory.Bytes));
        return key;
    }

    /// <summary>
    /// Reads an expanded private key (skDecode, algorithm 25), and checks what can be checked: that the coefficients of s₁ and s₂ are
    /// within [−η, η], and that t₀ and tr are those of the key that ρ, s₁ and s₂ make.
    /// </summary>
    /// <exception cref="ArgumentException">The key is not 4,032 bytes long.</exception>
    /// <exception cref="CryptographicException">The key fails a check.</exception>
    public static MLDsa65SigningKey FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        MLDsa65.RequireLength(privateKey.Length, MLDsa65.PrivateKeySize, nameof(privateKey));
        MLDsa65SigningKey key = new();
        if (!MLDsaBackEnd.Selected.TryExpand(privateKey, key._publicKey, new MLDsaExpandedKey(key._memory.Bytes)))
        {
            key.Dispose();
            throw new CryptographicException(
                "The ML-DSA-65 private key is inconsistent: a coefficient is out of range, or its parts do not belong together.");
        }

        MLDsaBackEnd.Selected.TransformT0(new MLDsaExpandedKey(key._memory.Bytes));
        return key;
    }

    /// <summary>Writes the expanded private key (skEncode, algorithm 24).</summary>
    /// <param name="destination">Exactly 4,032 bytes.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void ExportPrivateKey(Span<byte> destination)
    {
        MLDsa65.RequireLength(destination.Length, MLDsa65.PrivateKeySize, nameof(destination));
        using SecretMemory.Use use = _memory.Enter();
        new MLDsaExpandedKey(use.Bytes).PrivateKey.CopyTo(destination);
    }

    /// <summary>Copies tr, the hash of the public key that every message representative begins with.</summary>
    /// <param name="destination">Exactly 64 bytes.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void CopyTr(Span<byte> destination)
    {
        MLDsa65.RequireLength(destination.Length, MLDsa65.TrSize, nameof(destination));
        using SecretMemory.Use use = _memory.Enter();
        new MLDsaExpandedKey(use.Bytes).Tr.CopyTo(destination);
    }

    /// <summary>ML-DSA.Sign_internal (algorithm 7) of a message representative. Allocates nothing.</summary>
    /// <param name="mu">µ: 64 bytes (<see cref="MLDsa65.ComputeMu"/>).</param>
    /// <param name="rnd">32 fresh random bytes, or zeros for a deterministic signature.</param>
    /// <param name="signature">Receives 3,309 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void Sign(ReadOnlySpan<byte> mu, ReadOnlySpan<byte> rnd, Span<byte> signature)
    {
        MLDsa65.RequireLength(mu.Length, MLDsa65.MuSize, nameof(mu));
        MLDsa65.RequireLength(rnd.Length, MLDsa65.RandomizerSize, nameof(rnd));
        MLDsa65.RequireLength(signature.Length, MLDsa65.SignatureSize, nameof(signature));
        using SecretMemory.Use use = _memory.Enter();
        MLDsaBackEnd.Selected.Sign(new MLDsaExpandedKey(use.Bytes), mu, rnd, signature);
    }

    /// <summary>Zeroes the key, at once or when the last running signature is done; what begins later throws.</summary>
    public void Dispose() => _memory.Dispose();
}
