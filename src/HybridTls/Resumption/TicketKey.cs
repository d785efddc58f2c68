using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Records;

namespace HybridTls.Resumption;

/// <summary>
/// One generation of ticket keys. A ticket is: format version (1 byte), key name (16), nonce (12), ciphertext, tag (16); version and name
/// are authenticated as associated data.
/// </summary>
/// <remarks>
/// The platform's AEAD objects are not documented as thread-safe (that of OpenSSL is one context), so a lock goes round each use. It is
/// held for about half a microsecond, three times for each resumption of some 300 µs, so that even dozens of cores seldom meet in it; and
/// it makes disposal wait for a use under way. The key itself is owned, and zeroed, by the platform's cipher: we keep no copy.
/// </remarks>
internal sealed class TicketKey : IDisposable
{
    /// <summary>What a ticket is longer than its session, in bytes.</summary>
    public const int Overhead = PrefixSize + NonceSize + TagSize;

    private const byte FormatVersion = 1;
    private const int NameSize = 16;
    private const int PrefixSize = 1 + NameSize;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int KeySize = 32;

    private readonly Lock _using = new();
    private readonly byte[] _prefix = new byte[PrefixSize];
    private readonly AesGcm? _aesGcm;
    private readonly ChaCha20Poly1305? _chaCha20Poly1305;
    private long _sealsLeft;
    private bool _disposed;

    /// <summary>Makes a key.</summary>
    /// <param name="algorithm">An AEAD with 32-byte keys.</param>
    /// <param name="since">The timestamp from which it counts.</param>
    /// <param name="seals">How many tickets it may seal.</param>
    /// <param name="previous">The generation before, which still opens tickets.</param>
    public TicketKey(AeadAlgorithm algorithm, long since, long seals, TicketKey? previous)
    {
        Since = since;
        Previous = previous;
        _sealsLeft = seals;
        _prefix[0] = FormatVersion;
        Entropy.Fill(_prefix.AsSpan(1));
        Span<byte> key = stackalloc byte[KeySize];
        Entropy.Fill(key);
        if (algorithm == AeadAlgorithm.ChaCha20Poly1305)
            _chaCha20Poly1305 = new ChaCha20Poly1305(key);
        else
            _aesGcm = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>The timestamp from which this generation counts.</summary>
    public long Since { get; }

    /// <summary>The generation before, until it is dropped.</summary>
    public TicketKey? Previous { get; private set; }

    /// <summary>Whether this key's name is on a ticket.</summary>
    public bool HasSealed(ReadOnlySpan<byte> ticket) => ticket.Length >= Overhead && ticket[..PrefixSize].SequenceEqual(_prefix);

    /// <summary>Seals a session.</summary>
    /// <param name="session">Any number of bytes.</param>
    /// <param name="ticket"><see cref="Overhead"/> bytes more.</param>
    /// <returns>False when this key must seal no more.</returns>
    public bool TrySeal(ReadOnlySpan<byte> session, Span<byte> ticket)
    {
        Span<byte> nonce = ticket.Slice(PrefixSize, NonceSize), tag = ticket[^TagSize..];
        Span<byte> ciphertext = ticket[(PrefixSize + NonceSize)..^TagSize];
        _prefix.CopyTo(ticket);
        Entropy.Fill(nonce);
        lock (_using)
        {
            if (_disposed || _sealsLeft == 0)
                return false;
            _sealsLeft--;
            if (_aesGcm is not null)
                _aesGcm.Encrypt(nonce, session, ciphertext, tag, _prefix);
            else
                _chaCha20Poly1305!.Encrypt(nonce, session, ciphertext, tag, _prefix);
        }

        return true;
    }

    /// <summary>Opens a ticket that <see cref="HasSealed"/> this key's name.</summary>
    /// <returns>The session; null for one that does not authenticate, or when this key is gone.</returns>
    public byte[]? TryOpen(ReadOnlySpan<byte> ticket)
    {
        byte[] session = new byte[ticket.Length - Overhead];
        ReadOnlySpan<byte> nonce = ticket.Slice(PrefixSize, NonceSize), tag = ticket[^TagSize..];
        ReadOnlySpan<byte> ciphertext = ticket[(PrefixSize + NonceSize)..^TagSize];
        try
        {
            lock (_using)
            {
                if (_disposed)
                    return null;
                if (_aesGcm is not null)
                    _aesGcm.Decrypt(nonce, ciphertext, tag, session, _prefix);
                else
                    _chaCha20Poly1305!.Decrypt(nonce, ciphertext, tag, session, _prefix);
            }

            return session;
        }
        catch (CryptographicException)
        {
            return null; // altered; the platform has cleared what it wrote
        }
    }

    /// <summary>Drops the generation before, and its key.</summary>
    public void DropPrevious()
    {
        TicketKey? previous = Previous;
        Previous = null;
        previous?.Dispose();
    }

    /// <summary>Frees the key and those before, after the uses under way.</summary>
    public void Dispose()
    {
        lock (_using)
        {
            _disposed = true;
            _aesGcm?.Dispose();
            _chaCha20Poly1305?.Dispose();
        }

        DropPrevious();
    }
}
