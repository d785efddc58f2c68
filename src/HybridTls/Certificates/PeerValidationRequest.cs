namespace HybridTls.Certificates;

/// <summary>What a peer presented and what is expected of it.</summary>
internal sealed class PeerValidationRequest
{
    /// <summary>What the peer is.</summary>
    public required PeerRole Peer { get; init; }

    /// <summary>The name a client expects of its server: a host name or an IP address; null on the server's side.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether a raw public key was negotiated (RFC 7250).</summary>
    public bool IsRawPublicKey { get; init; }

    /// <summary>Certificates in DER, the peer's own first; or the one SubjectPublicKeyInfo. The bytes must not change afterwards.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>Tells the time for the validity checks.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
