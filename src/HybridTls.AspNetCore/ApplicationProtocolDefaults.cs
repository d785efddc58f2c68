using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HybridTls.AspNetCore;

/// <summary>The application protocols of an endpoint, for options that name none themselves.</summary>
internal readonly struct ApplicationProtocolDefaults
{
    private readonly SslApplicationProtocol[]? _protocols;

    private ApplicationProtocolDefaults(SslApplicationProtocol[] protocols) => _protocols = protocols;

    /// <summary>
    /// Those of <see cref="ListenOptions.Protocols"/>, read when the endpoint is bound, since they may be set after this middleware;
    /// none for other hosts.
    /// </summary>
    /// <exception cref="InvalidOperationException">The endpoint speaks nothing that runs over TCP.</exception>
    public static ApplicationProtocolDefaults Of(IConnectionBuilder builder)
    {
        if (builder is not ListenOptions listen)
            return default;
        List<SslApplicationProtocol> protocols = [];
        if (listen.Protocols.HasFlag(HttpProtocols.Http2))
            protocols.Add(SslApplicationProtocol.Http2);
        if (listen.Protocols.HasFlag(HttpProtocols.Http1))
            protocols.Add(SslApplicationProtocol.Http11);
        return protocols.Count > 0
            ? new ApplicationProtocolDefaults([.. protocols])
            : throw new InvalidOperationException(
                $"ListenOptions.Protocols is {listen.Protocols}: UseHybridTls protects HTTP/1.1 and HTTP/2, so name at least one of them.");
    }

    /// <summary>The options, completed where they name no protocol.</summary>
    public HybridTlsServerOptions Apply(HybridTlsServerOptions options) =>
        _protocols is null || options.ApplicationProtocols.Count > 0
            ? options
            : new HybridTlsServerOptions(options) { ApplicationProtocols = [.. _protocols] };
}
