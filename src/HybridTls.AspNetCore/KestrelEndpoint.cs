using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Runtime.CompilerServices;
using HybridTls.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>
/// An endpoint of Kestrel's: its application protocols, its features and its meter. Tells Kestrel that it is protected, as its own <c>UseHttps</c> does: then an https address adds no TLS of Kestrel's, addresses
/// are printed as https and found by the redirection to https, and HTTP/2 is not said to be off. The property is internal to Kestrel; on
/// a version without it addresses are http as long as ours protects them, which is logged.
/// </summary>
internal sealed class KestrelEndpoint : EndpointHost
{
    /// <summary>The endpoints that ours protects: whatever else they get is not used.</summary>
    private static readonly ConditionalWeakTable<ListenOptions, KestrelEndpoint> Protected = [];

    private readonly ListenOptions _listen;
    private readonly bool _isSecond;
    private readonly bool _wasProtected;
    private readonly bool _isMarked;

    /// <summary>Marks the endpoint when TLS is added to it: the first to add it protects it.</summary>
    public KestrelEndpoint(ListenOptions listen)
        : base(listen)
    {
        _listen = listen;
        Listener = KestrelTlsMetrics.For((IMeterFactory?)listen.ApplicationServices?.GetService(typeof(IMeterFactory)));
        _isSecond = Protected.TryGetValue(listen, out _);
        _wasProtected = !_isSecond && IsAvailable && IsTls(listen);
        if (!_isSecond && !_wasProtected)
            Protected.Add(listen, this);
        if (!IsAvailable)
            return;
        SetIsTls(listen, true);
        _isMarked = true;

        // Kestrel would offer HTTP/3, with a TLS that is not ours, on each protected endpoint that may have it.
        if (!_wasProtected && listen.Protocols.HasFlag(HttpProtocols.Http3) && listen.Protocols != HttpProtocols.Http3)
            listen.Protocols &= ~HttpProtocols.Http3;
    }

    /// <summary>Whether this version of Kestrel can be told.</summary>
    public static bool IsAvailable { get; } = Try();

    /// <inheritdoc/>
    public override IHandshakeListener? Listener { get; }

    /// <summary>
    /// The application protocols are those of <see cref="ListenOptions.Protocols"/>, which may be set after this middleware.
    /// </summary>
    /// <exception cref="InvalidOperationException">The endpoint speaks nothing that runs over TCP.</exception>
    public override EndpointDefaults Defaults
    {
        get
        {
            List<SslApplicationProtocol> protocols = [];
            if (_listen.Protocols.HasFlag(HttpProtocols.Http2))
                protocols.Add(SslApplicationProtocol.Http2);
            if (_listen.Protocols.HasFlag(HttpProtocols.Http1))
                protocols.Add(SslApplicationProtocol.Http11);
            return protocols.Count > 0
                ? base.Defaults with { Protocols = protocols }
                : throw new InvalidOperationException(
                    $"ListenOptions.Protocols is {_listen.Protocols}: UseHybridTls protects HTTP/1.1 and HTTP/2, so name at least one of them.");
        }
    }

    /// <inheritdoc/>
    public override bool IsProtected(IFeatureCollection features) =>
        base.IsProtected(features) || features.Get<ITlsConnectionFeature>() is not null;

    /// <inheritdoc/>
    public override TlsFeatures CreateFeatures(HybridTlsConnection connection, ClientHelloInfo? clientHello, TimeSpan duration) =>
        new KestrelTlsFeatures(connection, clientHello, duration);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Kestrel is about to serve HTTP/3 on an endpoint that ours protects.</exception>
    public override void Bind(ILogger logger)
    {
        if (_isMarked && !_wasProtected && _listen.Protocols.HasFlag(HttpProtocols.Http3)
            && _listen.ApplicationServices?.GetService<IMultiplexedConnectionListenerFactory>() is not null)
        {
            throw new InvalidOperationException(
                $"ListenOptions.Protocols of {_listen} is {_listen.Protocols}: HTTP/3 has its own TLS, which is not HybridTls; use Http1AndHttp2.");
        }

        if (_isSecond)
            AspNetCoreLog.EndpointIsProtectedTwice(logger, _listen.ToString());
        else if (_wasProtected)
            AspNetCoreLog.EndpointIsClassical(logger, _listen.ToString());
        else if (!_isMarked)
            AspNetCoreLog.EndpointIsNotMarked(logger, _listen.ToString());
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsTls")]
    private static extern bool IsTls(ListenOptions listen);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_IsTls")]
    private static extern void SetIsTls(ListenOptions listen, bool value);

    private static bool Try()
    {
        try
        {
            ListenOptions? probe = null;
            new KestrelServerOptions().ListenLocalhost(5000, listen => probe = listen);
            SetIsTls(probe!, true);
            return IsTls(probe!);
        }
        catch (Exception exception) when (exception is MissingMethodException or NullReferenceException or InvalidOperationException)
        {
            return false;
        }
    }
}
