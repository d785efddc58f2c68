using System.Buffers;
using System.Net;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Load.Tests;

/// <summary>A Kestrel on the loopback, with TLS or without, whose buffers and connections are counted.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    /// <summary>The size of the answer to any path but <see cref="LargePath"/>.</summary>
    public const int SmallSize = 1024;

    /// <summary>The size of the answer to <see cref="LargePath"/>: more than all buffers on the way hold.</summary>
    public const int LargeSize = 64 * 1024 * 1024;

    public const string LargePath = "/large";

    private static readonly byte[] Body = new byte[64 * 1024];

    private readonly WebApplication _application;
    private int _connections;

    private LoadServer(bool tls, Action<HybridTlsEndpointOptions>? middleware, Action<KestrelServerLimits>? limits, Action<SocketTransportOptions>? sockets)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseSockets(transport =>
        {
            transport.Backlog = 4096;
            sockets?.Invoke(transport);
        }).ConfigureKestrel(kestrel =>
        {
            limits?.Invoke(kestrel.Limits);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => Configure(endpoint, tls, middleware));
        });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(Pool); // after Kestrel's: the last one counts
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>The pool of the transport and of HTTP.</summary>
    public CountingMemoryPool Pool { get; } = new();

    /// <summary>The pool of TLS: the transport keeps a block now and then between two requests, also without TLS.</summary>
    public CountingMemoryPool TlsPool { get; } = new();

    /// <summary>The connections that the server has not ended, those in a handshake included.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public IPEndPoint EndPoint { get; private set; } = null!;

    public static async Task<LoadServer> StartAsync(
        bool tls = true, Action<HybridTlsEndpointOptions>? middleware = null, Action<KestrelServerLimits>? limits = null,
        Action<SocketTransportOptions>? sockets = null)
    {
        LoadServer server = new(tls, middleware, limits, sockets);
        await server._application.StartAsync(TestContext.Current.CancellationToken);
        server.EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(server._application.Urls.Single()).Port);
        return server;
    }

    /// <summary>Waits until the server has ended all but <paramref name="connections"/>.</summary>
    public async Task WaitForConnectionsAsync(int connections, TimeSpan limit)
    {
        await WaitAsync(() => Connections <= connections, limit);
        Assert.Equal(connections, Connections);
    }

    /// <summary>Waits until the transport of ended connections has returned its blocks, which it does a little later.</summary>
    public async Task WaitForBlocksAsync()
    {
        await WaitAsync(() => Pool.Rented == 0, TimeSpan.FromSeconds(5));
        Assert.Equal(0, Pool.Rented);
    }

    /// <summary>Waits for <paramref name="condition"/>, which is the caller's to check.</summary>
    public static async Task WaitAsync(Func<bool> condition, TimeSpan limit)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (!condition() && Environment.TickCount64 < end)
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private void Configure(ListenOptions endpoint, bool tls, Action<HybridTlsEndpointOptions>? middleware)
    {
        endpoint.Use(next => async connection =>
        {
            Interlocked.Increment(ref _connections);
            try
            {
                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref _connections);
            }
        });
        if (!tls)
            return;
        endpoint.Use(next => connection => RunWithPoolAsync(next, connection, TlsPool));
        HybridTlsEndpointOptions options = new(Identities.ServerOptions);
        middleware?.Invoke(options);
        endpoint.UseHybridTls(options);
        endpoint.Use(next => connection => RunWithPoolAsync(next, connection, Pool));
    }

    private static Task RunWithPoolAsync(ConnectionDelegate next, ConnectionContext connection, CountingMemoryPool pool)
    {
        connection.Features.Set<IMemoryPoolFeature>(new PoolFeature(pool));
        return next(connection);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        int size = context.Request.Path == LargePath ? LargeSize : SmallSize;
        context.Response.ContentLength = size;
        for (int left = size; left > 0; left -= Body.Length)
            await context.Response.Body.WriteAsync(Body.AsMemory(0, Math.Min(left, Body.Length)), context.RequestAborted);
    }

    private sealed record PoolFeature(MemoryPool<byte> MemoryPool) : IMemoryPoolFeature;
}
