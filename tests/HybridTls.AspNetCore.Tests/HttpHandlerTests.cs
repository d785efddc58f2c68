using System.Net;
using System.Net.Security;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using HybridTls.Cryptography;
using HybridTls.Issuing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.Tests.AspNetCore;

/// <summary><see cref="HttpClient"/> behaves as over the BCL's TLS.</summary>
public sealed class HttpHandlerTests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_are_pooled_and_reported_once_each()
    {
        int connected = 0, requests = 0;
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            if (Interlocked.Increment(ref requests) == 2)
                both.SetResult(); // two connections are in use
            await both.Task;
            return context.Connection.Id;
        }));
        using HttpClient client = host.CreateClient(handler: handler =>
        {
            handler.Sockets.MaxConnectionsPerServer = 2;
            handler.OnConnected = (address, parameters, duration) =>
            {
                Assert.Equal((host.Port, "localhost"), (address.Port, parameters.ServerName));
                Assert.Equal(SslApplicationProtocol.Http11, parameters.ApplicationProtocol);
                Assert.InRange(duration.TotalSeconds, 0, 10);
                Interlocked.Increment(ref connected);
            };
        });
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.GetStringAsync(Root, Token)));
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal(2, connected);
    }

    [Fact]
    public async Task An_untrusted_or_wrong_server_is_refused()
    {
        await using WebHost host = await WebHost.StartAsync(static app => app.MapGet("/", static () => "never"));
        using ManagedMLDsa key =
            (ManagedMLDsa)ManagedMLDsa.GenerateKey(System.Security.Cryptography.MLDsaAlgorithm.MLDsa65);
        using CertificateAuthority stranger = CertificateAuthority.CreateRoot("CN=stranger", key);
        using HttpClient untrusting = host.CreateClient(options => options.PeerValidation = PeerValidation.TrustAnchors(stranger.Certificate));
        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => untrusting.GetStringAsync(Root, Token));
        Assert.Equal(TlsAlert.UnknownCa, Assert.IsType<HybridTlsException>(exception.InnerException).Alert);

        using HttpClient mistaken = host.CreateClient(static options => options.TargetHost = "elsewhere.example");
        exception = await Assert.ThrowsAsync<HttpRequestException>(() => mistaken.GetStringAsync(Root, Token));
        Assert.Equal(TlsAlert.CertificateUnknown, Assert.IsType<HybridTlsException>(exception.InnerException).Alert);
    }

    [Fact]
    public async Task The_servers_name_may_differ_from_the_address()
    {
        await using WebHost host = await WebHost.StartAsync(static app => app.MapGet("/", static (HttpContext context) =>
            $"{context.Request.Host} {context.Features.Get<IHybridTlsFeature>()!.Parameters.ServerName}"));
        using HttpClient byAddress = host.CreateClient();
        Assert.Equal($"127.0.0.1:{host.Port} ", await byAddress.GetStringAsync(new Uri($"https://127.0.0.1:{host.Port}/"), Token));
        using HttpClient named = host.CreateClient(static options => options.TargetHost = "localhost");
        Assert.Equal($"127.0.0.1:{host.Port} localhost", await named.GetStringAsync(new Uri($"https://127.0.0.1:{host.Port}/"), Token));
    }

    [Fact]
    public async Task Secure_cookies_and_redirects_work()
    {
        await using WebHost host = await WebHost.StartAsync(static app =>
        {
            app.MapGet("/", static (HttpContext context) =>
            {
                context.Response.Cookies.Append("name", "value", new CookieOptions { Secure = true });
                return Results.Redirect("/target");
            });
            app.MapGet("/target", static (HttpContext context) => $"{context.Request.Cookies["name"]} {context.Request.IsHttps}");
        });
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response = await client.GetAsync(Root, Token);
        Assert.Equal("value True", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(new Uri(host.Address, "target"), response.RequestMessage!.RequestUri);
    }

    [Fact]
    public async Task Synchronous_requests_work()
    {
        await using WebHost host = await WebHost.StartAsync(static app => app.MapGet("/", static () => "here"));
        using HttpClient client = host.CreateClient(handler: static handler => handler.Sockets.AutomaticDecompression = DecompressionMethods.All);
        await Task.Run(
            () =>
            {
                using HttpRequestMessage request = new(HttpMethod.Get, Root);
                using HttpResponseMessage response = client.Send(request, Token);
                using StreamReader reader = new(response.Content.ReadAsStream(Token));
                Assert.Equal("here", reader.ReadToEnd());
            },
            Token);
    }

    [Fact]
    public async Task Nothing_goes_out_unprotected()
    {
        await using WebHost host = await WebHost.StartAsync(static app => app.MapGet("/", static () => "never"));
        using HttpClient client = host.CreateClient();
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.GetStringAsync(new Uri($"http://localhost:{host.Port}/"), Token));
        Assert.Contains("https", exception.Message, StringComparison.Ordinal);
        using HttpClient replaced = host.CreateClient(handler: static handler => handler.Sockets.ConnectCallback = null);
        exception = await Assert.ThrowsAsync<InvalidOperationException>(() => replaced.GetStringAsync(Root, Token));
        Assert.Contains("ConnectCallback", exception.Message, StringComparison.Ordinal);
        using HttpClient proxied = host.CreateClient(handler: static handler => handler.Sockets.UseProxy = true);
        exception = await Assert.ThrowsAsync<InvalidOperationException>(() => proxied.GetStringAsync(Root, Token));
        Assert.Contains("UseProxy", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_ends_with_the_connect_timeout()
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using HybridTlsHttpHandler handler = new(TestIdentities.UnnamedClientOptions());
        handler.Sockets.ConnectTimeout = TimeSpan.FromSeconds(0.5);
        using HttpClient client = new(handler);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        TaskCanceledException exception = await Assert.ThrowsAsync<TaskCanceledException>(
            () => client.GetStringAsync(new Uri($"https://127.0.0.1:{port}/"), Token));
        Assert.IsType<TimeoutException>(exception.InnerException);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("http")] // the way for runtimes that cannot be told of HTTP/2
    public async Task HTTP_2_between_services_pools_one_connection(string scheme)
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapPost("/", static async (HttpContext context) =>
            {
                using MemoryStream body = new();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
            }),
            kestrel: static options => options.AllowAlternateSchemes = true);
        using HttpClient client = host.CreateHttp2Client(scheme: scheme);
        byte[] body = System.Security.Cryptography.RandomNumberGenerator.GetBytes(300_000);
        byte[][] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using ByteArrayContent content = new(body);
            using HttpResponseMessage response = await client.PostAsync(Root, content, Token);
            Assert.Equal(HttpVersion.Version20, response.Version);
            return await response.Content.ReadAsByteArrayAsync(Token);
        }));
        Assert.All(answers, answer => Assert.Equal(body, answer));
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_at_once()
    {
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => new HybridTlsHttpHandler(new HybridTlsClientOptions()));
        Assert.Contains("PeerValidation", exception.Message, StringComparison.Ordinal);
    }
}
