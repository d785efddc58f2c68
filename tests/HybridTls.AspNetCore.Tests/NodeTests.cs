using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Node's HTTP clients against Kestrel, and our HttpClient against Node's HTTPS server.</summary>
public sealed class NodeTests
{
    private static readonly (string Certificate, string Key) NodeServer = TestIdentities.NewPem("CN=node");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_https_client_gets_posts_and_keeps_the_connection_alive()
    {
        await using WebHost host = await StartAsync();
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement got = await RunAsync(node, "keepAlive", host, ("path", "/7"), ("count", 5));
        JsonElement[] answers = [.. got.GetProperty("answers").EnumerateArray()];
        Assert.All(answers, static answer => Assert.Equal("7 HTTP/1.1 https", answer.GetProperty("body").GetString()));
        Assert.Equal([false, true, true, true, true], answers.Select(static answer => answer.GetProperty("reused").GetBoolean()));
        Assert.Equal("X25519MLKEM768", answers[0].GetProperty("group").GetString());

        JsonElement posted = await RunAsync(node, "upload", host, ("path", "/hash"), ("size", 20 << 20));
        Assert.Equal(posted.GetProperty("sha256").GetString(), posted.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Nodes_http2_client_runs_a_hundred_streams_at_a_time_and_uploads()
    {
        await using WebHost host = await StartAsync();
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement got = await RunAsync(node, "streams", host, ("path", "/#"), ("count", 100));
        Assert.Equal("h2", got.GetProperty("alpn").GetString());
        Assert.Equal(
            Enumerable.Range(0, 100).Select(static i => $"{i} HTTP/2 https"),
            got.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("body").GetString()));

        JsonElement posted = await RunAsync(node, "upload2", host, ("path", "/hash"), ("size", 20 << 20));
        Assert.Equal(posted.GetProperty("sha256").GetString(), posted.GetProperty("body").GetString());
    }

    [Fact]
    public async Task A_Node_client_that_vanishes_in_an_upload_aborts_its_request_alone()
    {
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await StartAsync(aborted);
        await using NodePeer node = NodePeer.Start("http-peer.js");
        await RunAsync(node, "vanish", host, ("path", "/hash"), ("way", "in the middle of an upload"), ("count", 1));
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        JsonElement got = await RunAsync(node, "get", host, ("path", "/1"));
        Assert.Equal(200, got.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Our_HttpClient_talks_to_Nodes_https_server()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        int port = await ListenAsync(node);
        using HttpClient client = NewClient(port);
        JsonNode first = (await client.GetFromJsonAsync<JsonNode>(new Uri("/path?query", UriKind.Relative), Token))!;
        Assert.Equal(
            ("GET", "/path?query", $"localhost:{port}", "TLS_AES_256_GCM_SHA384"),
            ((string)first["method"]!, (string)first["url"]!, (string)first["host"]!, (string)first["cipher"]!));
        byte[] body = RandomNumberGenerator.GetBytes(4 << 20);
        using ByteArrayContent content = new(body);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        JsonNode second = (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), (string)second["sha256"]!);
        Assert.Equal((int)first["port"]!, (int)second["port"]!); // the same connection
    }

    [Fact]
    public async Task Our_HttpClient_authenticates_itself_to_Node()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        int port = await ListenAsync(node, TestIdentities.Authority.Certificate.ExportCertificatePem());
        using HttpClient client = NewClient(port, static options => options.Credential = TestIdentities.Client);
        Assert.Equal("client", (string)(await client.GetFromJsonAsync<JsonNode>(new Uri("/", UriKind.Relative), Token))!["client"]!);
        using HttpClient anonymous = NewClient(port);
        await Assert.ThrowsAsync<HttpRequestException>(() => anonymous.GetStringAsync(new Uri("/", UriKind.Relative), Token));
    }

    private static HttpClient NewClient(int port, Action<HybridTlsClientOptions>? change = null) =>
        new(new HybridTlsHttpHandler(TestIdentities.UnnamedClientOptions(change))) { BaseAddress = new Uri($"https://localhost:{port}/") };

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

    private static async Task<JsonElement> RunAsync(
        NodePeer node, string operation, WebHost host, params (string Name, JsonNode Value)[] members)
    {
        JsonObject request = new()
        {
            ["op"] = operation,
            ["port"] = host.Port,
            ["ca"] = TestIdentities.Authority.Certificate.ExportCertificatePem(),
        };
        foreach ((string name, JsonNode value) in members)
            request[name] = value;
        JsonElement answer = await node.RequestAsync(request);
        return answer.TryGetProperty("failure", out _) ? throw new InvalidOperationException(answer.GetProperty("message").GetString()) : answer;
    }

    private static async Task<int> ListenAsync(NodePeer node, string? clientAuthority = null)
    {
        JsonElement answer = await node.RequestAsync(new JsonObject
        {
            ["op"] = "listen",
            ["key"] = NodeServer.Key,
            ["cert"] = NodeServer.Certificate,
            ["ca"] = clientAuthority,
        });
        return answer.GetProperty("port").GetInt32();
    }
}
