using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace HybridTls;

/// <summary>What a completed handshake agreed on.</summary>
public sealed class NegotiatedParameters
{
    /// <summary>The protocol version: always TLS 1.3.</summary>
    public SslProtocols Protocol { get; } = SslProtocols.Tls13;

    /// <summary>The key agreement.</summary>
    public NamedGroup Group { get; internal init; }

    /// <summary>The signature by which the server proved itself.</summary>
    public SignatureScheme SignatureScheme { get; internal init; }

    /// <summary>The cipher suite.</summary>
    public TlsCipherSuite CipherSuite { get; internal init; }

    /// <summary>The application protocol (ALPN), or default if none was negotiated.</summary>
    public SslApplicationProtocol ApplicationProtocol { get; internal init; }

    /// <summary>The name that the client asked for (SNI), or null.</summary>
    public string? ServerName { get; internal init; }

    /// <summary>Whether the session was resumed from a ticket.</summary>
    public bool IsResumed { get; internal init; }

    /// <summary>
    /// When the peers proved who they are with certificates or keys: now, or, if the session was resumed, in the handshake it began with.
    /// </summary>
    public DateTimeOffset AuthenticatedAt { get; internal init; }

    /// <summary>Why a server did not resume although the client offered a ticket; null if it did, or the client offered none.</summary>
    public string? ResumptionRefusal { get; internal init; }

    /// <summary>Why a server gave the client no ticket, or not all it would have got; null if it did, or the client has no use for any.</summary>
    public string? TicketRefusal { get; internal set; }

    /// <summary>Whether the server had to ask for another ClientHello.</summary>
    public bool UsedHelloRetryRequest { get; internal init; }

    /// <summary>
    /// Whether the peer proved who it is and was accepted. False on a server whose client sent no certificate.
    /// </summary>
    public bool IsPeerAuthenticated { get; internal init; }

    /// <summary>The peer's certificates in DER, leaf first; empty if it sent none or uses a raw public key.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; internal init; } = [];

    /// <summary>The peer's SubjectPublicKeyInfo in DER (of its certificate or its raw public key); empty if it did not authenticate.</summary>
    public ReadOnlyMemory<byte> PeerPublicKey { get; internal init; }

    /// <summary>Whether the peer authenticated with a raw public key (RFC 7250).</summary>
    public bool PeerUsedRawPublicKey { get; internal init; }

    /// <summary>The peer's leaf certificate, or null. Every call makes a new object, which the caller disposes.</summary>
    public X509Certificate2? GetPeerCertificate() =>
        PeerCertificates.Count == 0 ? null : X509CertificateLoader.LoadCertificate(PeerCertificates[0].Span);
}
