using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace HybridTls.Connections;

/// <summary>
/// Puts TLS under a client's connections. A failed handshake is thrown: a host that builds clients of middleware waits for its last
/// stage, and would wait for ever if this one returned.
/// </summary>
internal sealed class ClientMiddleware(ConnectionDelegate next, HybridTlsClientOptions options, Telemetry telemetry)
{
    /// <summary>Adds the middleware to a client.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder Use<TBuilder>(TBuilder builder, HybridTlsClientOptions options)
        where TBuilder : IConnectionBuilder
    {
        HybridTlsClientOptions copy = new(options);
        ClientOptionsCheck.ThrowIfUnusable(copy);
        Telemetry telemetry = Telemetry.From(builder.ApplicationServices);
        new KeyLogWarning(telemetry.Logger, "Client").Check(copy);
        builder.Use(next => new ClientMiddleware(next, copy, telemetry).OnConnectionAsync);
        return builder;
    }

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
            return new TlsFeatures(connection, null, duration);
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
