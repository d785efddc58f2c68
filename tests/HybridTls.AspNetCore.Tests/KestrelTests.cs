using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.AspNetCore;

/// <summary>ASP.NET behaves as under <c>UseHttps</c>.</summary>
public sealed class KestrelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_over_HTTP_1_is_https_and_says_what_protects_it()
    {
        await using WebHost host = await WebHost.StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            IHybridTlsFeature tls = context.Features.GetRequiredFeature<IHybridTlsFeature>();
            ITlsHandshakeFeature handshake = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
            return string.Join(
                ' ', context.Request.Protocol, context.Request.Scheme, context.Request.IsHttps, tls.Group, tls.SignatureScheme,
                handshake.Protocol == SslProtocols.Tls13, handshake.NegotiatedCipherSuite == tls.CipherSuite, handshake.HostName,
                tls.HandshakeDuration > TimeSpan.Zero, tls.ClientHello?.ServerName, tls.GetChannelBinding().Length,
                context.Connection.ClientCertificate is null);
        }));
        using HttpClient client = host.CreateClient();
        Assert.Equal(
            "HTTP/1.1 https True X25519MLKem768 MLDsa65 True True localhost True localhost 32 True", await client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task HTTP_2_comes_by_ALPN_and_carries_a_hundred_streams()
    {
        await using WebHost host = await WebHost.StartAsync(
            app => app.MapGet("/{number}", (HttpContext context, int number) =>
                $"{context.Request.Protocol} {context.Request.IsHttps && context.Features.Get<ITlsConnectionFeature>() is not null} {number} {context.Connection.Id}"));
        using HttpClient client = host.CreateHttp2Client();
        string first = await client.GetStringAsync("/0", Token);
        Assert.StartsWith("HTTP/2 True 0 ", first, StringComparison.Ordinal);
        string connection = first.Split(' ')[^1];
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => client.GetStringAsync($"/{number}", Token)));
        Assert.All(answers, (answer, number) => Assert.Equal($"HTTP/2 True {number} {connection}", answer));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "http/1.1")]
    [InlineData(HttpProtocols.Http2, "h2")]
    [InlineData(HttpProtocols.Http1AndHttp2, "h2")]
    public async Task ALPN_follows_the_endpoints_protocols_even_if_they_are_set_later(HttpProtocols protocols, string expected)
    {
        await using WebHost host = await WebHost.StartAsync(static app => { }, listen: endpoint => endpoint.Protocols = protocols);
        await using HybridTlsStream stream = await host.ConnectAsync(options =>
            options.ApplicationProtocols = [System.Net.Security.SslApplicationProtocol.Http11, System.Net.Security.SslApplicationProtocol.Http2]);
        Assert.Equal(expected, stream.Parameters.ApplicationProtocol.ToString());
    }

    [Fact]
    public async Task An_endpoint_that_speaks_neither_HTTP_1_nor_2_is_refused_at_the_start()
    {
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebHost.StartAsync(static app => { }, listen: static endpoint => endpoint.Protocols = HttpProtocols.None));
        Assert.Contains("Protocols", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hsts_is_sent_and_requests_are_not_redirected()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app =>
            {
                app.UseHsts();
                app.UseHttpsRedirection();
                app.MapGet("/", static () => "here");
            },
            build: static builder =>
            {
                builder.Services.AddHsts(static options => options.ExcludedHosts.Clear());
                builder.Services.AddHttpsRedirection(static options => options.HttpsPort = 443);
            });
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Both_a_WebSocket_and_its_upgrade_work()
    {
        await using WebHost host = await WebHost.StartAsync(static app =>
        {
            app.UseWebSockets();
            app.Map("/echo", static async (HttpContext context) =>
            {
                using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
                byte[] buffer = new byte[4096];
                while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
                    await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            });
        });
        using HttpMessageInvoker invoker = new(new HybridTlsHttpHandler(TestIdentities.UnnamedClientOptions()));
        using ClientWebSocket client = new();
        await client.ConnectAsync(new Uri($"wss://localhost:{host.Port}/echo"), invoker, Token);
        byte[] sent = RandomNumberGenerator.GetBytes(100_000);
        Task sending = client.SendAsync(sent, WebSocketMessageType.Binary, true, Token);
        byte[] got = new byte[sent.Length];
        for (int count = 0; count < got.Length;)
            count += (await client.ReceiveAsync(got.AsMemory(count), Token)).Count;
        await sending;
        Assert.Equal(sent, got);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(WebSocketState.Closed, client.State);
    }

    [Fact]
    public async Task A_large_upload_waits_for_a_server_that_does_not_read_and_arrives_whole()
    {
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(app => app.MapPost("/", async (HttpContext context) =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            await goOn.Task;
            return Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted));
        }));
        using HttpClient client = host.CreateClient();
        byte[] body = RandomNumberGenerator.GetBytes(24 << 20);
        using CountingContent content = new(body);
        Task<HttpResponseMessage> answer = client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        long before = -1;
        while (content.Sent != before || before <= 0)
        {
            before = content.Sent;
            await Task.Delay(300, Token); // that a sender waits shows in nothing but time
        }

        // Kestrel's buffer of 1 MiB and the kernel's two are all that may fill.
        Assert.InRange(content.Sent, 1, 20 << 20);
        Assert.False(answer.IsCompleted);
        goOn.SetResult();
        using HttpResponseMessage response = await answer;
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_large_download_waits_for_a_client_that_does_not_read_and_arrives_whole()
    {
        byte[] body = RandomNumberGenerator.GetBytes(24 << 20);
        long sent = 0;
        await using WebHost host = await WebHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            for (int i = 0; i < body.Length; i += 1 << 16)
            {
                await context.Response.Body.WriteAsync(body.AsMemory(i, 1 << 16), context.RequestAborted);
                Interlocked.Add(ref sent, 1 << 16);
            }
        }));
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage response =
            await client.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        long before = -1;
        while (Volatile.Read(ref sent) != before)
        {
            before = Volatile.Read(ref sent);
            await Task.Delay(300, Token); // that a sender waits shows in nothing but time
        }

        Assert.InRange(before, 0, 20 << 20);
        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task Requests_share_a_connection_and_idle_connections_are_closed_by_the_keep_alive_limit()
    {
        ConcurrentDictionary<string, bool> closed = new();
        await using WebHost host = await WebHost.StartAsync(
            app => app.MapGet("/", (HttpContext context) =>
            {
                string id = context.Connection.Id;
                context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed.Register(() => closed.TryAdd(id, true));
                return id;
            }),
            kestrel: static options => options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1));
        using HttpClient client = host.CreateClient();
        string first = await client.GetStringAsync("/", Token);
        Assert.Equal(first, await client.GetStringAsync("/", Token));

        await using HybridTlsStream stream = await host.ConnectAsync();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync(Token);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);

        // Kestrel looks at its connections once a second, one after the other: the first may still be open when the second is closed.
        while (!closed.ContainsKey(first))
            await Task.Delay(10, Token);
        Assert.NotEqual(first, await client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task Limits_on_bodies_headers_and_time_hold()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapPost("/", static async (HttpContext context) => await new StreamReader(context.Request.Body).ReadToEndAsync()),
            kestrel: static options =>
            {
                options.Limits.MaxRequestBodySize = 1000;
                options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            });
        using HttpClient client = host.CreateClient();
        using ByteArrayContent content = new(new byte[1001]);
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), content, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);

        await using HybridTlsStream slow = await host.ConnectAsync();
        await slow.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nX-"u8.ToArray(), Token);
        using StreamReader reader = new(slow);
        Assert.StartsWith("HTTP/1.1 408", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_stop_reading_or_writing_are_ended_by_the_minimum_rates()
    {
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(
            app =>
            {
                app.MapGet("/", static () => "served");
                app.MapPost("/", static async (HttpContext context) => await context.Request.Body.CopyToAsync(Stream.Null));
                app.MapGet("/much", async (HttpContext context) =>
                {
                    // Writing to a connection that is lost does nothing, so the end may come before the news.
                    context.RequestAborted.Register(aborted.SetResult);
                    byte[] block = new byte[1 << 20];
                    for (int i = 0; i < 64 && !aborted.Task.IsCompleted; i++)
                        await context.Response.Body.WriteAsync(block);
                    await aborted.Task;
                });
            },
            kestrel: static options =>
            {
                options.Limits.MinResponseDataRate = new MinDataRate(200 << 20, TimeSpan.FromSeconds(1.5));
                options.Limits.MinRequestBodyDataRate = new MinDataRate(1000, TimeSpan.FromSeconds(1.5));
            });
        await using HybridTlsStream deaf = await host.ConnectAsync();
        await deaf.WriteAsync("GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
        await using HybridTlsStream mute = await host.ConnectAsync();
        await mute.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhello"u8.ToArray(), Token);
        using StreamReader reader = new(mute);
        Assert.StartsWith("HTTP/1.1 408", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        using HttpClient client = host.CreateClient();
        Assert.Equal("served", await client.GetStringAsync("/", Token));
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(15), Token);
    }

    [Fact]
    public async Task A_shutdown_lets_the_running_request_finish_and_closes_idle_connections_properly()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(app =>
        {
            app.MapGet("/", static () => "quick");
            app.MapGet("/slow", async () =>
            {
                entered.SetResult();
                await goOn.Task;
                return "slow";
            });
        });
        using HttpClient client = host.CreateClient();
        await using HybridTlsStream idle = await host.ConnectAsync();
        await idle.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
        byte[] buffer = new byte[4096];
        Assert.NotEqual(0, await idle.ReadAsync(buffer, Token));

        Task<string> slow = client.GetStringAsync("/slow", Token);
        await entered.Task;
        Task stopping = host.StopAsync(Token);

        // The end comes with close_notify, else reading would throw; the rest of the answer may come first.
        while (await idle.ReadAsync(buffer, Token) != 0)
        {
        }

        Assert.False(stopping.IsCompleted);
        goOn.SetResult();
        Assert.Equal("slow", await slow);
        await stopping.WaitAsync(TimeSpan.FromSeconds(10), Token);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task An_aborted_request_is_seen_as_aborted()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebHost host = await WebHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            using CancellationTokenRegistration registration = context.RequestAborted.Register(aborted.SetResult);
            entered.SetResult();
            await aborted.Task;
        }));
        using HttpClient client = host.CreateClient();
        using CancellationTokenSource cancel = new();
        Task<string> request = client.GetStringAsync("/", cancel.Token);
        await entered.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task A_connection_that_is_TLS_already_passes_unchanged()
    {
        await using WebHost host = await WebHost.StartAsync(
            static app => app.MapGet("/", static (HttpContext context) => context.Request.Scheme),
            listen: static endpoint => endpoint.UseHybridTls(TestIdentities.Server));
        using HttpClient client = host.CreateClient();
        Assert.Equal("https", await client.GetStringAsync("/", Token));
        await host.Logs.WaitForAsync(6);
    }

    private sealed class CountingContent(byte[] body) : HttpContent
    {
        private long _sent;

        public long Sent => Volatile.Read(ref _sent);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < body.Length; i += 1 << 16)
            {
                await stream.WriteAsync(body.AsMemory(i, 1 << 16));
                Interlocked.Add(ref _sent, 1 << 16);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
