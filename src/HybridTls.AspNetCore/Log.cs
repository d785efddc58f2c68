using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>What is logged: the peers' faults at Debug, since anyone can cause them; ours at Error.</summary>
internal static partial class Log
{
    /// <summary>The category.</summary>
    public const string Category = "HybridTls.AspNetCore";

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

    [LoggerMessage(7, LogLevel.Information, "{Section}: new connections use the certificate {Certificate}, valid until {NotAfter:u}.")]
    public static partial void Reloaded(ILogger logger, string section, string certificate, DateTimeOffset? notAfter);

    [LoggerMessage(8, LogLevel.Error, "{Section}: what changed cannot be used, so the certificate and the options of before stay in use.")]
    public static partial void ReloadFailed(ILogger logger, string section, Exception exception);

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

    [LoggerMessage(20, LogLevel.Error, "The data protection key ring cannot be used: tickets are neither sealed nor opened, and all handshakes " +
        "are full ones, until it can. It is tried again every 30 seconds; this message comes once.")]
    public static partial void KeyRingIsDown(ILogger logger, Exception exception);

    [LoggerMessage(21, LogLevel.Information, "The data protection key ring can be used again: sessions resume.")]
    public static partial void KeyRingIsBack(ILogger logger);

    [LoggerMessage(22, LogLevel.Error, "The data protection key ring cannot be read for revocations: those made since are not known. " +
        "This message comes once.")]
    public static partial void RevocationsNotRead(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Debug, "A ticket could not be sealed or opened, but the data protection key ring works.")]
    public static partial void TicketFailed(ILogger logger, Exception exception);

    [LoggerMessage(24, LogLevel.Information, "The data protection key {Key} is revoked, but current for Data Protection, which reads its ring once a " +
        "day: until it does, or this process restarts, there are no tickets.")]
    public static partial void KeyIsRevoked(ILogger logger, Guid key);

    [LoggerMessage(25, LogLevel.Warning, "This runtime cannot be told that HTTP/2 was negotiated: https is spoken with HTTP/1.1.")]
    public static partial void WithoutHttp2(ILogger logger);

    [LoggerMessage(26, LogLevel.Warning, "Endpoint {Endpoint} has both UseHttps and UseHybridTls, and the first of them protects it: it is served with " +
        "Kestrel's classical TLS. Call UseHybridTls first, or remove UseHttps.")]
    public static partial void EndpointIsClassical(ILogger logger, string? endpoint);

    [LoggerMessage(27, LogLevel.Warning, "Endpoint {Endpoint} is protected by HybridTls, but this version of Kestrel cannot be told so: its address is " +
        "printed as http, and an https address would be served with Kestrel's classical TLS.")]
    public static partial void EndpointIsNotMarked(ILogger logger, string? endpoint);

    [LoggerMessage(28, LogLevel.Warning, "Endpoint {Endpoint} got UseHybridTls more than once, and the first protects it (that of " +
        "ConfigureEndpointDefaults comes before all others): the options of the others are not used.")]
    public static partial void EndpointIsProtectedTwice(ILogger logger, string? endpoint);
}
