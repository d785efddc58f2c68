using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Resumption;

/// <summary>
/// One generation of ticket keys. A ticket is: format version (1 byte), key name (16), nonce (12), ciphertext, tag (16); version and name
/// are authenticated as associated data.
/// </summary>
internal sealed class TicketKey : IDisposable
{
    /// <summary>What a ticket is longer than its session, in bytes.</summary>
    public const int Overhead = PrefixSize + AeadCipher.NonceSize + AeadCipher.TagSize;

    private const byte FormatVersion = 1;
    private const int NameSize = 16;
    private const int PrefixSize = 1 + NameSize;
    private const int CiphertextStart = PrefixSize + AeadCipher.NonceSize;

    /// <summary>
    /// Copies of the cipher, so that the threads of many processors do not wait for each other: a resumption of some 300 µs takes 5 µs of
    /// them, one lock would be the limit of fifty cores.
    /// </summary>
    private const int MaxCiphers = 16;

    private readonly byte[] _prefix = new byte[PrefixSize];
    private readonly TicketCipher[] _ciphers = new TicketCipher[Math.Min(Environment.ProcessorCount, MaxCiphers)];
    private long _sealsLeft;

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
        Span<byte> key = stackalloc byte[AeadCipher.GetKeySize(algorithm)];
        Entropy.Fill(key);
        for (int i = 0; i < _ciphers.Length; i++)
            _ciphers[i] = new TicketCipher(algorithm, key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>The timestamp from which this generation counts.</summary>
    public long Since { get; }

    /// <summary>The generation before, until it is dropped.</summary>
    public TicketKey? Previous { get; private set; }

    private TicketCipher Cipher => _ciphers[unchecked((uint)Thread.GetCurrentProcessorId()) % (uint)_ciphers.Length];

    /// <summary>Whether a ticket bears this key's name.</summary>
    public bool IsOn(ReadOnlySpan<byte> ticket) => ticket.Length >= Overhead && ticket[..PrefixSize].SequenceEqual(_prefix);

    /// <summary>Seals a session.</summary>
    /// <param name="session">Any number of bytes.</param>
    /// <param name="ticket"><see cref="Overhead"/> bytes more.</param>
    /// <returns>False when this key must seal no more.</returns>
    public bool TrySeal(ReadOnlySpan<byte> session, Span<byte> ticket)
    {
        if (Interlocked.Decrement(ref _sealsLeft) < 0)
            return false;
        _prefix.CopyTo(ticket);
        Span<byte> nonce = ticket[PrefixSize..CiphertextStart];
        Entropy.Fill(nonce);
        return Cipher.TryEncrypt(
            nonce, session, ticket[CiphertextStart..^AeadCipher.TagSize], ticket[^AeadCipher.TagSize..], _prefix);
    }

    /// <summary>Opens a ticket that bears this key's name.</summary>
    /// <returns>The session; null for one that does not authenticate, or when this key is gone.</returns>
    public byte[]? TryOpen(ReadOnlySpan<byte> ticket)
    {
        byte[] session = new byte[ticket.Length - Overhead];
        bool opened = Cipher.TryDecrypt(
            ticket[PrefixSize..CiphertextStart], ticket[CiphertextStart..^AeadCipher.TagSize], ticket[^AeadCipher.TagSize..], session, _prefix);
        return opened ? session : null;
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
        foreach (TicketCipher cipher in _ciphers)
            cipher.Dispose();
        DropPrevious();
    }
}
