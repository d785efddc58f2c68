using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using HybridTls.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridTls;

/// <summary>
/// Lets an <see cref="HttpClient"/> speak post-quantum TLS 1.3. Connections are pooled as by <see cref="SocketsHttpHandler"/>, whose
/// settings are <see cref="Sockets"/>'s.
/// </summary>
/// <remarks>
/// <para>HTTP/1.1 and HTTP/2 for <c>https://</c> addresses, by ALPN and by the request's version and version policy as with
/// <see cref="SocketsHttpHandler"/>, so that gRPC works as usual. HTTP/3 has its own TLS and is not used: "or higher" ends with HTTP/2. On a
/// runtime that cannot be told of HTTP/2 (<see cref="IsHttp2Supported"/>), <c>https://</c> is spoken with HTTP/1.1.</para>
/// <para><c>http://</c> addresses are refused, but for version 2.0 with <see cref="HttpVersionPolicy.RequestVersionExact"/>: such a request is
/// protected all the same, and says <c>http</c> to the server, which must set <c>KestrelServerOptions.AllowAlternateSchemes</c>. This
/// handler sends nothing in the clear.</para>
/// <para>A handshake that fails is a <see cref="HttpRequestException"/> with <see cref="HttpRequestError.SecureConnectionError"/> and the
/// <see cref="HybridTlsException"/> inside.</para>
/// </remarks>
public sealed class HybridTlsHttpHandler : DelegatingHandler
{
    private readonly HybridTlsClientOptions _options;
    private readonly Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? _connect;
    private readonly Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> _connectCallback;
    private readonly ConcurrentDictionary<DnsEndPoint, bool> _onlyHttp11 = new();
    private ILogger _logger = NullLogger.Instance;

    /// <summary>Creates a handler.</summary>
    /// <param name="options">
    /// Whom to trust, and who we are; copied. Without a server name, the certificate must carry the host of the address. Application
    /// protocols are named by the handler.
    /// </param>
    /// <param name="connect">Opens the transport to an address, with no proxy between; null for TCP, through <see cref="Proxy"/>.</param>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public HybridTlsHttpHandler(
        HybridTlsClientOptions options, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new HybridTlsClientOptions(options);
        ClientOptionsCheck.ThrowIfUnusable(_options);
        _connect = connect;
        _connectCallback = ConnectAsync;
        Sockets = new SocketsHttpHandler { UseProxy = false, ConnectCallback = _connectCallback };
        InnerHandler = Sockets;
    }

    /// <summary>Whether this runtime can be told that HTTP/2 was negotiated for an <c>https</c> address.</summary>
    public static bool IsHttp2Supported => SslStreamProtocol.IsAvailable;

    /// <summary>
    /// The handler below: pool sizes, lifetimes, cookies, redirects, decompression, time-outs, metrics. Its <c>ConnectCallback</c> is this
    /// handler's, and its own proxy cannot be used, since the tunnel would be protected by the BCL's TLS: set <see cref="Proxy"/> instead.
    /// </summary>
    public SocketsHttpHandler Sockets { get; }

    /// <summary>Whether to go through a proxy. Default: true, as with <see cref="HttpClientHandler"/>.</summary>
    public bool UseProxy { get; set; } = true;

    /// <summary>
    /// The HTTP proxy through which tunnels are opened (CONNECT), with its credentials (Basic) and exceptions. Null (the default):
    /// <see cref="HttpClient.DefaultProxy"/>, the proxy of the system or of the environment variables <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.
    /// TLS inside the tunnel is this library's, end to end. Not used with a transport of the caller's.
    /// </summary>
    public IWebProxy? Proxy { get; set; }

    /// <summary>Where the handler logs, in the category <c>HybridTls</c>: handshakes at Debug, key logs and a missing HTTP/2 at Warning.</summary>
    public ILoggerFactory? LoggerFactory
    {
        get;
        set
        {
            field = value;
            _logger = value?.CreateLogger(Log.Category) ?? NullLogger.Instance;
            new KeyLogWarning(_logger, "HttpClient").Check(_options);
        }
    }

    /// <summary>
    /// Called for each new connection with the address, what was negotiated, and how long the handshake took. Requests that find a
    /// pooled connection do not call it. What it throws closes the connection and fails the request.
    /// </summary>
    public Action<DnsEndPoint, NegotiatedParameters, TimeSpan>? OnConnected { get; set; }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        try
        {
            return base.Send(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (ConnectFailure.Find(exception) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (ConnectFailure.Find(exception) is { } failure)
        {
            throw failure;
        }
    }

    private static bool IsExactHttp2(HttpRequestMessage request) =>
        request.Version == HttpVersion.Version20 && request.VersionPolicy == HttpVersionPolicy.RequestVersionExact;

    private static bool IsCleartext(string? scheme) => scheme == Uri.UriSchemeHttp || scheme == Uri.UriSchemeWs;

    /// <summary>Refuses what cannot be protected or sent, and says the version in terms that never lead to HTTP/3.</summary>
    private void Prepare(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ThrowIfUnprotected(request);
        if (IsCleartext(request.RequestUri?.Scheme))
            return;
        Version highest = IsHttp2Supported ? HttpVersion.Version20 : HttpVersion.Version11;
        if (request.Version > highest)
        {
            if (!IsHttp2Supported)
                Log.WithoutHttp2(_logger);
            if (request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
            {
                throw new HttpRequestException(
                    HttpRequestError.VersionNegotiationError,
                    $"HybridTlsHttpHandler speaks HTTP/{highest} at most for https addresses here, not {request.Version}: use "
                        + "HttpVersionPolicy.RequestVersionOrLower.");
            }

            request.Version = highest;
        }

        if (request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher)
            return;
        if (request.Version == highest)
        {
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
        else
        {
            request.Version = highest; // the server may choose less by ALPN, and the request allows it
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }
    }

    /// <summary>Refuses what would go out in the clear, or protected by something else.</summary>
    private void ThrowIfUnprotected(HttpRequestMessage request)
    {
        if (Sockets.ConnectCallback != _connectCallback)
        {
            throw new InvalidOperationException(
                "Sockets.ConnectCallback was replaced: pass HybridTlsHttpHandler's constructor the transport instead.");
        }

        if (Sockets.UseProxy)
            throw new InvalidOperationException("Sockets.UseProxy was set: set Proxy of HybridTlsHttpHandler instead, whose tunnel it protects.");
        if (request.RequestUri is { IsAbsoluteUri: true, Scheme: var scheme } uri && IsCleartext(scheme) && !IsExactHttp2(request))
        {
            throw new InvalidOperationException(
                $"{uri.GetLeftPart(UriPartial.Authority)} names a scheme without TLS, for which HybridTlsHttpHandler speaks HTTP/2 " +
                "only: use https (or wss), or Version 2.0 with HttpVersionPolicy.RequestVersionExact.");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Redirects are followed below this handler: only the request tells what it is, and the pool asks for a connection by it.
        HttpRequestMessage request = context.InitialRequestMessage;
        bool cleartext = IsCleartext(request.RequestUri?.Scheme);
        if (cleartext && !IsExactHttp2(request))
            ThrowIfUnprotected(request);
        HybridTlsClientOptions options = new(_options)
        {
            TargetHost = _options.TargetHost ?? context.DnsEndPoint.Host.Trim('[', ']'),
            ApplicationProtocols = SelectProtocols(request, context.DnsEndPoint),
        };
        Stream transport = await OpenTransportAsync(context, cancellationToken).ConfigureAwait(false);
        Telemetry telemetry = new(HybridTlsMetrics.For(Sockets.MeterFactory), _logger);
        HandshakeObserver observer = HandshakeObserver.Start(telemetry, PeerRole.Server, context.DnsEndPoint.Host, context.DnsEndPoint);
        HybridTlsStream stream = new(transport);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            observer.Fail(HandshakeFailures.Classify(exception), exception, null);
            await stream.DisposeAsync().ConfigureAwait(false);
            // SocketsHttpHandler takes it for a time-out, or for the caller's wish, only with its own token.
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException(exception.Message, exception, cancellationToken);
            if (exception is not HybridTlsException)
                throw;
            throw new ConnectFailure(new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                $"There is no secure connection to {context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}: {exception.Message}", exception));
        }

        TimeSpan duration = observer.Complete(stream.Parameters, null);
        bool onlyHttp11 = stream.Parameters.ApplicationProtocol != SslApplicationProtocol.Http2;
        if (onlyHttp11 && options.ApplicationProtocols.Count > 1)
            _onlyHttp11[context.DnsEndPoint] = true;
        try
        {
            OnConnected?.Invoke(context.DnsEndPoint, stream.Parameters, duration);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new HttpTlsStream(stream, telemetry.Metrics);
    }

    /// <summary>
    /// What <see cref="SocketsHttpHandler"/> would offer for the request. A server that once chose HTTP/1.1 where it might have chosen more is
    /// offered no more: the pool has settled for HTTP/1.1, and no longer asks what was negotiated.
    /// </summary>
    private List<SslApplicationProtocol> SelectProtocols(HttpRequestMessage request, DnsEndPoint server)
    {
        if (request.Version.Major < 2)
            return [SslApplicationProtocol.Http11];
        if (request.VersionPolicy == HttpVersionPolicy.RequestVersionExact)
            return [SslApplicationProtocol.Http2];
        return _onlyHttp11.ContainsKey(server) ? [SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
    }

    private async ValueTask<Stream> OpenTransportAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (_connect is not null)
            return await _connect(context, cancellationToken).ConfigureAwait(false);
        if (UseProxy && (Proxy ?? HttpClient.DefaultProxy) is { } proxy)
        {
            DnsEndPoint target = context.DnsEndPoint;
            Uri address = new UriBuilder(Uri.UriSchemeHttps, target.Host, target.Port).Uri;
            if (!proxy.IsBypassed(address) && proxy.GetProxy(address) is { } way && way != address)
            {
                try
                {
                    return await ProxyTunnel.OpenAsync(way, proxy.Credentials, target, cancellationToken).ConfigureAwait(false);
                }
                catch (HttpRequestException exception)
                {
                    throw new ConnectFailure(exception);
                }
            }
        }

        return await ConnectTcpAsync(context, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<Stream> ConnectTcpAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
