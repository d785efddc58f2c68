using System.Security.Cryptography;
using HybridTls.Records;

namespace HybridTls.Resumption;

/// <summary>The AEAD of a ticket key, used by one thread at a time. The key is owned, and zeroed, by the platform's cipher.</summary>
/// <remarks>
/// The platform's AEAD objects are not documented as thread-safe (OpenSSL's is one context), so a lock goes round each use of 1 to 2 µs;
/// it also makes disposal wait for a use under way.
/// </remarks>
internal sealed class TicketCipher : IDisposable
{
    /// <summary>The key's size in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The nonce's size in bytes.</summary>
    public const int NonceSize = 12;

    /// <summary>The tag's size in bytes.</summary>
    public const int TagSize = 16;

    private readonly Lock _using = new();
    private readonly AesGcm? _aesGcm;
    private readonly ChaCha20Poly1305? _chaCha20Poly1305;
    private bool _disposed;

    /// <summary>Takes a copy of the key.</summary>
    public TicketCipher(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        if (algorithm == AeadAlgorithm.ChaCha20Poly1305)
            _chaCha20Poly1305 = new ChaCha20Poly1305(key);
        else
            _aesGcm = new AesGcm(key, TagSize);
    }

    /// <returns>False after disposal.</returns>
    public bool TryEncrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        lock (_using)
        {
            if (_disposed)
                return false;
            if (_aesGcm is not null)
                _aesGcm.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
            else
                _chaCha20Poly1305!.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
            return true;
        }
    }

    /// <returns>False after disposal, or when the ciphertext does not authenticate: the platform has cleared the plaintext then.</returns>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        try
        {
            lock (_using)
            {
                if (_disposed)
                    return false;
                if (_aesGcm is not null)
                    _aesGcm.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
                else
                    _chaCha20Poly1305!.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
                return true;
            }
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Frees the key, after the use under way.</summary>
    public void Dispose()
    {
        lock (_using)
        {
            _disposed = true;
            _aesGcm?.Dispose();
            _chaCha20Poly1305?.Dispose();
        }
    }
}
