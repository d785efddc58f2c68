namespace HybridTls.Records;

/// <summary>How a server drops the early data that it refuses (RFC 9846 §4.3.10).</summary>
internal enum EarlyDataSkip
{
    /// <summary>None is expected.</summary>
    None,

    /// <summary>After ServerHello: records that do not open under the client's handshake key, until one does.</summary>
    Undecryptable,

    /// <summary>After HelloRetryRequest: application_data records, until the second ClientHello.</summary>
    UntilSecondClientHello,
}
