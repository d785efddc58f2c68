namespace HybridTls.AspNetCore;

/// <summary>Why a handshake failed.</summary>
public enum HandshakeFailureReason
{
    /// <summary>The peer broke a rule, or there is no common ground: we sent an alert.</summary>
    AlertSent,

    /// <summary>The peer ended the handshake with an alert.</summary>
    AlertReceived,

    /// <summary>The peer went away.</summary>
    Truncated,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>Too many handshakes ran and waited.</summary>
    Refused,

    /// <summary>The host ended the connection.</summary>
    Cancelled,

    /// <summary>The fault is ours: a callback threw, chose options that cannot work, or a remote signer failed.</summary>
    Internal,
}
