using System.Net;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Who protects an endpoint, however its address is written, and what is said of it.</summary>
public sealed class AddressTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A property internal to Kestrel is set: this is where a version that has it no more is noticed.</summary>
    [Fact]
    public void An_endpoint_that_hides_that_it_is_Kestrels_is_refused()
    {
        InvalidOperationException? refusal = null;
        new KestrelServerOptions().ListenLocalhost(5000, endpoint => refusal = Assert.Throws<InvalidOperationException>(
            () => ((IConnectionBuilder)endpoint).UseHybridTls(TestIdentities.Server)));
        Assert.Contains("HybridTls.AspNetCore", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void This_version_of_Kestrel_can_be_told() => Assert.True(KestrelEndpoint.IsAvailable);

    [Theory]
    [InlineData("UseUrls", "https")]
    [InlineData("UseUrls", "http")]
    [InlineData("urls of the configuration", "https")]
    [InlineData("endpoints of the configuration", "https")]
    [InlineData("endpoints of the configuration", "http")]
    [InlineData("Listen", "http")]
    public async Task Endpoint_defaults_protect_every_address_and_it_is_printed_as_https(string way, string scheme)
    {
        CollectedLogs logs = new();
        await using WebApplication app = Build(logs, builder =>
        {
            builder.WebHost.ConfigureKestrel(static kestrel =>
                kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.UseHybridTls(TestIdentities.Server)));
            string url = $"{scheme}://127.0.0.1:0";
            switch (way)
            {
                case "UseUrls":
                    builder.WebHost.UseUrls(url);
                    break;
                case "urls of the configuration":
                    builder.Configuration["urls"] = url;
                    break;
                case "endpoints of the configuration":
                    builder.Configuration["Kestrel:Endpoints:Main:Url"] = url;
                    break;
                default:
                    builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
                    break;
            }
        });
        await AssertProtectedAsync(app, logs);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task The_order_of_defaults_and_addresses_does_not_matter(string order)
    {
        CollectedLogs logs = new();
        await using WebApplication app = Build(logs, builder =>
        {
            if (order == "before")
                builder.WebHost.UseUrls("https://127.0.0.1:0");
            builder.WebHost.ConfigureKestrel(static kestrel =>
                kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.UseHybridTls(TestIdentities.Server)));
            if (order == "after")
                builder.WebHost.UseUrls("https://127.0.0.1:0");
        });
        await AssertProtectedAsync(app, logs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_of_two_protects_and_a_classical_end_is_a_warning(bool oursFirst)
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=localhost", rsa, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var classical = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        CollectedLogs logs = new();
        await using WebApplication app = Build(logs, builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            if (oursFirst)
                endpoint.UseHybridTls(TestIdentities.Server);
            endpoint.UseHttps(classical);
            if (!oursFirst)
                endpoint.UseHybridTls(TestIdentities.Server);
        })));
        if (oursFirst)
        {
            await AssertProtectedAsync(app, logs);
            return;
        }

        await app.StartAsync(Token);
        Assert.Contains(logs.Lines, static line => line.Level == LogLevel.Warning && line.Text.Contains("UseHttps and UseHybridTls", StringComparison.Ordinal));
        int port = new Uri(app.Urls.Single()).Port;
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using HttpClient client = new(handler);
        Assert.Equal("True ", await client.GetStringAsync(new Uri($"https://localhost:{port}/"), Token)); // no feature of ours
        await app.StopAsync(Token);
    }

    [Fact]
    public async Task The_first_of_two_of_ours_protects_and_the_second_is_a_warning()
    {
        CollectedLogs logs = new();
        await using WebApplication app = Build(logs, static builder => builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.UseHybridTls(TestIdentities.Server));
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.UseHybridTls(TestIdentities.Client));
        }));
        await AssertProtectedAsync(app, logs, "UseHybridTls more than once");
    }

    /// <summary>Where the platform has QUIC, Kestrel offers HTTP/3 with its own TLS on what is marked as protected.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData(HttpProtocols.Http1AndHttp2AndHttp3, true)]
    [InlineData(HttpProtocols.Http1AndHttp2AndHttp3, false)]
    public async Task Http3_is_never_served_beside_ours(HttpProtocols? protocols, bool before)
    {
        CollectedLogs logs = new();
        NoQuic quic = new();
        await using WebApplication app = Build(logs, builder =>
        {
            builder.Services.AddSingleton<IMultiplexedConnectionListenerFactory>(quic);
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, FreePort(), endpoint =>
            {
                if (before && protocols is { } first)
                    endpoint.Protocols = first;
                endpoint.UseHybridTls(TestIdentities.Server);
                if (!before && protocols is { } last)
                    endpoint.Protocols = last;
            }));
        });
        if (before)
        {
            await AssertProtectedAsync(app, logs);
        }
        else
        {
            InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Token));
            Assert.Contains("HTTP/3 has its own TLS", refused.Message, StringComparison.Ordinal);
        }

        Assert.False(quic.WasAsked);
    }

    [Fact]
    public async Task A_redirection_finds_the_protected_port()
    {
        CollectedLogs logs = new();
        await using WebApplication app = Build(
            logs,
            static builder => builder.WebHost.ConfigureKestrel(static kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.UseHybridTls(TestIdentities.Server));
            }),
            static app => app.UseHttpsRedirection());
        await app.StartAsync(Token);
        Uri plain = new(app.Urls.Single(static url => url.StartsWith("http:", StringComparison.Ordinal)));
        Uri secure = new(app.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal)));
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpResponseMessage response = await client.GetAsync(plain, Token);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(secure.Port, response.Headers.Location!.Port);
        Assert.DoesNotContain(logs.Lines, static line => line.Text.Contains("determine the https port", StringComparison.Ordinal));
        await app.StopAsync(Token);
    }

    private static async Task AssertProtectedAsync(WebApplication app, CollectedLogs logs, string? warning = null)
    {
        await app.StartAsync(Token);
        Uri address = new(app.Urls.Single());
        Assert.Equal("https", address.Scheme);
        foreach (Version version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using HttpClient client = new(new HybridTlsHttpHandler(TestIdentities.UnnamedClientOptions()))
            {
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            Assert.Equal("True X25519MLKem768", await client.GetStringAsync(new Uri($"https://localhost:{address.Port}/"), Token));
        }

        CollectedLogs.LogLine[] warnings = [.. logs.Lines.Where(static line => line.Level >= LogLevel.Warning)];
        if (warning is null)
            Assert.Empty(warnings);
        else
            Assert.Contains(warning, Assert.Single(warnings).Text, StringComparison.Ordinal);
        await app.StopAsync(Token);
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static WebApplication Build(CollectedLogs logs, Action<WebApplicationBuilder> configure, Action<WebApplication>? use = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Information);
        configure(builder);
        WebApplication app = builder.Build();
        use?.Invoke(app);
        app.MapGet("/", static (HttpContext context) =>
            $"{context.Request.IsHttps} {context.Features.Get<IHybridTlsFeature>()?.Group.ToString()}");
        return app;
    }

    private sealed class NoQuic : IMultiplexedConnectionListenerFactory
    {
        public bool WasAsked { get; private set; }

        public ValueTask<IMultiplexedConnectionListener> BindAsync(
            EndPoint endpoint, Microsoft.AspNetCore.Http.Features.IFeatureCollection? features = null, CancellationToken cancellationToken = default)
        {
            WasAsked = true;
            throw new InvalidOperationException("There is no HTTPS configuration for QUIC.");
        }
    }
}
