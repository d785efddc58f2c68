using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.AspNetCore;

/// <summary>Puts TLS under a server's connections. A connection that fails is logged and ends here; nothing is thrown at the host.</summary>
internal sealed class ServerMiddleware(
    ConnectionDelegate next, ServerOptionsSource source, HybridTlsMiddlewareOptions options, HandshakeGate gate, Telemetry telemetry)
{
    public async Task OnConnectionAsync(ConnectionContext context)
    {
        if (context.Features.Get<ITlsConnectionFeature>() is not null || context.Features.Get<ITlsHandshakeFeature>() is not null)
        {
            Log.PassedThrough(telemetry.Logger, context.ConnectionId);
            await next(context).ConfigureAwait(false);
            return;
        }

        IDuplexPipe transport = context.Transport;
        HybridTlsConnection connection = new(transport, context.Features.Get<IMemoryPoolFeature>()?.MemoryPool, leaveTransportOpen: true);
        await using (connection.ConfigureAwait(false))
        {
            if (await AuthenticateAsync(context, connection).ConfigureAwait(false) is { } features)
                await RunAsync(context, transport, connection, features).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(
        ConnectionContext context, IDuplexPipe transport, HybridTlsConnection connection, TlsFeatures features)
    {
        features.Register(context.Features);
        telemetry.Metrics.ConnectionStarted(PeerRole.Client, features);
        context.Transport = connection;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            context.Transport = transport;
            telemetry.ConnectionStopped(PeerRole.Client, features, context.ConnectionId, connection.Failure);
        }
    }

    /// <summary>Runs the handshake under its deadline.</summary>
    /// <returns>Null if it failed: the connection is to be closed.</returns>
    private async Task<TlsFeatures?> AuthenticateAsync(ConnectionContext context, HybridTlsConnection connection)
    {
        HandshakeObserver observer = HandshakeObserver.Start(telemetry, PeerRole.Client, context.ConnectionId);
        HybridTlsServerOptions initial = source.Initial;
        TimeSpan limit = options.HandshakeTimeout ?? initial.HandshakeTimeout;
        using CancellationTokenSource deadline = new(limit, initial.TimeProvider);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.ConnectionClosed);
        ClientHelloInfo? clientHello = null;
        IDisposable? place = null;
        try
        {
            HybridTlsServerOptions perConnection = new(initial)
            {
                HandshakeTimeout = Timeout.InfiniteTimeSpan,
                SelectOptions = async (hello, cancellationToken) =>
                {
                    clientHello = hello;
                    place = await gate.EnterAsync(cancellationToken).ConfigureAwait(false);
                    return await source.SelectAsync(context, hello, cancellationToken).ConfigureAwait(false);
                },
            };
            await connection.AuthenticateAsServerAsync(perConnection, linked.Token).ConfigureAwait(false);
            TimeSpan duration = observer.Complete(connection.Parameters, context.Features.Get<IConnectionMetricsTagsFeature>());
            return new TlsFeatures(connection, PeerRole.Client, clientHello, duration);
        }
#pragma warning disable CA1031 // Whatever goes wrong in a handshake ends this connection, and nothing else.
        catch (Exception exception)
        {
            // The transport tells of a closed connection by this token, or by what reading returns: whichever is first.
            Exception failure = exception is not OperationCanceledException ? exception
                : deadline.IsCancellationRequested ? TlsError.TimedOut(limit)
                : context.ConnectionClosed.IsCancellationRequested ? TlsError.Truncated()
                : new InvalidOperationException("A callback gave up of its own accord: " + exception.Message, exception);
            Fail(context, observer, HandshakeFailures.Classify(failure), failure, clientHello);
            return null;
        }
#pragma warning restore CA1031
        finally
        {
            place?.Dispose();
        }
    }

    private void Fail(
        ConnectionContext context, HandshakeObserver observer, HandshakeFailureReason reason, Exception exception, ClientHelloInfo? clientHello)
    {
        TimeSpan duration = observer.Fail(reason, exception, context.Features.Get<IConnectionMetricsTagsFeature>());
        try
        {
            options.OnHandshakeFailed?.Invoke(
                new FailedHandshake(context, reason, exception, (exception as HybridTlsException)?.Alert, clientHello, duration));
        }
#pragma warning disable CA1031 // A host's monitoring must not break the connections that it monitors.
        catch (Exception thrown)
        {
            Log.CallbackFailed(telemetry.Logger, context.ConnectionId, thrown);
        }
#pragma warning restore CA1031
        // No alert is under way then, and the peer may never read: nothing is to be waited for.
        if (reason is HandshakeFailureReason.TimedOut or HandshakeFailureReason.Truncated)
            context.Abort(new ConnectionAbortedException(exception.Message));
    }
}
