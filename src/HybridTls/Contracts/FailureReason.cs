namespace HybridTls;

/// <summary>
/// What exactly a peer did wrong, where the alert alone does not tell: for tests, and for the conformance shim, which reports faults by
/// name. Most failures need none.
/// </summary>
internal enum FailureReason
{
    /// <summary>The alert says it.</summary>
    None,

    /// <summary>A record of a type that is not known, or that may not come now.</summary>
    UnexpectedRecord,

    /// <summary>Bytes that are no TLS record at all.</summary>
    NotTls,

    /// <summary>A record that must be protected and is not.</summary>
    Unprotected,

    /// <summary>A record with more content than 2^14 bytes.</summary>
    ContentTooLong,

    /// <summary>A record that is too long to be a record.</summary>
    RecordTooLong,

    /// <summary>A protected record of padding alone.</summary>
    NoContentType,

    /// <summary>Too many records that carry nothing.</summary>
    TooManyEmptyRecords,

    /// <summary>Too many ChangeCipherSpec records.</summary>
    TooManyChangeCipherSpecs,

    /// <summary>Too many alerts that are ignored.</summary>
    TooManyIgnoredAlerts,

    /// <summary>Too many KeyUpdates without data between.</summary>
    TooManyKeyUpdates,

    /// <summary>More early data than is dropped.</summary>
    TooMuchEarlyData,

    /// <summary>An alert record that is not one alert.</summary>
    MalformedAlert,

    /// <summary>Handshake bytes behind the message after which the keys change.</summary>
    ExcessHandshakeData,

    /// <summary>A handshake message beyond its limit.</summary>
    MessageTooLong,

    /// <summary>An extension twice.</summary>
    DuplicateExtension,

    /// <summary>An extension in a message where it does not belong.</summary>
    MisplacedExtension,

    /// <summary>An extension whose content does not parse.</summary>
    MalformedExtension,

    /// <summary>A ClientHello that does not parse.</summary>
    MalformedClientHello,

    /// <summary>Compression methods other than null.</summary>
    CompressionMethods,

    /// <summary>pre_shared_key before another extension.</summary>
    PreSharedKeyNotLast,

    /// <summary>Not as many binders as identities.</summary>
    BinderCount,

    /// <summary>A selected PSK that was not offered.</summary>
    UnknownPskIdentity,

    /// <summary>A selected PSK whose hash is not the cipher suite's.</summary>
    PskHash,

    /// <summary>Two shares of one group.</summary>
    DuplicateKeyShare,

    /// <summary>No key_share, or none of our group.</summary>
    NoKeyShare,

    /// <summary>A share that is malformed or yields no secret.</summary>
    InvalidKeyShare,

    /// <summary>A group that was not offered, or not asked for.</summary>
    WrongGroup,

    /// <summary>A cipher suite that was not offered, or not the one of before.</summary>
    WrongCipherSuite,

    /// <summary>An application protocol that was not offered.</summary>
    WrongApplicationProtocol,

    /// <summary>A HelloRetryRequest that changes nothing.</summary>
    EmptyRetryRequest,

    /// <summary>Another version after a HelloRetryRequest.</summary>
    VersionAfterRetry,

    /// <summary>No cipher suite in common.</summary>
    NoSharedCipherSuite,

    /// <summary>No group in common.</summary>
    NoSharedGroup,

    /// <summary>No signature scheme in common.</summary>
    NoSharedSignatureScheme,

    /// <summary>No certificate type in common, of our certificate.</summary>
    NoSharedCertificateType,

    /// <summary>A certificate type that was not offered.</summary>
    WrongCertificateType,

    /// <summary>No certificate where one must be.</summary>
    NoCertificate,

    /// <summary>A leaf certificate that does not parse.</summary>
    MalformedCertificate,

    /// <summary>A key of another algorithm.</summary>
    KeyAlgorithm,

    /// <summary>A certificate for other names.</summary>
    ServerName,

    /// <summary>A keyUsage that does not allow signatures.</summary>
    KeyUsage,

    /// <summary>Nothing wrong: we have too much to do.</summary>
    Overloaded,

    /// <summary>A CertificateVerify that does not verify.</summary>
    Signature,
}
