using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.AspNetCore;

/// <summary>
/// Puts TLS under a client's connections. A failed handshake is thrown: a host that builds clients of middleware waits for its last
/// stage, and would wait for ever if this one returned.
/// </summary>
internal sealed class ClientMiddleware(ConnectionDelegate next, HybridTlsClientOptions options, Telemetry telemetry)
{
    public async Task OnConnectionAsync(ConnectionContext context)
    {
        if (context.Features.Get<ITlsHandshakeFeature>() is not null)
        {
            Log.PassedThrough(telemetry.Logger, context.ConnectionId);
            await next(context).ConfigureAwait(false);
            return;
        }

        IDuplexPipe transport = context.Transport;
        HybridTlsConnection connection = new(transport, context.Features.Get<IMemoryPoolFeature>()?.MemoryPool, leaveTransportOpen: true);
        await using (connection.ConfigureAwait(false))
        {
            TlsFeatures features = await AuthenticateAsync(context, connection).ConfigureAwait(false);
            features.Register(context.Features);
            telemetry.Metrics.ConnectionStarted(PeerRole.Server, features);
            context.Transport = connection;
            try
            {
                await next(context).ConfigureAwait(false);
            }
            finally
            {
                context.Transport = transport;
                telemetry.ConnectionStopped(PeerRole.Server, features, context.ConnectionId, connection.Failure);
            }
        }
    }

    private async Task<TlsFeatures> AuthenticateAsync(ConnectionContext context, HybridTlsConnection connection)
    {
        HandshakeObserver observer = HandshakeObserver.Start(telemetry, PeerRole.Server, context.ConnectionId, context.RemoteEndPoint);
        try
        {
            HybridTlsClientOptions named = options.Seal((context.RemoteEndPoint as DnsEndPoint)?.Host);
            await connection.AuthenticateAsClientAsync(named, context.ConnectionClosed).ConfigureAwait(false);
            TimeSpan duration = observer.Complete(connection.Parameters, context.Features.Get<IConnectionMetricsTagsFeature>());
            return new TlsFeatures(connection, PeerRole.Server, null, duration);
        }
        catch (Exception exception)
        {
            bool closed = exception is OperationCanceledException && context.ConnectionClosed.IsCancellationRequested;
            Exception failure = closed ? TlsError.Truncated() : exception;
            observer.Fail(HandshakeFailures.Classify(failure), failure, context.Features.Get<IConnectionMetricsTagsFeature>());
            if (closed)
                throw failure;
            throw;
        }
    }
}
