namespace HybridTls;

/// <summary>The alert descriptions of TLS 1.3 (RFC 9846 §6).</summary>
public enum TlsAlert : byte // HT-ALERT-1
{
    /// <summary>The sender will send nothing more on this connection (§6.1). Not an error.</summary>
    CloseNotify = 0,

    /// <summary>A message arrived that the state does not allow.</summary>
    UnexpectedMessage = 10,

    /// <summary>A record could not be deprotected.</summary>
    BadRecordMac = 20,

    /// <summary>A record is longer than allowed.</summary>
    RecordOverflow = 22,

    /// <summary>No acceptable set of parameters could be negotiated.</summary>
    HandshakeFailure = 40,

    /// <summary>A certificate is corrupt or its signature does not verify.</summary>
    BadCertificate = 42,

    /// <summary>A certificate is of an unsupported type.</summary>
    UnsupportedCertificate = 43,

    /// <summary>A certificate was revoked.</summary>
    CertificateRevoked = 44,

    /// <summary>A certificate is outside its validity period.</summary>
    CertificateExpired = 45,

    /// <summary>A certificate is unacceptable for another reason.</summary>
    CertificateUnknown = 46,

    /// <summary>A field is out of range or inconsistent with others.</summary>
    IllegalParameter = 47,

    /// <summary>The chain leads to no trust anchor.</summary>
    UnknownCa = 48,

    /// <summary>The peer is who it says, but may not connect.</summary>
    AccessDenied = 49,

    /// <summary>A message could not be decoded.</summary>
    DecodeError = 50,

    /// <summary>A signature, a Finished value or a binder does not verify.</summary>
    DecryptError = 51,

    /// <summary>No common protocol version.</summary>
    ProtocolVersion = 70,

    /// <summary>The peer's parameters are less secure than required.</summary>
    InsufficientSecurity = 71,

    /// <summary>A failure unrelated to the peer.</summary>
    InternalError = 80,

    /// <summary>An inappropriate retry of a downgraded connection (RFC 7507).</summary>
    InappropriateFallback = 86,

    /// <summary>The user cancelled the handshake (§6.1); ignored by a receiver.</summary>
    UserCanceled = 90,

    /// <summary>A required extension is missing.</summary>
    MissingExtension = 109,

    /// <summary>An extension appeared where it is forbidden or was not asked for.</summary>
    UnsupportedExtension = 110,

    /// <summary>The server knows no such name (RFC 6066 §3).</summary>
    UnrecognizedName = 112,

    /// <summary>An invalid OCSP response.</summary>
    BadCertificateStatusResponse = 113,

    /// <summary>No acceptable PSK identity.</summary>
    UnknownPskIdentity = 115,

    /// <summary>A client certificate is required and none came.</summary>
    CertificateRequired = 116,

    /// <summary>An error without a more specific description.</summary>
    GeneralError = 117,

    /// <summary>No common application protocol (RFC 7301 §3.2).</summary>
    NoApplicationProtocol = 120,
}
