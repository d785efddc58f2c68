namespace HybridTls;

/// <summary>
/// What exactly was wrong, finer than the alert: to count and to filter by. Each has its alert, its section and its text in one table
/// (docs/refusals.md). Numbers are not stable; names are.
/// </summary>
public enum FailureReason
{
    /// <summary>None of these: the peer sent an alert, or the connection was cut or timed out (<see cref="HybridTlsException.Failure"/>).</summary>
    None,

    /// <summary>Bytes that are no TLS record.</summary>
    NotTls,

    /// <summary>Text, such as an HTTP request, where TLS was expected.</summary>
    PlaintextProtocol,

    /// <summary>A record of a type that TLS does not have.</summary>
    UnknownRecordType,

    /// <summary>A record longer than any may be.</summary>
    RecordTooLong,

    /// <summary>A record with more content than 2^14 bytes, or than our record_size_limit.</summary>
    ContentTooLong,

    /// <summary>A record that does not authenticate.</summary>
    BadRecordMac,

    /// <summary>A protected record of zeros only.</summary>
    NoContentType,

    /// <summary>Application data before there are keys.</summary>
    ProtectedTooEarly,

    /// <summary>A handshake message that must be protected and is not.</summary>
    UnprotectedHandshake,

    /// <summary>An alert that must be protected and is not.</summary>
    UnprotectedAlert,

    /// <summary>A type that protected records do not have.</summary>
    ProtectedRecordType,

    /// <summary>A ChangeCipherSpec at the wrong time, or with another content than the byte 1.</summary>
    ChangeCipherSpec,

    /// <summary>A flood of ChangeCipherSpec records.</summary>
    TooManyChangeCipherSpecs,

    /// <summary>A flood of records that carry nothing.</summary>
    TooManyEmptyRecords,

    /// <summary>A handshake or alert record without content.</summary>
    EmptyFragment,

    /// <summary>A record between the fragments of a message.</summary>
    InterleavedRecord,

    /// <summary>Application data before the peer's Finished.</summary>
    DataBeforeFinished,

    /// <summary>More early data than a server drops that refused it.</summary>
    TooMuchEarlyData,

    /// <summary>An alert record that is not one alert.</summary>
    MalformedAlert,

    /// <summary>A flood of alerts that are ignored.</summary>
    TooManyIgnoredAlerts,

    /// <summary>A key that reached its limit on our side.</summary>
    KeyUsedUp,

    /// <summary>A handshake message beyond our limit for its type.</summary>
    MessageTooLong,

    /// <summary>A handshake message longer than its type can be.</summary>
    MessageSize,

    /// <summary>Handshake bytes behind the message after which the keys change.</summary>
    ExcessHandshakeData,

    /// <summary>Handshake bytes behind a message that waits for an answer.</summary>
    ExcessBeforeAnswer,

    /// <summary>A handshake message that the state does not allow.</summary>
    UnexpectedMessage,

    /// <summary>A flood of KeyUpdates.</summary>
    TooManyKeyUpdates,

    /// <summary>A flood of NewSessionTickets.</summary>
    TooManyTickets,

    /// <summary>A KeyUpdate whose request_update is neither 0 nor 1.</summary>
    KeyUpdateRequest,

    /// <summary>A message that does not parse.</summary>
    MalformedMessage,

    /// <summary>A ClientHello that does not parse.</summary>
    MalformedClientHello,

    /// <summary>An extension whose content does not parse.</summary>
    MalformedExtension,

    /// <summary>More extensions than are looked at.</summary>
    TooManyExtensions,

    /// <summary>An extension twice.</summary>
    DuplicateExtension,

    /// <summary>An extension in a message where it does not belong.</summary>
    MisplacedExtension,

    /// <summary>An answer to an extension that was not offered.</summary>
    UnsolicitedExtension,

    /// <summary>An ALPN answer with more than one protocol.</summary>
    SeveralProtocols,

    /// <summary>A certificate_type list that must not be sent.</summary>
    CertificateTypeList,

    /// <summary>Two shares of one group.</summary>
    DuplicateKeyShare,

    /// <summary>More shares than are looked at.</summary>
    TooManyKeyShares,

    /// <summary>A share of a group that supported_groups does not name.</summary>
    KeyShareOutsideGroups,

    /// <summary>Not as many binders as identities.</summary>
    BinderCount,

    /// <summary>pre_shared_key before another extension.</summary>
    PreSharedKeyNotLast,

    /// <summary>A record_size_limit below 64.</summary>
    RecordSizeLimit,

    /// <summary>More than one host name.</summary>
    SeveralHostNames,

    /// <summary>A host name that is none.</summary>
    MalformedHostName,

    /// <summary>Compression methods other than null.</summary>
    CompressionMethods,

    /// <summary>A legacy_version of SSL 3.0 or older.</summary>
    LegacyVersion,

    /// <summary>A client without TLS 1.3.</summary>
    NoTls13,

    /// <summary>No cipher suite in common.</summary>
    NoSharedCipherSuite,

    /// <summary>A client without X25519MLKEM768.</summary>
    NoSharedGroup,

    /// <summary>A ClientHello without supported_groups.</summary>
    NoSupportedGroups,

    /// <summary>A ClientHello or ServerHello without key_share.</summary>
    NoKeyShare,

    /// <summary>A pre_shared_key without its modes.</summary>
    NoPskModes,

    /// <summary>A ClientHello without signature_algorithms.</summary>
    NoSignatureAlgorithms,

    /// <summary>A client that accepts no ML-DSA-65 signature.</summary>
    NoSharedSignatureScheme,

    /// <summary>No application protocol in common.</summary>
    NoSharedApplicationProtocol,

    /// <summary>A client that accepts no raw public key, where we have nothing else.</summary>
    RawPublicKeyNotAccepted,

    /// <summary>A client that accepts raw public keys alone, where we have a certificate.</summary>
    CertificateNotAccepted,

    /// <summary>A client that can present a raw public key alone, which we do not accept.</summary>
    RawPublicKeyOnly,

    /// <summary>A name that SelectOptions knows nothing of.</summary>
    UnknownServerName,

    /// <summary>A share that is malformed, or yields no secret.</summary>
    InvalidKeyShare,

    /// <summary>A second ClientHello with another share than was asked for.</summary>
    SecondHelloShare,

    /// <summary>A second ClientHello without a share.</summary>
    SecondHelloWithoutShare,

    /// <summary>Early data offered after a HelloRetryRequest.</summary>
    SecondHelloEarlyData,

    /// <summary>A cookie that was not sent.</summary>
    SecondHelloCookie,

    /// <summary>A pre-shared key offered in the second ClientHello alone.</summary>
    SecondHelloPreSharedKey,

    /// <summary>A second ClientHello that changed what it must repeat.</summary>
    SecondHelloDiffers,

    /// <summary>A ticket whose binder does not verify.</summary>
    BinderMismatch,

    /// <summary>A client without the certificate that it must send.</summary>
    ClientCertificateMissing,

    /// <summary>A legacy_session_id that was not echoed.</summary>
    SessionIdEcho,

    /// <summary>A legacy_version other than TLS 1.2 in a ServerHello.</summary>
    ServerLegacyVersion,

    /// <summary>A compression method in a ServerHello.</summary>
    ServerCompressionMethod,

    /// <summary>A server without TLS 1.3.</summary>
    ServerVersion,

    /// <summary>A version that was not offered.</summary>
    WrongVersion,

    /// <summary>The downgrade sentinel in a ServerHello.</summary>
    Downgrade,

    /// <summary>Another version after a HelloRetryRequest.</summary>
    VersionAfterRetry,

    /// <summary>No TLS 1.3 after a HelloRetryRequest.</summary>
    NoVersionAfterRetry,

    /// <summary>A cipher suite that was not offered.</summary>
    WrongCipherSuite,

    /// <summary>Another cipher suite after a HelloRetryRequest.</summary>
    CipherSuiteAfterRetry,

    /// <summary>A share of a group that we sent none of.</summary>
    WrongGroup,

    /// <summary>A HelloRetryRequest for a group that was not offered, or whose share was sent.</summary>
    RetryGroup,

    /// <summary>A HelloRetryRequest that changes nothing.</summary>
    EmptyRetryRequest,

    /// <summary>A second HelloRetryRequest.</summary>
    SecondRetryRequest,

    /// <summary>A selected pre-shared key that was not offered.</summary>
    UnknownPskIdentity,

    /// <summary>A cipher suite with another hash than the resumed session.</summary>
    PskHash,

    /// <summary>An application protocol that was not offered.</summary>
    WrongApplicationProtocol,

    /// <summary>A server certificate type that was not offered.</summary>
    ServerCertificateType,

    /// <summary>A server that names no certificate type, so that it means X.509, which was not offered.</summary>
    ServerCertificateTypeImplied,

    /// <summary>A certificate type other than the resumed session's.</summary>
    ResumedCertificateType,

    /// <summary>A client certificate type that was not offered.</summary>
    ClientCertificateType,

    /// <summary>A CertificateRequest without signature_algorithms.</summary>
    RequestSignatureAlgorithms,

    /// <summary>A CertificateRequest with a context.</summary>
    RequestContext,

    /// <summary>A server without a certificate.</summary>
    NoServerCertificate,

    /// <summary>A Certificate with a context.</summary>
    CertificateContext,

    /// <summary>No certificate, or more than are accepted.</summary>
    CertificateCount,

    /// <summary>A raw public key with company.</summary>
    RawPublicKeyNotAlone,

    /// <summary>A compression algorithm that was not offered.</summary>
    CompressionNotOffered,

    /// <summary>A compressed certificate that is too long.</summary>
    CertificateMessageTooLong,

    /// <summary>A compressed certificate that does not inflate.</summary>
    CorruptCompression,

    /// <summary>A signature scheme that was not offered.</summary>
    WrongSignatureScheme,

    /// <summary>A CertificateVerify that does not verify.</summary>
    Signature,

    /// <summary>A Finished that does not verify.</summary>
    Finished,

    /// <summary>A certificate that does not parse.</summary>
    MalformedCertificate,

    /// <summary>A certificate longer than the limit.</summary>
    CertificateTooLong,

    /// <summary>A certificate of an older version than 3.</summary>
    CertificateVersion,

    /// <summary>A certificate with a key of another algorithm.</summary>
    KeyAlgorithm,

    /// <summary>A raw public key that does not parse.</summary>
    MalformedPublicKey,

    /// <summary>A raw public key of another algorithm.</summary>
    PublicKeyAlgorithm,

    /// <summary>Other than one raw public key.</summary>
    PublicKeyCount,

    /// <summary>A raw public key where only certificates are judged.</summary>
    RawPublicKeyUnjudged,

    /// <summary>A key that is not pinned.</summary>
    KeyNotPinned,

    /// <summary>A keyUsage that contradicts the key.</summary>
    KeyUsageConflict,

    /// <summary>A keyUsage that does not allow signatures.</summary>
    KeyUsage,

    /// <summary>A certificate that is not for servers.</summary>
    ServerPurpose,

    /// <summary>A certificate that is not for clients.</summary>
    ClientPurpose,

    /// <summary>A certificate that is not valid yet.</summary>
    NotYetValid,

    /// <summary>A certificate that has expired.</summary>
    Expired,

    /// <summary>A critical extension that is not supported.</summary>
    CriticalExtension,

    /// <summary>A certificate for other names.</summary>
    ServerName,

    /// <summary>No name to check the certificate against.</summary>
    NoServerName,

    /// <summary>A name to check against that is none.</summary>
    InvalidServerName,

    /// <summary>No path to a trust anchor.</summary>
    UnknownIssuer,

    /// <summary>An issuer of the right name with another key.</summary>
    OtherIssuerKey,

    /// <summary>A certificate whose signature does not verify.</summary>
    CertificateSignature,

    /// <summary>A certificate that is signed with another algorithm.</summary>
    ForeignSignature,

    /// <summary>An issuer that is not a CA.</summary>
    NotCA,

    /// <summary>An issuer whose keyUsage does not allow to issue.</summary>
    KeyCertSign,

    /// <summary>A path longer than an issuer allows.</summary>
    PathLength,

    /// <summary>A name that an issuer's name constraints exclude.</summary>
    NameConstraints,

    /// <summary>A path that is too much work to find.</summary>
    PathTooComplex,

    /// <summary>The host's callback refused the peer; the alert is the callback's.</summary>
    RefusedByCallback,

    /// <summary>The host's callback threw.</summary>
    ValidationCallbackFailed,

    /// <summary>The remote signer threw.</summary>
    SignerFailed,

    /// <summary>The remote signer's signature does not verify.</summary>
    SignerSignature,

    /// <summary>The signer's answer is no signature.</summary>
    SignatureSize,

    /// <summary>Our options do not fit a message.</summary>
    VectorTooLong,

    /// <summary>Nothing wrong: too many handshakes wait.</summary>
    Overloaded,

    /// <summary>Nothing wrong: too many handshakes are under way.</summary>
    GivenUp,
}
