namespace HybridTls;

/// <summary>The one exception of the protocol: why a connection failed, and the alert that was sent or received.</summary>
/// <remarks>
/// <para>It is an <see cref="IOException"/>, so that code written for any stream treats it as the loss of the connection.</para>
/// <para>The rule for every operation of a connection, the handshake, reading, writing, key updates and closing: a failure of the peer or of
/// the transport is this exception, with the transport's own as the inner one; a cancelled token is an
/// <see cref="OperationCanceledException"/>; a connection that was disposed, before or meanwhile, is an
/// <see cref="ObjectDisposedException"/>; a call that cannot be right is an <see cref="InvalidOperationException"/> or
/// <see cref="ArgumentException"/>; what a callback of the host throws is the host's own.</para>
/// </remarks>
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

    /// <summary>What exactly we found wrong, to count and to filter by; <see cref="FailureReason.None"/> when it was not we who found it.</summary>
    public FailureReason Reason { get; }
}
