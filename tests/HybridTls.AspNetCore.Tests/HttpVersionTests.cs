using System.Net;
using System.Net.Security;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Which HTTP an <c>https</c> address is fetched with: what a request and a server agree on, as with the BCL's own TLS.</summary>
public sealed class HttpVersionTests
{
    private const HttpVersionPolicy Exact = HttpVersionPolicy.RequestVersionExact;
    private const HttpVersionPolicy OrLower = HttpVersionPolicy.RequestVersionOrLower;
    private const HttpVersionPolicy OrHigher = HttpVersionPolicy.RequestVersionOrHigher;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A private field of the BCL is set: this is where a runtime that has it no more is noticed.</summary>
    [Fact]
    public void This_runtime_can_be_told_of_HTTP_2()
    {
        Assert.True(HybridTlsHttpHandler.IsHttp2Supported, $"HttpClient speaks HTTP/1.1 alone on {Environment.Version}");
        using SslStream stream = new(new MemoryStream());
        SslStreamProtocol.Set(stream, SslApplicationProtocol.Http11);
        Assert.Equal(SslApplicationProtocol.Http11, stream.NegotiatedApplicationProtocol);
        SslStreamProtocol.Set(stream, default);
        Assert.Equal(default, stream.NegotiatedApplicationProtocol);

        // It is told what was agreed on, and not that it may encrypt.
        Assert.ThrowsAny<Exception>(() => stream.Write([1]));
    }

    [Theory]
    [InlineData("1.1", OrLower, HttpProtocols.Http1AndHttp2, "HTTP/1.1")]
    [InlineData("1.1", Exact, HttpProtocols.Http1AndHttp2, "HTTP/1.1")]
    [InlineData("1.1", OrHigher, HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData("1.1", OrHigher, HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData("2.0", OrLower, HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData("2.0", OrLower, HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData("2.0", Exact, HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData("2.0", OrHigher, HttpProtocols.Http2, "HTTP/2")]
    [InlineData("3.0", OrLower, HttpProtocols.Http1AndHttp2, "HTTP/2")]
    public async Task The_version_is_what_request_and_server_agree_on(string version, HttpVersionPolicy policy, HttpProtocols protocols, string expected)
    {
        await using WebHost host = await StartAsync(protocols);
        using HttpClient client = host.CreateClient();
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = policy;
        for (int i = 0; i < 3; i++)
            Assert.Equal($"{expected} True https", await client.GetStringAsync("/", Token));

        // Several connections at a time, of which the pool asks only the first what was negotiated.
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.GetStringAsync("/", Token))),
            answer => Assert.Equal($"{expected} True https", answer));
    }

    [Theory]
    [InlineData("2.0", Exact, HttpProtocols.Http1)]
    [InlineData("3.0", Exact, HttpProtocols.Http1AndHttp2)]
    [InlineData("3.0", OrHigher, HttpProtocols.Http1AndHttp2)]
    public async Task A_version_that_cannot_be_had_is_an_error_of_negotiation(string version, HttpVersionPolicy policy, HttpProtocols protocols)
    {
        await using WebHost host = await StartAsync(protocols);
        using HttpClient client = host.CreateClient();
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = policy;
        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Contains(exception.HttpRequestError, (HttpRequestError[])[HttpRequestError.VersionNegotiationError, HttpRequestError.SecureConnectionError]);
    }

    [Fact]
    public async Task A_server_that_changes_its_mind_is_not_spoken_to_in_another_protocol_than_agreed()
    {
        // The pool settles for HTTP/1.1; the server would take HTTP/2 later.
        const int Together = 5;
        bool http2 = false;
        int requests = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(
            app => app.MapGet("/", async (HttpContext context) =>
            {
                if (http2 && Interlocked.Increment(ref requests) == Together)
                    all.SetResult();
                if (http2)
                    await all.Task.WaitAsync(context.RequestAborted); // each needs a connection of its own
                return context.Request.Protocol;
            }),
            tls: options => options.SelectOptions = (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(TestIdentities.ServerOptions(
                selected => selected.ApplicationProtocols = http2
                    ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                    : [SslApplicationProtocol.Http11])));
        using HttpClient client = host.CreateClient();
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = OrLower;
        Assert.Equal("HTTP/1.1", await client.GetStringAsync("/", Token));
        http2 = true;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => client.GetStringAsync("/", Token))), static answer => Assert.Equal("HTTP/1.1", answer));
    }

    [Fact]
    public async Task A_failed_handshake_is_a_secure_connection_error()
    {
        await using WebHost host = await StartAsync(HttpProtocols.Http1AndHttp2);
        foreach (HttpVersionPolicy policy in (HttpVersionPolicy[])[OrLower, Exact])
        {
            using HttpClient client = host.CreateClient(static options => options.TargetHost = "another.test");
            client.DefaultRequestVersion = HttpVersion.Version20;
            client.DefaultVersionPolicy = policy;
            HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
            Assert.Equal(HttpRequestError.SecureConnectionError, exception.HttpRequestError);
            Assert.Contains("another.test", exception.Message, StringComparison.Ordinal);
            Assert.IsType<HybridTlsException>(exception.InnerException);
            HttpRequestException synchronous = await Task.Run(() => Assert.Throws<HttpRequestException>(() =>
            {
                using HttpRequestMessage request = new(HttpMethod.Get, "/") { Version = HttpVersion.Version11 };
                client.Send(request, Token);
            }), Token);
            Assert.Equal(HttpRequestError.SecureConnectionError, synchronous.HttpRequestError);
        }
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_no_error_of_TLS()
    {
        using HttpClient client = new(new HybridTlsHttpHandler(TestIdentities.UnnamedClientOptions()));
        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("https://127.0.0.1:1/"), Token));
        Assert.Equal(HttpRequestError.ConnectionError, exception.HttpRequestError);
    }

    [Fact]
    public async Task Requests_over_HTTP_2_are_https_to_the_server_and_not_redirected()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app =>
            {
                app.UseHttpsRedirection();
                app.MapGet("/", static (HttpContext context) => $"{context.Request.Scheme} {context.Request.IsHttps}");
            },
            build: static builder => builder.Services.AddHttpsRedirection(static options => options.HttpsPort = 443));
        using HttpClient client = host.CreateHttp2Client();
        Assert.Equal("https True", await client.GetStringAsync("/", Token));
    }

    private static Task<WebHost> StartAsync(HttpProtocols protocols) => WebHost.StartAsync(
        static app => app.MapGet("/", static (HttpContext context) => $"{context.Request.Protocol} {context.Request.IsHttps} {context.Request.Scheme}"),
        listen: endpoint => endpoint.Protocols = protocols);
}
