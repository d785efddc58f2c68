namespace HybridTls;

/// <summary>Why a handshake failed.</summary>
public enum HandshakeFailureReason
{
    /// <summary>The peer broke a rule, or there is no common ground: we sent an alert.</summary>
    AlertSent,

    /// <summary>The peer ended the handshake with an alert.</summary>
    AlertReceived,

    /// <summary>The connection ended: the peer went away, or the host closed it.</summary>
    Truncated,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>Too many handshakes ran and waited.</summary>
    Refused,

    /// <summary>A client gave up: its cancellation token was triggered. Never on a server.</summary>
    Cancelled,

    /// <summary>The fault is ours: a callback threw, chose options that cannot work, or a remote signer failed.</summary>
    Internal,
}
