namespace HybridTls;

/// <summary>The one exception of the protocol: why a connection failed, and the alert that was sent or received.</summary>
/// <remarks>It is an <see cref="IOException"/>, so that code written for any stream treats it as the loss of the connection.</remarks>
public sealed class HybridTlsException : IOException
{
    internal HybridTlsException(
        HybridTlsFailure failure, TlsAlert? alert, string message, Exception? innerException = null, FailureReason reason = FailureReason.None)
        : base(message, innerException)
    {
        Failure = failure;
        Alert = alert;
        Reason = reason;
    }

    /// <summary>Who noticed the failure.</summary>
    public HybridTlsFailure Failure { get; }

    /// <summary>The alert that was sent or received; null when the connection was truncated or timed out.</summary>
    public TlsAlert? Alert { get; }

    /// <summary>What exactly was wrong, where the alert does not tell.</summary>
    internal FailureReason Reason { get; }
}
