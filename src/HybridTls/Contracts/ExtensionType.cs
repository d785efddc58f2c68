namespace HybridTls;

/// <summary>The extensions that this profile recognises (RFC 9846 §4.3).</summary>
/// <remarks>All code points lie below 64: see an <c>ExtensionSet</c>.</remarks>
internal enum ExtensionType : ushort
{
    /// <summary>server_name (RFC 6066 §3).</summary>
    ServerName = 0,

    /// <summary>supported_groups (§4.3.7).</summary>
    SupportedGroups = 10,

    /// <summary>signature_algorithms (§4.3.3).</summary>
    SignatureAlgorithms = 13,

    /// <summary>application_layer_protocol_negotiation (RFC 7301).</summary>
    ApplicationLayerProtocolNegotiation = 16,

    /// <summary>client_certificate_type (RFC 7250).</summary>
    ClientCertificateType = 19,

    /// <summary>server_certificate_type (RFC 7250).</summary>
    ServerCertificateType = 20,

    /// <summary>padding (RFC 7685): recognised, its content ignored.</summary>
    Padding = 21,

    /// <summary>compress_certificate (RFC 8879).</summary>
    CompressCertificate = 27,

    /// <summary>record_size_limit (RFC 8449).</summary>
    RecordSizeLimit = 28,

    /// <summary>pre_shared_key (§4.3.11).</summary>
    PreSharedKey = 41,

    /// <summary>early_data (§4.3.10).</summary>
    EarlyData = 42,

    /// <summary>supported_versions (§4.3.1).</summary>
    SupportedVersions = 43,

    /// <summary>cookie (§4.3.2).</summary>
    Cookie = 44,

    /// <summary>psk_key_exchange_modes (§4.3.9).</summary>
    PskKeyExchangeModes = 45,

    /// <summary>certificate_authorities (§4.3.4).</summary>
    CertificateAuthorities = 47,

    /// <summary>post_handshake_auth (§4.3.6): recognised, never used.</summary>
    PostHandshakeAuth = 49,

    /// <summary>signature_algorithms_cert (§4.3.3).</summary>
    SignatureAlgorithmsCert = 50,

    /// <summary>key_share (§4.3.8).</summary>
    KeyShare = 51,

    /// <summary>ticket_request (RFC 9149).</summary>
    TicketRequest = 58,
}
