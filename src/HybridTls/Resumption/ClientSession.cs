using System.Net.Security;
using HybridTls.Cryptography;
using HybridTls.Resumption;

namespace HybridTls;

/// <summary>
/// A session that a client can resume: a ticket of the server and the pre-shared key that belongs to it (RFC 9846 §4.7.1). A resumption
/// saves the certificates and signatures, not the key agreement: each has its own X25519MLKEM768 secret.
/// </summary>
public sealed class ClientSession : IDisposable
{
    private readonly SecretMemory _psk;
    private readonly int _pskSize;

    internal ClientSession(ReadOnlySpan<byte> psk)
    {
        _psk = new SecretMemory(psk.Length);
        _pskSize = psk.Length;
        psk.CopyTo(_psk.Bytes);
    }

    /// <summary>The cipher suite of the session; a resumption uses one with the same hash.</summary>
    public TlsCipherSuite CipherSuite { get; internal init; }

    /// <summary>When the server proved who it is: the time of the full handshake.</summary>
    public DateTimeOffset AuthenticatedAt => Times.AuthenticatedAt;

    /// <summary>When the ticket ends: what the server said, and at most 7 days after <see cref="AuthenticatedAt"/>.</summary>
    public DateTimeOffset ExpiresAt => Times.ExpiresAt;

    /// <summary>The times, by the client's clock.</summary>
    internal SessionTimes Times { get; init; }

    /// <summary>The ticket, at most 65,535 bytes.</summary>
    internal ReadOnlyMemory<byte> Ticket { get; init; }

    /// <summary>The server's certificates, leaf first, or its raw public key.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; } = [];

    /// <summary>Whether <see cref="PeerCertificates"/> is a raw public key.</summary>
    internal bool PeerUsedRawPublicKey { get; init; }

    /// <summary>Makes an independent copy, for a cache that gives a session out more than once.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public ClientSession Duplicate()
    {
        using SecretMemory.Use psk = UsePsk();
        return new ClientSession(psk.Bytes[.._pskSize])
        {
            CipherSuite = CipherSuite,
            Times = Times,
            Ticket = Ticket,
            PeerCertificates = PeerCertificates,
            PeerUsedRawPublicKey = PeerUsedRawPublicKey,
        };
    }

    /// <summary>Zeroes the pre-shared key.</summary>
    public void Dispose() => _psk.Dispose();

    /// <summary>The pre-shared key, as long as the suite's hash, for one use.</summary>
    internal SecretMemory.Use UsePsk() => _psk.Enter();
}
