namespace HybridTls.Records;

/// <summary>The longest body accepted of each handshake message, in bytes: what a peer can make us hold for one message.</summary>
internal sealed record HandshakeMessageLimits
{
    /// <summary>The limits that apply unless the host sets others.</summary>
    public static HandshakeMessageLimits Default { get; } = new();

    /// <summary>ClientHello. A hybrid share takes 1.2 kB; tickets of other implementations several kB each.</summary>
    public int ClientHello { get; init; } = 64 * 1024;

    /// <summary>Certificate and CompressedCertificate: eight certificates with ML-DSA-65 take about 44 kB.</summary>
    public int Certificate { get; init; } = 64 * 1024;

    /// <summary>CertificateRequest, which may list many authorities.</summary>
    public int CertificateRequest { get; init; } = 64 * 1024;

    /// <summary>NewSessionTicket; a ticket that holds its session may be long.</summary>
    public int NewSessionTicket { get; init; } = 32 * 1024;

    /// <summary>ServerHello, EncryptedExtensions, CertificateVerify, and types unknown here, which the state table refuses.</summary>
    public int Other { get; init; } = 16 * 1024;

    /// <summary>Whether the size of a message type is the protocol's and not a limit of ours: a longer one does not parse.</summary>
    public static bool IsFixed(HandshakeType type) =>
        type is HandshakeType.EndOfEarlyData or HandshakeType.Finished or HandshakeType.KeyUpdate;

    /// <summary>The limit for a message type (RFC 9846 §4).</summary>
    public int For(HandshakeType type) => type switch // HT-LIM-4
    {
        HandshakeType.ClientHello => ClientHello,
        HandshakeType.NewSessionTicket => NewSessionTicket,
        HandshakeType.EndOfEarlyData => 0,
        HandshakeType.Certificate or HandshakeType.CompressedCertificate => Certificate,
        HandshakeType.CertificateRequest => CertificateRequest,
        HandshakeType.Finished => 64, // one hash
        HandshakeType.KeyUpdate => 1,
        _ => Other,
    };
}
