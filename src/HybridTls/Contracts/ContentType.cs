namespace HybridTls;

/// <summary>What a record carries (RFC 9846 §5.1).</summary>
internal enum ContentType : byte
{
    /// <summary>Not a type: the value that padding has (§5.4).</summary>
    Invalid = 0,

    /// <summary>Sent for middleboxes only, and dropped (§5, appendix E.4).</summary>
    ChangeCipherSpec = 20,

    /// <summary>Closure and error alerts (§6).</summary>
    Alert = 21,

    /// <summary>Handshake messages (§4).</summary>
    Handshake = 22,

    /// <summary>Application data, and the outer type of every protected record (§5.2).</summary>
    ApplicationData = 23,
}
