using Microsoft.AspNetCore.Connections;

namespace HybridTls.AspNetCore;

/// <summary>A handshake that failed: what a host's monitoring may want to know. Nothing in it is secret, or authenticated.</summary>
/// <param name="Connection">The connection, which is about to be closed.</param>
/// <param name="Reason">The kind of failure, as the metrics tag it.</param>
/// <param name="Exception">What happened, with a message for the operator.</param>
/// <param name="Alert">The alert that was sent or received; null if there was none.</param>
/// <param name="ClientHello">What the client offered; null if no ClientHello was understood.</param>
/// <param name="Duration">How long it took.</param>
public sealed record FailedHandshake(
    ConnectionContext Connection,
    HandshakeFailureReason Reason,
    Exception Exception,
    TlsAlert? Alert,
    ClientHelloInfo? ClientHello,
    TimeSpan Duration);
