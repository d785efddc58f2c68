namespace HybridTls;

/// <summary>How a connection failed: who noticed, and what the other side knows.</summary>
public enum HybridTlsFailure // HT-ALERT-5
{
    /// <summary>We found the fault and told the peer with <see cref="HybridTlsException.Alert"/>.</summary>
    AlertSent,

    /// <summary>The peer ended the connection with the fatal alert <see cref="HybridTlsException.Alert"/>.</summary>
    AlertReceived,

    /// <summary>
    /// The transport ended or failed without close_notify: what was read may be incomplete, and what was written may not have arrived
    /// (RFC 9846 §6.1). Its own exception, if it had one, is the inner one.
    /// </summary>
    Truncated,

    /// <summary>The handshake was not complete when <see cref="HybridTlsOptions.HandshakeTimeout"/> had passed.</summary>
    TimedOut,
}
