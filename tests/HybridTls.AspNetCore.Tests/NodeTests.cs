using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.AspNetCore.Tests;

/// <summary>Node's HTTP clients against Kestrel, and our HttpClient against Node's HTTPS server.</summary>
public sealed class NodeTests : IDisposable
{
    private static readonly (string Certificate, string Key) NodeServer = TestIdentities.NewPem("CN=node");
    private static readonly (string Certificate, string Key) NodeClient = TestIdentities.NewPem("CN=node client", CertificatePurposes.Client);

    private readonly NodePeer _node = NodePeer.Start("http-modules-peer.js");
    private int _count;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Nodes_https_client_gets_posts_and_keeps_the_connection_alive()
    {
        await using WebHost host = await StartAsync();
        JsonElement got = await RunAsync("http1", host, new JsonObject { ["path"] = "/7", ["count"] = 5 });
        JsonElement[] results = [.. got.GetProperty("results").EnumerateArray()];
        Assert.All(results, static result => Assert.Equal("7 HTTP/1.1 https", result.GetProperty("text").GetString()));
        Assert.Equal([false, true, true, true, true], results.Select(static result => result.GetProperty("reused").GetBoolean()));
        Assert.Equal("X25519MLKEM768", results[0].GetProperty("group").GetString());

        JsonElement posted = await RunAsync("http1", host, new JsonObject { ["path"] = "/hash", ["method"] = "POST", ["size"] = 20 << 20 });
        Assert.Equal(posted.GetProperty("sha256").GetString(), posted.GetProperty("results")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Nodes_http2_client_runs_a_hundred_streams_at_a_time_and_uploads()
    {
        await using WebHost host = await StartAsync();
        JsonElement got = await RunAsync("http2", host, new JsonObject { ["count"] = 100 });
        Assert.Equal("h2", got.GetProperty("alpn").GetString());
        Assert.Equal(
            Enumerable.Range(0, 100).Select(static i => $"{i} HTTP/2 https"),
            got.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("text").GetString()));

        JsonElement posted = await RunAsync("http2", host, new JsonObject { ["size"] = 20 << 20 });
        Assert.Equal(posted.GetProperty("sha256").GetString(), posted.GetProperty("results")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_Node_client_that_vanishes_in_an_upload_aborts_its_request_alone()
    {
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await StartAsync(aborted);
        await RunAsync("vanish", host, []);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        JsonElement got = await RunAsync("http1", host, new JsonObject { ["path"] = "/1" });
        Assert.Equal(200, got.GetProperty("results")[0].GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData(ClientCertificateMode.AllowCertificate, true, "CN=node client")]
    [InlineData(ClientCertificateMode.AllowCertificate, false, "")]
    [InlineData(ClientCertificateMode.RequireCertificate, true, "CN=node client")]
    [InlineData(ClientCertificateMode.RequireCertificate, false, null)]
    public async Task Nodes_client_certificate_is_the_requests(ClientCertificateMode mode, bool sends, string? expected)
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static (HttpContext context) => context.Connection.ClientCertificate?.Subject ?? ""),
            options =>
            {
                options.ClientCertificateMode = mode;
                options.PeerValidation = TestIdentities.TrustRoot;
            });
        JsonObject options = sends ? new JsonObject { ["cert"] = NodeClient.Certificate, ["key"] = NodeClient.Key } : [];
        if (expected is null)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("http1", host, [], options));
            return;
        }

        JsonElement got = await RunAsync("http1", host, [], options);
        Assert.Equal(expected, got.GetProperty("results")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Our_HttpClient_talks_to_Nodes_https_server()
    {
        int port = await ListenAsync([]);
        using HttpClient client = NewClient(port);
        string[] first = (await client.GetStringAsync(new Uri("/path?query", UriKind.Relative), Token)).Split(' ');
        Assert.Equal(["GET", "/path?query", "localhost", "TLS_AES_256_GCM_SHA384", ""], first[..5]);
        byte[] body = RandomNumberGenerator.GetBytes(4 << 20);
        using ByteArrayContent content = new(body);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        string[] second = (await response.Content.ReadAsStringAsync(Token)).Split(' ');
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), second[6]);
        Assert.Equal(first[5], second[5]); // the same connection
    }

    [Fact]
    public async Task Our_HttpClient_authenticates_itself_to_Node()
    {
        int port = await ListenAsync(new JsonObject
        {
            ["requestCert"] = true, ["rejectUnauthorized"] = true, ["ca"] = TestIdentities.Authority.Certificate.ExportCertificatePem(),
        });
        using HttpClient client = NewClient(port, static options => options.Credential = TestIdentities.Client);
        Assert.Equal("client", (await client.GetStringAsync(new Uri("/", UriKind.Relative), Token)).Split(' ')[4]);
        using HttpClient anonymous = NewClient(port);
        await Assert.ThrowsAsync<HttpRequestException>(() => anonymous.GetStringAsync(new Uri("/", UriKind.Relative), Token));
    }

    private static HttpClient NewClient(int port, Action<HybridTlsClientOptions>? change = null) =>
        new(new HybridTlsHttpHandler(TestIdentities.ClientOptions(change))) { BaseAddress = new Uri($"https://localhost:{port}/") };

    private static Task<WebHost> StartAsync(TaskCompletionSource? aborted = null) => WebHost.StartAsync(app =>
    {
        app.MapGet("/{number}", static (HttpContext context, int number) =>
            $"{number} {context.Request.Protocol} {context.Request.Scheme}");
        app.MapPost("/hash", async (HttpContext context) =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            try
            {
                return Convert.ToHexStringLower(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted));
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                aborted?.TrySetResult();
                return "";
            }
        });
    });

    private async Task<JsonElement> RunAsync(string operation, WebHost host, JsonObject request, JsonObject? options = null)
    {
        string id = $"{++_count}";
        JsonObject all = options ?? [];
        all["ca"] = TestIdentities.Authority.Certificate.ExportCertificatePem();
        all["servername"] = "localhost";
        request["op"] = operation;
        request["id"] = id;
        request["port"] = host.Port;
        request["options"] = all;
        await _node.RequestAsync(request);
        JsonElement end = await _node.WaitForAnyAsync([$"{id}.done", $"{id}.error"], TimeSpan.FromSeconds(30));
        return end.TryGetProperty("message", out JsonElement message) ? throw new InvalidOperationException(message.GetString()) : end;
    }

    private async Task<int> ListenAsync(JsonObject options)
    {
        string id = $"{++_count}";
        options["key"] = NodeServer.Key;
        options["cert"] = NodeServer.Certificate;
        await _node.RequestAsync(new JsonObject { ["op"] = "listen", ["id"] = id, ["options"] = options });
        return (await _node.WaitForAsync($"{id}.listening")).GetProperty("port").GetInt32();
    }
}
