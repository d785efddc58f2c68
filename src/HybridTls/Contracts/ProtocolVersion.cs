namespace HybridTls;

/// <summary>Protocol versions as they stand on the wire (RFC 9846 §4.2.2, §4.3.1).</summary>
internal enum ProtocolVersion : ushort
{
    /// <summary>SSL 3.0: never to be seen again (§E.5).</summary>
    Ssl3 = 0x0300,

    /// <summary>TLS 1.2: the frozen value of the legacy fields.</summary>
    Tls12 = 0x0303,

    /// <summary>TLS 1.3: the only version of this profile.</summary>
    Tls13 = 0x0304,
}
