using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>What is logged of the host: its configuration, its endpoints and its key ring. Connections are logged by the middleware.</summary>
internal static partial class AspNetCoreLog
{
    [LoggerMessage(7, LogLevel.Information, "{Section}: new connections use the certificate {Certificate}, valid until {NotAfter:u}.")]
    public static partial void Reloaded(ILogger logger, string section, string certificate, DateTimeOffset? notAfter);

    [LoggerMessage(8, LogLevel.Error, "{Section}: what changed cannot be used, so the certificate and the options of before stay in use.")]
    public static partial void ReloadFailed(ILogger logger, string section, Exception exception);

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
