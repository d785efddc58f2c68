using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A long-lived ML-DSA-65 signing key: keeps Â and the private polynomials in the domain of the transform, so that signing does
/// not expand them again. Its secrets lie in one pinned buffer, zeroed on dispose. Any number of threads may sign at once.
/// </summary>
internal sealed class MLDsa65SigningKey : IDisposable
{
    // The polynomials of MLDsaExpandedKey, then the encoded private key.
    private readonly int[] _buffer = GC.AllocateUninitializedArray<int>(
        MLDsaExpandedKey.Coefficients + (MLDsa65.PrivateKeySize / sizeof(int)) + MLDsaMemory.Padding, pinned: true);

    private readonly byte[] _publicKey = new byte[MLDsa65.PublicKeySize];

    // One for the owner until Dispose, one for each call that reads the buffer: the last one zeroes it. Were it zeroed under a
    // running signature, that could go out with a known mask, and give the key away.
    private int _users = 1;
    private int _disposed;

    private MLDsa65SigningKey()
    {
    }

    /// <summary>The encoded public key, 1,952 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The memory that holds every secret of the key; for the test that scans it.</summary>
    internal ReadOnlySpan<int> Buffer => _buffer;

    private MLDsaExpandedKey Expanded
    {
        get
        {
            Span<int> memory = MLDsaMemory.Align(_buffer);
            return new(memory, MemoryMarshal.AsBytes(memory[MLDsaExpandedKey.Coefficients..]));
        }
    }

    /// <summary>Derives a key from its seed ξ (algorithm 6).</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public static MLDsa65SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        MLDsa65.RequireLength(seed.Length, MLDsa65.SeedSize, nameof(seed));
        MLDsa65SigningKey key = new();
        MLDsa65.Generate(seed, key._publicKey, key.Expanded);
        MLDsa65.CompleteT0(key.Expanded);
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
        if (!MLDsa65.TryExpand(privateKey, key._publicKey, key.Expanded))
        {
            key.Dispose();
            throw new CryptographicException("The ML-DSA-65 private key is inconsistent: a coefficient is out of range, or its parts do not belong together.");
        }

        MLDsa65.CompleteT0(key.Expanded);
        return key;
    }

    /// <summary>Writes the expanded private key (skEncode, algorithm 24).</summary>
    /// <param name="destination">Exactly 4,032 bytes.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void ExportPrivateKey(Span<byte> destination)
    {
        MLDsa65.RequireLength(destination.Length, MLDsa65.PrivateKeySize, nameof(destination));
        Enter();
        try
        {
            Expanded.PrivateKey.CopyTo(destination);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Copies tr, the hash of the public key that every message representative begins with.</summary>
    /// <param name="destination">Exactly 64 bytes.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void CopyTr(Span<byte> destination)
    {
        MLDsa65.RequireLength(destination.Length, MLDsa65.TrSize, nameof(destination));
        Enter();
        try
        {
            Expanded.Tr.CopyTo(destination);
        }
        finally
        {
            Leave();
        }
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
        Enter();
        try
        {
            MLDsa65.Sign(Expanded, mu, rnd, signature);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Zeroes the key, at once or when the last running signature is done; what begins later throws.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Leave();
        }
    }

    private void Enter()
    {
        int users = Volatile.Read(ref _users);
        while (true)
        {
            ObjectDisposedException.ThrowIf(users == 0 || Volatile.Read(ref _disposed) != 0, this);
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_buffer.AsSpan()));
        }
    }
}
