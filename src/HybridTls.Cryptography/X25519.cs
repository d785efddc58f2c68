using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// X25519 key agreement (RFC 7748). An instance owns a private key, which is zeroed on disposal; the static methods work on
/// the caller's buffers and allocate nothing. An instance may be used by several threads at once; disposed meanwhile, it zeroes the
/// private key when the last use under way has ended.
/// </summary>
public sealed class X25519 : IDisposable
{
    /// <summary>The size of a private key in bytes.</summary>
    public const int PrivateKeySizeInBytes = 32;

    /// <summary>The size of a public key in bytes.</summary>
    public const int PublicKeySizeInBytes = 32;

    /// <summary>The size of a shared secret in bytes.</summary>
    public const int SharedSecretSizeInBytes = 32;

    // The private key, then the public key.
    private readonly SecretMemory _keys = new(PrivateKeySizeInBytes + PublicKeySizeInBytes);

    private X25519()
    {
    }

    /// <summary>Generates a new private key.</summary>
    public static X25519 GenerateKey()
    {
        X25519 key = new();
        Span<byte> keys = key._keys.Bytes;
        Entropy.Fill(PrivateKeyIn(keys));
        X25519Primitive.DerivePublicKey(PrivateKeyIn(keys), PublicKeyIn(keys));
        return key;
    }

    /// <summary>Imports a private key: any 32 bytes (they are clamped where they are used, RFC 7748 §5).</summary>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 32 bytes long.</exception>
    public static X25519 ImportPrivateKey(ReadOnlySpan<byte> source)
    {
        ThrowIfWrongLength(source.Length, PrivateKeySizeInBytes, nameof(source));
        X25519 key = new();
        Span<byte> keys = key._keys.Bytes;
        source.CopyTo(PrivateKeyIn(keys));
        X25519Primitive.DerivePublicKey(PrivateKeyIn(keys), PublicKeyIn(keys));
        return key;
    }

    /// <inheritdoc cref="ImportPrivateKey(ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    public static X25519 ImportPrivateKey(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportPrivateKey(new ReadOnlySpan<byte>(source));
    }

    /// <summary>Writes a new private key.</summary>
    /// <param name="privateKey">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public static void GeneratePrivateKey(Span<byte> privateKey)
    {
        ThrowIfWrongLength(privateKey.Length, PrivateKeySizeInBytes, nameof(privateKey));
        Entropy.Fill(privateKey);
    }

    /// <summary>Computes the public key of a private key: X25519(k, 9) (RFC 7748 §6.1).</summary>
    /// <param name="privateKey">Exactly 32 bytes.</param>
    /// <param name="publicKey">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        ThrowIfWrongLength(privateKey.Length, PrivateKeySizeInBytes, nameof(privateKey));
        ThrowIfWrongLength(publicKey.Length, PublicKeySizeInBytes, nameof(publicKey));
        X25519Primitive.DerivePublicKey(privateKey, publicKey);
    }

    /// <summary>Computes the secret shared with a peer: X25519(k, u) (RFC 7748 §6.1).</summary>
    /// <param name="privateKey">Exactly 32 bytes.</param>
    /// <param name="peerPublicKey">Exactly 32 bytes; the top bit is ignored, a non-canonical value is accepted.</param>
    /// <param name="sharedSecret">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="CryptographicException">
    /// The result is all zero: the peer sent a point of small order. Nothing is written.
    /// </exception>
    public static void DeriveSharedSecret(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        if (!TryDeriveSharedSecret(privateKey, peerPublicKey, sharedSecret))
            ThrowAllZero();
    }

    /// <summary>
    /// Computes the secret shared with a peer as <see cref="DeriveSharedSecret(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    /// does, but returns false where the result is all zero; then nothing is written.
    /// </summary>
    /// <param name="privateKey">Exactly 32 bytes.</param>
    /// <param name="peerPublicKey">Exactly 32 bytes; the top bit is ignored, a non-canonical value is accepted.</param>
    /// <param name="sharedSecret">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public static bool TryDeriveSharedSecret(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ThrowIfWrongLength(privateKey.Length, PrivateKeySizeInBytes, nameof(privateKey));
        ThrowIfWrongLength(peerPublicKey.Length, PublicKeySizeInBytes, nameof(peerPublicKey));
        ThrowIfWrongLength(sharedSecret.Length, SharedSecretSizeInBytes, nameof(sharedSecret));

        Span<byte> secret = stackalloc byte[SharedSecretSizeInBytes];
        bool valid = X25519Primitive.Agree(privateKey, peerPublicKey, secret);
        if (valid) // public: whether the peer's point has small order shows in what happens next
            secret.CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
        return valid;
    }

    /// <summary>Writes the public key.</summary>
    /// <param name="destination">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not 32 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void ExportPublicKey(Span<byte> destination)
    {
        ThrowIfWrongLength(destination.Length, PublicKeySizeInBytes, nameof(destination));
        using SecretMemory.Use use = _keys.Enter();
        PublicKeyIn(use.Bytes).CopyTo(destination);
    }

    /// <summary>Writes the private key, as it was generated or imported.</summary>
    /// <param name="destination">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not 32 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void ExportPrivateKey(Span<byte> destination)
    {
        ThrowIfWrongLength(destination.Length, PrivateKeySizeInBytes, nameof(destination));
        using SecretMemory.Use use = _keys.Enter();
        PrivateKeyIn(use.Bytes).CopyTo(destination);
    }

    /// <summary>Computes the secret shared with a peer (RFC 7748 §6.1).</summary>
    /// <param name="peerPublicKey">Exactly 32 bytes; the top bit is ignored, a non-canonical value is accepted.</param>
    /// <param name="sharedSecret">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="CryptographicException">
    /// The result is all zero: the peer sent a point of small order. Nothing is written.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void DeriveSharedSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        using SecretMemory.Use use = _keys.Enter();
        DeriveSharedSecret(PrivateKeyIn(use.Bytes), peerPublicKey, sharedSecret);
    }

    /// <summary>
    /// Computes the secret shared with a peer as <see cref="DeriveSharedSecret(ReadOnlySpan{byte}, Span{byte})"/> does, but returns
    /// false where the result is all zero; then nothing is written.
    /// </summary>
    /// <param name="peerPublicKey">Exactly 32 bytes; the top bit is ignored, a non-canonical value is accepted.</param>
    /// <param name="sharedSecret">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public bool TryDeriveSharedSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        using SecretMemory.Use use = _keys.Enter();
        return TryDeriveSharedSecret(PrivateKeyIn(use.Bytes), peerPublicKey, sharedSecret);
    }

    /// <summary>Zeroes the private key, at once or when the last use under way has ended; what begins later throws.</summary>
    public void Dispose() => _keys.Dispose();

    private static Span<byte> PrivateKeyIn(Span<byte> keys) => keys[..PrivateKeySizeInBytes];

    private static Span<byte> PublicKeyIn(Span<byte> keys) => keys[PrivateKeySizeInBytes..];

    private static void ThrowIfWrongLength(int length, int expected, string parameter)
    {
        if (length != expected)
            ThrowWrongLength(expected, parameter);
    }

    [DoesNotReturn]
    private static void ThrowWrongLength(int expected, string parameter) =>
        throw new ArgumentException($"The buffer must be exactly {expected} bytes long.", parameter);

    [DoesNotReturn]
    private static void ThrowAllZero() =>
        throw new CryptographicException("The shared secret is all zero: the peer's public key is a point of small order.");
}
