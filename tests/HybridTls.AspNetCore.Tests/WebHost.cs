using System.Net;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>A Kestrel on a free port of the loopback, and clients for it.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebHost(WebApplication application, CollectedLogs logs)
    {
        _application = application;
        Logs = logs;
        Port = new Uri(application.Urls.Single(static url => url.Contains("127.0.0.1", StringComparison.Ordinal))).Port;
    }

    public int Port { get; }

    public CollectedLogs Logs { get; }

    public IServiceProvider Services => _application.Services;

    public Uri Address => new($"https://localhost:{Port}/");

    /// <summary>Starts a server whose credential is <see cref="TestIdentities.Server"/>.</summary>
    public static Task<WebHost> StartAsync(
        Action<WebApplication> map, Action<HybridTlsEndpointOptions>? tls = null,
        Action<KestrelServerOptions>? kestrel = null, Action<WebApplicationBuilder>? build = null, Action<ListenOptions>? listen = null) =>
        StartWithAsync(
            map,
            endpoint =>
            {
                endpoint.UseHybridTls(options =>
                {
                    options.Credential = TestIdentities.Server;
                    tls?.Invoke(options);
                });
                listen?.Invoke(endpoint);
            },
            kestrel,
            build);

    /// <summary>Starts a server with an endpoint of the caller's.</summary>
    public static async Task<WebHost> StartWithAsync(
        Action<WebApplication> map, Action<ListenOptions> listen, Action<KestrelServerOptions>? kestrel = null,
        Action<WebApplicationBuilder>? build = null, string? contentRoot = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = contentRoot });
        CollectedLogs logs = new();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            kestrel?.Invoke(options);
            options.Listen(IPAddress.Loopback, 0, listen);
        });
        build?.Invoke(builder);
        WebApplication application = builder.Build();
        application.UseRouting();
        map(application);
        try
        {
            await application.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new WebHost(application, logs);
    }

    /// <summary>An HTTP/1.1 client that trusts the root.</summary>
    public HttpClient CreateClient(Action<HybridTlsClientOptions>? change = null, Action<HybridTlsHttpHandler>? handler = null)
    {
        HybridTlsHttpHandler created = new(TestIdentities.UnnamedClientOptions(change));
        handler?.Invoke(created);
        return new HttpClient(created) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>An HTTP/2 client; to an http address only if the server allows alternate schemes.</summary>
    public HttpClient CreateHttp2Client(Action<HybridTlsClientOptions>? change = null, string scheme = "https")
    {
        HybridTlsHttpHandler handler = new(TestIdentities.UnnamedClientOptions(change));
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"{scheme}://localhost:{Port}/"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    /// <summary>A connection without HTTP.</summary>
    public Task<HybridTlsStream> ConnectAsync(Action<HybridTlsClientOptions>? change = null) =>
        HybridTlsStream.ConnectAsync("localhost", Port, TestIdentities.UnnamedClientOptions(change), TestContext.Current.CancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(3));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
