using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace HybridTls.Connections;

/// <summary>Puts TLS under a server's connections. One that fails is logged and ends here; nothing is thrown at the host.</summary>
internal sealed class ServerMiddleware(
    ConnectionDelegate next, ServerOptionsSource source, HybridTlsEndpointOptions options, HandshakeGate gate, EndpointHost host,
    KeyLogWarning keyLog, Fallback? fallback)
{
    private readonly Telemetry _telemetry = host.Telemetry;

    /// <summary>Adds the middleware to an endpoint.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="source">What handshakes negotiate.</param>
    /// <param name="options">What they may cost; copied.</param>
    /// <param name="host">What the endpoint's host adds.</param>
    /// <param name="fallback">Adds the TLS of the clients that we cannot serve; null to refuse them.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">An option cannot work; the message names it.</exception>
    public static TBuilder Use<TBuilder>(
        TBuilder builder, ServerOptionsSource source, HybridTlsEndpointOptions options, EndpointHost host, Action<TBuilder>? fallback = null)
        where TBuilder : IConnectionBuilder
    {
        HybridTlsEndpointOptions copy = new(options);
        copy.ValidateEndpoint();
        if (fallback is null && copy.UseFallback is not null)
            throw new InvalidOperationException("UseFallback is set, but UseHybridTls is given no fallback to use: pass one, e.g. endpoint => endpoint.UseHttps().");
        HandshakeGate gate = new(copy, host.Telemetry.Logger);
        ConnectionDelegate? behind = null;
        builder.Use(next =>
        {
            // Runs when the endpoint is bound: what it says is final by then.
            host.Bind(host.Telemetry.Logger);
            source.Prepare(host.Defaults);
            KeyLogWarning keyLog = new(host.Telemetry.Logger, host.ToString());
            keyLog.Check(source.Initial);
            if (behind is not null && source.Initial.ClientCertificateMode == ClientAuthenticationMode.RequireCertificate)
                Log.FallbackAuthenticatesByItself(host.Telemetry.Logger, host.ToString());
            return behind is null
                ? new ServerMiddleware(next, source, copy, gate, host, keyLog, fallback: null).OnConnectionAsync
                : new ServerMiddleware(behind, source, copy, gate, host, keyLog, new Fallback(next, copy.UseFallback, host.Telemetry)).OnConnectionAsync;
        });
        if (fallback is null)
            return builder;

        // The pipeline is put together from its end: what is added last is known when ours is made, and leads past the fallback.
        fallback(builder);
        builder.Use(next => behind = next);
        return builder;
    }

    public Task OnConnectionAsync(ConnectionContext context)
    {
        if (!host.IsProtected(context.Features))
            return ProtectAsync(context);
        Log.PassedThrough(_telemetry.Logger, context.ConnectionId);
        return next(context);
    }

    // What lives here lives as long as the connection, and there may be many: the handshake's part is a method of its own.
    private async Task ProtectAsync(ConnectionContext context)
    {
        IDuplexPipe transport = context.Transport;
        HybridTlsConnection? connection = null;
        try
        {
            TlsFeatures? features = null;
            TimeSpan limit = source.Initial.HandshakeTimeout;
            using (HandshakeTicket ticket = gate.Begin(context.RemoteEndPoint, limit, source.Initial.TimeProvider))
            {
                if (fallback is null || !await fallback.TakesAsync(context, ticket.Deadline).ConfigureAwait(false)) // HT-FALL-1
                {
                    connection = new HybridTlsConnection(transport, context.Features.Get<IMemoryPoolFeature>()?.MemoryPool, leaveTransportOpen: true);
                    features = await AuthenticateAsync(context, connection, ticket, limit).ConfigureAwait(false);
                }
            }

            if (connection is null)
                await fallback!.ServeAsync(context).ConfigureAwait(false);
            if (connection is null || features is null)
                return;
            features.Register(context.Features);
            _telemetry.Metrics.ConnectionStarted(PeerRole.Client, features);
            CancellationToken transportClosed = context.ConnectionClosed;
            ConnectionEnd end = new(context.ConnectionId, _telemetry.Logger, transportClosed);
            connection.Observer = end;
            context.ConnectionClosed = end.Token;
            context.Transport = connection;
            try
            {
                await next(context).ConfigureAwait(false);
            }
            finally
            {
                context.Transport = transport;
                context.ConnectionClosed = transportClosed;
                _telemetry.ConnectionStopped(PeerRole.Client, features, context.ConnectionId, connection.Failure);
            }
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs the handshake under its deadline.</summary>
    /// <returns>Null if it failed: the connection is to be closed.</returns>
    private async Task<TlsFeatures?> AuthenticateAsync(
        ConnectionContext context, HybridTlsConnection connection, HandshakeTicket ticket, TimeSpan limit)
    {
        HandshakeObserver observer = HandshakeObserver.Start(
            _telemetry, PeerRole.Client, context.ConnectionId, context.LocalEndPoint, host.Listener);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(ticket.Deadline, context.ConnectionClosed);
        ClientHelloInfo? clientHello = null;
        try
        {
            connection.WorkGate = ticket;
            await connection.AuthenticateAsServerAsync(
                source.Initial,
                (hello, cancellationToken) =>
                {
                    clientHello = hello;
                    return SelectAsync(context, hello, cancellationToken);
                },
                linked.Token).ConfigureAwait(false);
            connection.WorkGate = null;
            TimeSpan duration = observer.Complete(connection.Parameters, context.Features.Get<IConnectionMetricsTagsFeature>());
            return host.CreateFeatures(connection, clientHello, duration);
        }
#pragma warning disable CA1031 // Whatever goes wrong in a handshake ends this connection, and nothing else.
        catch (Exception exception)
        {
            // The transport tells of a closed connection by its token, or by what reading returns or throws: whichever is first.
            Exception failure = exception is not OperationCanceledException ? exception
                : ticket.Deadline.IsCancellationRequested ? TlsError.TimedOut(limit)
                : TlsError.HandshakeCut();
            Fail(context, observer, HandshakeFailures.Classify(failure), failure, clientHello);
            return null;
        }
#pragma warning restore CA1031
    }

    /// <summary>Marks what the host's callback throws as the host's: an I/O error of a vault is none of the connection.</summary>
    private async ValueTask<HybridTlsServerOptions?> SelectAsync(
        ConnectionContext context, ClientHelloInfo hello, CancellationToken cancellationToken)
    {
        try
        {
            HybridTlsServerOptions? selected = await source.SelectAsync(
                new HybridTlsSelectionContext { Connection = context, ClientHello = hello, CancellationToken = cancellationToken }).ConfigureAwait(false);
            if (selected is not null)
                keyLog.Check(selected);
            return selected;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("The callback that selects the options failed: " + exception.Message, exception);
        }
    }

    private void Fail(
        ConnectionContext context, HandshakeObserver observer, HandshakeFailureReason reason, Exception exception,
        ClientHelloInfo? clientHello)
    {
        TimeSpan duration = observer.Fail(reason, exception, context.Features.Get<IConnectionMetricsTagsFeature>());
        try
        {
            options.OnHandshakeFailed?.Invoke(
                new FailedHandshake
                {
                    Connection = context,
                    Reason = reason,
                    Exception = exception,
                    Alert = (exception as HybridTlsException)?.Alert,
                    ClientHello = clientHello,
                    Duration = duration,
                });
        }
#pragma warning disable CA1031 // A host's monitoring must not break the connections that it monitors.
        catch (Exception thrown)
        {
            Log.CallbackFailed(_telemetry.Logger, context.ConnectionId, thrown);
        }
#pragma warning restore CA1031
        // No alert is under way then, and the peer may never read: nothing is to be waited for.
        if (reason is HandshakeFailureReason.TimedOut or HandshakeFailureReason.Truncated)
            context.Abort(new ConnectionAbortedException(exception.Message));
    }
}
