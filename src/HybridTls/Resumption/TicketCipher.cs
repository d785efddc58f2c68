using HybridTls.Cryptography;

namespace HybridTls.Resumption;

/// <summary>The AEAD of a ticket key, used by one thread at a time. The key is owned, and zeroed, by the platform's cipher.</summary>
/// <remarks>
/// The platform's AEAD objects are not documented as thread-safe (OpenSSL's is one context), so a lock goes round each use of 1 to 2 µs;
/// it also makes disposal wait for a use under way.
/// </remarks>
internal sealed class TicketCipher : IDisposable
{
    private readonly Lock _using = new();
    private readonly AeadCipher _cipher;
    private bool _disposed;

    /// <summary>Takes a copy of the key.</summary>
    public TicketCipher(AeadAlgorithm algorithm, ReadOnlySpan<byte> key) => _cipher = new AeadCipher(algorithm, key);

    /// <returns>False after disposal.</returns>
    public bool TryEncrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        lock (_using)
        {
            if (_disposed)
                return false;
            _cipher.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
            return true;
        }
    }

    /// <returns>False after disposal, or when the ciphertext does not authenticate: the plaintext is zero then.</returns>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        lock (_using)
        {
            return !_disposed && _cipher.TryDecrypt(nonce, ciphertext, tag, plaintext, associatedData);
        }
    }

    /// <summary>Frees the key, after the use under way.</summary>
    public void Dispose()
    {
        lock (_using)
        {
            _disposed = true;
            _cipher.Dispose();
        }
    }
}
