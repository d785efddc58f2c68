namespace HybridTls.Bogo;

/// <summary>
/// The names by which BoringSSL's runner knows failures. Where BoringSSL's error queue holds a cause and its context, so does this list.
/// </summary>
internal static class ErrorStrings
{
    /// <summary>The names of a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="firstReceived">The first bytes that the peer sent, at most five.</param>
    /// <param name="answersClientHello">Whether a client had received nothing but the failure.</param>
    public static string Describe(HybridTlsException failure, ReadOnlySpan<byte> firstReceived, bool answersClientHello) => failure switch
    {
        { Failure: HybridTlsFailure.Truncated } => ":CONNECTION_CLOSED:",
        { Failure: HybridTlsFailure.TimedOut } => ":TIMED_OUT:",
        { Failure: HybridTlsFailure.AlertReceived, Alert: { } received } =>
            DescribeReceived(received) + (answersClientHello && received == TlsAlert.HandshakeFailure ? "\n:HANDSHAKE_FAILURE_ON_CLIENT_HELLO:" : ""),
        { Reason: FailureReason.NotTls or FailureReason.PlaintextProtocol } => DescribeOtherProtocol(firstReceived),
        _ => DescribeReason(failure.Reason) ?? DescribeSent(failure.Alert!.Value),
    };

    private static string? DescribeReason(FailureReason reason) => reason switch
    {
        // Long: the list of BoringSSL's names.
        FailureReason.UnknownRecordType or FailureReason.ProtectedTooEarly or FailureReason.ChangeCipherSpec or FailureReason.ProtectedRecordType
            or FailureReason.DataBeforeFinished or FailureReason.InterleavedRecord => ":UNEXPECTED_RECORD:",
        FailureReason.UnprotectedHandshake or FailureReason.UnprotectedAlert => ":INVALID_OUTER_RECORD_TYPE:",
        FailureReason.ContentTooLong => ":DATA_LENGTH_TOO_LONG:",
        FailureReason.RecordTooLong => ":ENCRYPTED_LENGTH_TOO_LONG:",
        FailureReason.NoContentType => ":DECRYPTION_FAILED_OR_BAD_RECORD_MAC:",
        FailureReason.TooManyEmptyRecords or FailureReason.TooManyChangeCipherSpecs => ":TOO_MANY_EMPTY_FRAGMENTS:",
        FailureReason.TooManyIgnoredAlerts => ":TOO_MANY_WARNING_ALERTS:",
        FailureReason.TooManyKeyUpdates => ":TOO_MANY_KEY_UPDATES:",
        FailureReason.TooMuchEarlyData => ":TOO_MUCH_SKIPPED_EARLY_DATA:",
        FailureReason.MalformedAlert => ":BAD_ALERT:",
        FailureReason.ExcessHandshakeData or FailureReason.ExcessBeforeAnswer => ":EXCESS_HANDSHAKE_DATA:",
        FailureReason.MessageTooLong or FailureReason.MessageSize => ":EXCESSIVE_MESSAGE_SIZE:",
        FailureReason.DuplicateExtension => ":DUPLICATE_EXTENSION:",
        FailureReason.MisplacedExtension => ":UNEXPECTED_EXTENSION:",
        FailureReason.MalformedExtension => ":DECODE_ERROR:\n:ERROR_PARSING_EXTENSION:\n:PARSE_TLSEXT:",
        FailureReason.MalformedClientHello => ":DECODE_ERROR:\n:CLIENTHELLO_PARSE_FAILED:",
        FailureReason.CompressionMethods => ":INVALID_COMPRESSION_LIST:",
        FailureReason.PreSharedKeyNotLast => ":PRE_SHARED_KEY_MUST_BE_LAST:",
        FailureReason.BinderCount => ":PSK_IDENTITY_BINDER_COUNT_MISMATCH:",
        FailureReason.UnknownPskIdentity => ":PSK_IDENTITY_NOT_FOUND:",
        FailureReason.PskHash => ":OLD_SESSION_PRF_HASH_MISMATCH:",
        FailureReason.DuplicateKeyShare => ":DUPLICATE_KEY_SHARE:",
        FailureReason.NoKeyShare or FailureReason.SecondHelloWithoutShare => ":MISSING_KEY_SHARE:",
        FailureReason.InvalidKeyShare => ":BAD_ECPOINT:",
        FailureReason.WrongGroup or FailureReason.RetryGroup or FailureReason.SecondHelloShare => ":WRONG_CURVE:",
        FailureReason.WrongCipherSuite or FailureReason.CipherSuiteAfterRetry => ":WRONG_CIPHER_RETURNED:",
        FailureReason.WrongApplicationProtocol => ":INVALID_ALPN_PROTOCOL:",
        FailureReason.EmptyRetryRequest => ":EMPTY_HELLO_RETRY_REQUEST:",
        FailureReason.VersionAfterRetry or FailureReason.NoVersionAfterRetry => ":SECOND_SERVERHELLO_VERSION_MISMATCH:",
        FailureReason.NoSharedCipherSuite => ":NO_SHARED_CIPHER:",
        FailureReason.NoSharedGroup or FailureReason.NoSupportedGroups => ":NO_SHARED_GROUP:",
        FailureReason.NoSharedSignatureScheme or FailureReason.NoSignatureAlgorithms => ":NO_COMMON_SIGNATURE_ALGORITHMS:",
        FailureReason.RawPublicKeyNotAccepted or FailureReason.CertificateNotAccepted => ":UNKNOWN_CERTIFICATE_TYPE:",
        FailureReason.ServerCertificateType or FailureReason.ServerCertificateTypeImplied or FailureReason.ResumedCertificateType
            or FailureReason.ClientCertificateType or FailureReason.RawPublicKeyOnly => ":UNSUPPORTED_CERTIFICATE:",
        FailureReason.NoServerCertificate => ":PEER_DID_NOT_RETURN_A_CERTIFICATE:",
        FailureReason.MalformedCertificate or FailureReason.CertificateTooLong or FailureReason.CertificateVersion
            or FailureReason.MalformedPublicKey or FailureReason.PublicKeyAlgorithm => ":DECODE_ERROR:\n:CANNOT_PARSE_LEAF_CERT:",
        FailureReason.KeyAlgorithm => ":UNSUPPORTED_ALGORITHM:",
        FailureReason.KeyUsage => ":KEY_USAGE_BIT_INCORRECT:",
        FailureReason.Signature => ":BAD_SIGNATURE:",
        _ => null,
    };

    /// <summary>Where the library gives no exact reason, the alert that we sent stands for it.</summary>
    private static string DescribeSent(TlsAlert alert) => alert switch
    {
        TlsAlert.UnexpectedMessage => ":UNEXPECTED_MESSAGE:",
        TlsAlert.BadRecordMac => ":BAD_DECRYPT:\n:DECRYPTION_FAILED_OR_BAD_RECORD_MAC:",
        TlsAlert.IllegalParameter or TlsAlert.DecodeError => ":DECODE_ERROR:",
        TlsAlert.DecryptError => ":DIGEST_CHECK_FAILED:",
        TlsAlert.ProtocolVersion => ":UNSUPPORTED_PROTOCOL:",
        TlsAlert.MissingExtension => ":MISSING_EXTENSION:",
        TlsAlert.UnsupportedExtension => ":UNEXPECTED_EXTENSION:",
        TlsAlert.NoApplicationProtocol => ":NO_APPLICATION_PROTOCOL:",
        TlsAlert.CertificateRequired => ":PEER_DID_NOT_RETURN_A_CERTIFICATE:",
        TlsAlert.UnsupportedCertificate => ":UNSUPPORTED_CERTIFICATE:",
        _ => ":INTERNAL_ERROR:",
    };

    private static string DescribeReceived(TlsAlert alert) => (int)alert switch
    {
        0 => ":UNEXPECTED_MESSAGE:",
        10 => ":SSLV3_ALERT_UNEXPECTED_MESSAGE:",
        20 => ":SSLV3_ALERT_BAD_RECORD_MAC:",
        22 => ":TLSV1_ALERT_RECORD_OVERFLOW:",
        30 => ":SSLV3_ALERT_DECOMPRESSION_FAILURE:",
        40 => ":SSLV3_ALERT_HANDSHAKE_FAILURE:",
        42 => ":SSLV3_ALERT_BAD_CERTIFICATE:",
        43 => ":SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:",
        44 => ":SSLV3_ALERT_CERTIFICATE_REVOKED:",
        45 => ":SSLV3_ALERT_CERTIFICATE_EXPIRED:",
        46 => ":SSLV3_ALERT_CERTIFICATE_UNKNOWN:",
        47 => ":SSLV3_ALERT_ILLEGAL_PARAMETER:",
        48 => ":TLSV1_ALERT_UNKNOWN_CA:",
        49 => ":TLSV1_ALERT_ACCESS_DENIED:",
        50 => ":TLSV1_ALERT_DECODE_ERROR:",
        51 => ":TLSV1_ALERT_DECRYPT_ERROR:",
        70 => ":TLSV1_ALERT_PROTOCOL_VERSION:",
        71 => ":TLSV1_ALERT_INSUFFICIENT_SECURITY:",
        80 => ":TLSV1_ALERT_INTERNAL_ERROR:",
        86 => ":TLSV1_ALERT_INAPPROPRIATE_FALLBACK:",
        109 => ":TLSV1_ALERT_MISSING_EXTENSION:",
        110 => ":TLSV1_ALERT_UNSUPPORTED_EXTENSION:",
        112 => ":TLSV1_ALERT_UNRECOGNIZED_NAME:",
        113 => ":TLSV1_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE:",
        115 => ":TLSV1_ALERT_UNKNOWN_PSK_IDENTITY:",
        116 => ":TLSV1_ALERT_CERTIFICATE_REQUIRED:",
        120 => ":TLSV1_ALERT_NO_APPLICATION_PROTOCOL:",
        _ => ":UNKNOWN_ALERT:",
    };

    /// <summary>BoringSSL looks at the first five bytes of what is not TLS; what comes after TLS records is one of an unknown type.</summary>
    private static string DescribeOtherProtocol(ReadOnlySpan<byte> first) =>
        first is [>= 20 and <= 23, ..] ? ":UNEXPECTED_RECORD:" :
        first.SequenceEqual("GET /"u8) || first.SequenceEqual("POST "u8) || first.SequenceEqual("HEAD "u8) || first.SequenceEqual("PUT /"u8)
            ? ":HTTP_REQUEST:"
            : first.SequenceEqual("CONNE"u8) ? ":HTTPS_PROXY_REQUEST:" : ":WRONG_VERSION_NUMBER:";
}
