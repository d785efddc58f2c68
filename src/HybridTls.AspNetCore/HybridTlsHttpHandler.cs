using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using HybridTls.AspNetCore;

namespace HybridTls;

/// <summary>
/// Lets an <see cref="HttpClient"/> speak post-quantum TLS 1.3. Connections are pooled as by <see cref="SocketsHttpHandler"/>, whose
/// settings are <see cref="Sockets"/>'s.
/// </summary>
/// <remarks>
/// <para><c>https://</c> addresses are fetched with HTTP/1.1: nothing but the BCL's own TLS can tell <see cref="SocketsHttpHandler"/>
/// that HTTP/2 was negotiated.</para>
/// <para>HTTP/2, for gRPC between one's own services: use <c>http://</c> addresses, version 2.0 and
/// <see cref="HttpVersionPolicy.RequestVersionExact"/>, and set <c>KestrelServerOptions.AllowAlternateSchemes</c> on the server, to which
/// the requests say <c>http</c>. The connection is protected all the same: this handler sends nothing in the clear, and refuses
/// <c>http://</c> with HTTP/1.1.</para>
/// </remarks>
public sealed class HybridTlsHttpHandler : DelegatingHandler
{
    private readonly HybridTlsClientOptions _options;
    private readonly Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> _connect;
    private readonly Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> _connectCallback;

    /// <summary>Creates a handler.</summary>
    /// <param name="options">
    /// Whom to trust, and who we are; copied. Without a server name, the certificate must carry the host of the address. Application
    /// protocols are named by the handler.
    /// </param>
    /// <param name="connect">Opens the transport to an address; null for TCP.</param>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public HybridTlsHttpHandler(
        HybridTlsClientOptions options, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new HybridTlsClientOptions(options);
        ClientOptionsCheck.ThrowIfUnusable(_options);
        _connect = connect ?? ConnectTcpAsync;
        _connectCallback = ConnectAsync;
        Sockets = new SocketsHttpHandler { UseProxy = false, ConnectCallback = _connectCallback };
        InnerHandler = Sockets;
    }

    /// <summary>
    /// The handler below: pool sizes, lifetimes, cookies, redirects, decompression, time-outs, metrics. Its <c>ConnectCallback</c> is this
    /// handler's, and a proxy cannot be used: the tunnel through it would be protected by the BCL's TLS.
    /// </summary>
    public SocketsHttpHandler Sockets { get; }

    /// <summary>
    /// Called for each new connection with the address, what was negotiated, and how long the handshake took. Requests that find a
    /// pooled connection do not call it. What it throws closes the connection and fails the request.
    /// </summary>
    public Action<DnsEndPoint, NegotiatedParameters, TimeSpan>? OnConnected { get; set; }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.Send(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        return base.SendAsync(request, cancellationToken);
    }

    private static bool IsExactHttp2(HttpRequestMessage request) =>
        request.Version == HttpVersion.Version20 && request.VersionPolicy == HttpVersionPolicy.RequestVersionExact;

    private static bool IsCleartext(string? scheme) => scheme == Uri.UriSchemeHttp || scheme == Uri.UriSchemeWs;

    /// <summary>Refuses what cannot be protected or sent, and lowers the version where the request allows it.</summary>
    private void Prepare(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ThrowIfUnprotected(request);
        if (IsCleartext(request.RequestUri?.Scheme))
            return;
        if (request.Version.Major > 1 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
        {
            throw new HttpRequestException(
                HttpRequestError.VersionNegotiationError,
                $"HybridTlsHttpHandler speaks HTTP/1.1 for https addresses, not {request.Version}: use " +
                "HttpVersionPolicy.RequestVersionOrLower, or for a service of your own an http address (see HybridTlsHttpHandler's remarks).");
        }

        if (request.Version.Major > 1)
            request.Version = HttpVersion.Version11;
        if (request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
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
            throw new InvalidOperationException("Sockets.UseProxy was set: HybridTlsHttpHandler cannot protect what goes through a proxy.");
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
        bool http2 = IsCleartext(request.RequestUri?.Scheme);
        if (http2 && !IsExactHttp2(request))
            ThrowIfUnprotected(request);
        HybridTlsClientOptions options = new(_options)
        {
            ServerName = _options.ServerName ?? context.DnsEndPoint.Host.Trim('[', ']'),
            ApplicationProtocols = [http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
        Stream transport = await _connect(context, cancellationToken).ConfigureAwait(false);
        Telemetry telemetry = new(
            HybridTlsMetrics.For(Sockets.MeterFactory), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        HandshakeObserver observer = HandshakeObserver.Start(telemetry, PeerRole.Server, context.DnsEndPoint.Host);
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
            throw;
        }

        TimeSpan duration = observer.Complete(stream.Parameters, null);
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
