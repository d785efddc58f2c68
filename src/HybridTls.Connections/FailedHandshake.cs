using Microsoft.AspNetCore.Connections;

namespace HybridTls;

/// <summary>A handshake that failed: what a host's monitoring may want to know. Nothing in it is secret, or authenticated.</summary>
public sealed class FailedHandshake
{
    /// <summary>The connection, which is about to be closed.</summary>
    public required ConnectionContext Connection { get; init; }

    /// <summary>The kind of failure, as the metrics tag it; what exactly was wrong is <see cref="HybridTlsException.Reason"/>.</summary>
    public required HandshakeFailureReason Reason { get; init; }

    /// <summary>What happened, with a message for the operator.</summary>
    public required Exception Exception { get; init; }

    /// <summary>The alert that was sent or received; null if there was none.</summary>
    public TlsAlert? Alert { get; init; }

    /// <summary>What the client offered; null if no ClientHello was understood.</summary>
    public ClientHelloInfo? ClientHello { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
