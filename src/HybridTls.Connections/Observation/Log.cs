using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>What is logged: the peers' faults at Debug, since anyone can cause them; ours at Error.</summary>
internal static partial class Log
{
    /// <summary>The category.</summary>
    public const string Category = "HybridTls";

    [LoggerMessage(1, LogLevel.Debug, "Connection {ConnectionId}: TLS 1.3 with {Group}, {SignatureScheme}, {CipherSuite}, " +
        "ALPN \"{ApplicationProtocol}\", resumed: {Resumed}, in {Milliseconds:0.0} ms.")]
    public static partial void HandshakeComplete(
        ILogger logger, string connectionId, string group, string signatureScheme, TlsCipherSuite cipherSuite, string applicationProtocol,
        bool resumed, double milliseconds);

    [LoggerMessage(2, LogLevel.Debug, "Connection {ConnectionId}: the handshake failed after {Milliseconds:0.0} ms ({Reason}). {Message}")]
    public static partial void PeerFailed(ILogger logger, string connectionId, double milliseconds, string reason, string message);

    [LoggerMessage(3, LogLevel.Error, "Connection {ConnectionId}: the handshake failed, and the fault is on this side.")]
    public static partial void WeFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Handshakes are refused or given up: {Queued} wait for a processor (MaxQueuedHandshakes), or {HalfOpen} " +
        "are under way (MaxHalfOpenHandshakes), or {PerAddress} of one address (MaxHalfOpenHandshakesPerAddress). The next such message " +
        "comes in a minute at the earliest.")]
    public static partial void Refusing(ILogger logger, long queued, long? halfOpen, long? perAddress);

    [LoggerMessage(5, LogLevel.Error, "Connection {ConnectionId}: OnHandshakeFailed threw.")]
    public static partial void CallbackFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(6, LogLevel.Debug, "Connection {ConnectionId} is protected by TLS already: it passes unchanged.")]
    public static partial void PassedThrough(ILogger logger, string connectionId);

    [LoggerMessage(9, LogLevel.Debug, "Connection {ConnectionId} was lost after the handshake. {Message}")]
    public static partial void ConnectionFailed(ILogger logger, string connectionId, string message);

    [LoggerMessage(10, LogLevel.Error, "Connection {ConnectionId} was lost after the handshake, and the fault is on this side.")]
    public static partial void ConnectionBroken(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "Connection {ConnectionId}: what was registered with ConnectionClosed threw.")]
    public static partial void ConnectionClosedFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(12, LogLevel.Debug, "Connection {ConnectionId}: the client offered a ticket, which was not resumed: {Reason}.")]
    public static partial void NotResumed(ILogger logger, string connectionId, string reason);

    [LoggerMessage(13, LogLevel.Warning, "{Endpoint}: the secrets of its connections are written to a key log (KeyLog, UseSslKeyLogFile): " +
        "whoever reads it can decrypt them. Never in production.")]
    public static partial void KeyLogActive(ILogger logger, string endpoint);

    [LoggerMessage(14, LogLevel.Debug, "Connection {ConnectionId}: the client gets no ticket: {Reason}.")]
    public static partial void NoTicket(ILogger logger, string connectionId, string reason);

    [LoggerMessage(15, LogLevel.Debug, "Connection {ConnectionId} is served by the endpoint's fallback: {Reason}.")]
    public static partial void FellBack(ILogger logger, string connectionId, FallbackReason reason);

    [LoggerMessage(16, LogLevel.Error, "Connection {ConnectionId}: UseFallback threw, so the client gets HybridTls, which it can have.")]
    public static partial void UseFallbackFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(17, LogLevel.Warning, "{Endpoint}: HybridTls requires client certificates, and any client can choose the fallback by what it offers: " +
        "the fallback must require them as well.")]
    public static partial void FallbackAuthenticatesByItself(ILogger logger, string endpoint);

    [LoggerMessage(25, LogLevel.Warning, "This runtime cannot be told that HTTP/2 was negotiated: https is spoken with HTTP/1.1.")]
    public static partial void WithoutHttp2(ILogger logger);
}
