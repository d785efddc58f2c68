namespace HybridTls.Connections;

/// <summary>Tells whose fault a failed handshake is.</summary>
internal static class HandshakeFailures
{
    /// <summary>The reason behind <paramref name="exception"/>.</summary>
    /// <param name="exception">What a handshake threw.</param>
    public static HandshakeFailureReason Classify(Exception exception) => exception switch
    {
        OperationCanceledException => HandshakeFailureReason.Cancelled,
        HybridTlsException { Reason: FailureReason.Overloaded or FailureReason.GivenUp } => HandshakeFailureReason.Refused,
        HybridTlsException { Failure: HybridTlsFailure.AlertReceived } => HandshakeFailureReason.AlertReceived,
        HybridTlsException { Failure: HybridTlsFailure.TimedOut } => HandshakeFailureReason.TimedOut,
        HybridTlsException { Failure: HybridTlsFailure.AlertSent, Alert: not TlsAlert.InternalError } => HandshakeFailureReason.AlertSent,
        HybridTlsException { Failure: HybridTlsFailure.Truncated } => HandshakeFailureReason.Truncated,
        IOException and not HybridTlsException => HandshakeFailureReason.Truncated, // the transport's
        _ => HandshakeFailureReason.Internal,
    };
}
