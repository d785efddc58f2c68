using System.Net.Security;

namespace HybridTls;

/// <summary>What protects a connection, from its <c>Features</c> (of the connection, or of the <c>HttpContext</c>).</summary>
public interface IHybridTlsFeature
{
    /// <summary>All that the handshake agreed on, the peer's identity included.</summary>
    NegotiatedParameters Parameters { get; }

    /// <summary>The key agreement.</summary>
    NamedGroup Group { get; }

    /// <summary>The signature by which the server proved itself.</summary>
    SignatureScheme SignatureScheme { get; }

    /// <summary>The cipher suite.</summary>
    TlsCipherSuite CipherSuite { get; }

    /// <summary>Whether the session was resumed from a ticket.</summary>
    bool IsResumed { get; }

    /// <summary>When the peers proved who they are: in this handshake, or in the one with which the resumed session began.</summary>
    DateTimeOffset AuthenticatedAt { get; }

    /// <summary>The peer's raw public key (RFC 7250), SubjectPublicKeyInfo in DER (1974 bytes); empty if it presented none.</summary>
    ReadOnlyMemory<byte> PeerRawPublicKey { get; }

    /// <summary>What the client offered; null on the client's side.</summary>
    ClientHelloInfo? ClientHello { get; }

    /// <summary>How long the handshake took.</summary>
    TimeSpan HandshakeDuration { get; }

    /// <summary>Exports keying material (RFC 9846 §7.5): both sides get the same bytes, which nobody else can compute.</summary>
    /// <param name="label">The label, ASCII, 1 to 249 characters.</param>
    /// <param name="context">The context; an empty one equals none.</param>
    /// <param name="output">Receives the bytes, 1 to 255 hashes: up to 8,160 bytes with SHA-256, up to 12,240 with SHA-384.</param>
    /// <exception cref="ArgumentException">The label is not ASCII, or the length of label or output is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The connection has ended.</exception>
    void ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, Span<byte> output);

    /// <summary>Exports keying material (RFC 9846 §7.5), as the other overload.</summary>
    /// <param name="label">The label, ASCII, 1 to 249 characters.</param>
    /// <param name="context">The context; an empty one equals none.</param>
    /// <param name="length">How many bytes, 1 to 255 hashes: up to 8,160 with SHA-256, up to 12,240 with SHA-384.</param>
    /// <exception cref="ArgumentException">The label or the length is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The connection has ended.</exception>
    byte[] ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, int length);

    /// <summary>The channel binding <c>tls-exporter</c> (RFC 9266), 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The connection has ended.</exception>
    byte[] GetChannelBinding();

    /// <summary>Renews the key that protects what we send (RFC 9846 §4.7.3), beside whatever the host writes.</summary>
    /// <param name="requestPeer">Also asks the peer to renew its key, unless an earlier request is still unanswered.</param>
    /// <param name="cancellationToken">Ends the wait for the transport.</param>
    /// <exception cref="InvalidOperationException">What we send was ended already.</exception>
    /// <exception cref="HybridTlsException">The connection was lost before.</exception>
    /// <exception cref="ObjectDisposedException">The connection has ended.</exception>
    ValueTask UpdateKeysAsync(bool requestPeer = true, CancellationToken cancellationToken = default);
}
