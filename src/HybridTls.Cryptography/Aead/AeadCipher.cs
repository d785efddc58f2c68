using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>One AEAD under one key: the only place that chooses between the platform's ciphers. The key is the platform's, which zeroes it.</summary>
/// <remarks>Not thread-safe. No method allocates.</remarks>
internal sealed class AeadCipher : IDisposable
{
    /// <summary>The nonce's size in bytes.</summary>
    public const int NonceSize = 12;

    /// <summary>The tag's size in bytes.</summary>
    public const int TagSize = 16;

    private readonly AesGcm? _aesGcm;
    private readonly ChaCha20Poly1305? _chaCha20Poly1305;

    /// <summary>Takes a copy of the key.</summary>
    /// <param name="algorithm">The AEAD.</param>
    /// <param name="key">As many bytes as <see cref="GetKeySize"/> says.</param>
    public AeadCipher(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, GetKeySize(algorithm), nameof(key));
        Algorithm = algorithm;
        if (algorithm == AeadAlgorithm.ChaCha20Poly1305)
            _chaCha20Poly1305 = new ChaCha20Poly1305(key);
        else
            _aesGcm = new AesGcm(key, TagSize);
    }

    /// <summary>The AEAD.</summary>
    public AeadAlgorithm Algorithm { get; }

    /// <summary>The key size of <paramref name="algorithm"/> in bytes.</summary>
    public static int GetKeySize(AeadAlgorithm algorithm) => algorithm == AeadAlgorithm.Aes128Gcm ? 16 : 32;

    /// <summary>Whether the platform has <paramref name="algorithm"/>.</summary>
    public static bool IsSupported(AeadAlgorithm algorithm) =>
        algorithm == AeadAlgorithm.ChaCha20Poly1305 ? ChaCha20Poly1305.IsSupported : AesGcm.IsSupported;

    /// <summary>Encrypts; the ciphertext may take the plaintext's place, and no other that overlaps it.</summary>
    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        if (_aesGcm is not null)
            _aesGcm.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        else
            _chaCha20Poly1305!.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
    }

    /// <summary>Decrypts, in place if wanted.</summary>
    /// <returns>False when the ciphertext does not authenticate; <paramref name="plaintext"/> is zero then.</returns>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        try
        {
            if (_aesGcm is not null)
                _aesGcm.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            else
                _chaCha20Poly1305!.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            plaintext.Clear(); // the platform does so too; nothing unauthenticated may be let out
            return false;
        }
    }

    /// <summary>Frees the key.</summary>
    public void Dispose()
    {
        _aesGcm?.Dispose();
        _chaCha20Poly1305?.Dispose();
    }
}
