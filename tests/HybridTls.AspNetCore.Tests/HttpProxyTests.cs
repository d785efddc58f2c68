using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HybridTls.Tests.AspNetCore;

/// <summary>HttpClient through an HTTP proxy: the tunnel is the proxy's, what goes through it is protected end to end.</summary>
public sealed class HttpProxyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_request_goes_through_the_tunnel_and_the_proxy_sees_nothing_of_it(string version)
    {
        await using WebHost host = await StartAsync();
        await using SmallProxy proxy = new();
        using HttpClient client = Create(host, proxy.Address);
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        Assert.Equal("a secret", await client.GetStringAsync("/?of=what", Token));
        Assert.Equal("a secret", await client.GetStringAsync("/?of=what", Token));
        string head = Assert.Single(proxy.Heads); // one connection for both
        Assert.StartsWith($"CONNECT localhost:{host.Port} HTTP/1.1\r\nHost: localhost:{host.Port}\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", head, StringComparison.Ordinal);
        string seen = Encoding.Latin1.GetString(proxy.Relayed);
        Assert.DoesNotContain("secret", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("what", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_given_to_a_proxy_that_asks()
    {
        await using WebHost host = await StartAsync();
        await using SmallProxy proxy = new() { Authorization = "Basic " + Convert.ToBase64String("jo:pa:ss"u8) };
        using HttpClient anonymous = Create(host, proxy.Address);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => anonymous.GetStringAsync("/", Token));
        Assert.Equal((HttpRequestError.ProxyTunnelError, HttpStatusCode.ProxyAuthenticationRequired), (refused.HttpRequestError, refused.StatusCode));
        Assert.Contains("Proxy.Credentials", refused.Message, StringComparison.Ordinal);

        using HttpClient client = Create(host, proxy.Address, new NetworkCredential("jo", "pa:ss"));
        Assert.Equal("a secret", await client.GetStringAsync("/", Token));
        using HttpClient wrong = Create(host, proxy.Address, new NetworkCredential("jo", "other"));
        refused = await Assert.ThrowsAsync<HttpRequestException>(() => wrong.GetStringAsync("/", Token));
        Assert.Equal(HttpStatusCode.ProxyAuthenticationRequired, refused.StatusCode);
    }

    [Theory]
    [InlineData("HTTP/1.1 403 no\r\n\r\n", "403")]
    [InlineData("HTTP/1.1 20", "closed")]
    [InlineData("SSH-2.0-x\r\n\r\n", "HTTP")]
    [InlineData("", "closed")]
    public async Task A_proxy_that_opens_no_tunnel_is_named(string answer, string why)
    {
        await using WebHost host = await StartAsync();
        await using SmallProxy proxy = new() { Answer = answer };
        using HttpClient client = Create(host, proxy.Address);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Equal(HttpRequestError.ProxyTunnelError, refused.HttpRequestError);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{proxy.Address.Port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_head_is_bounded()
    {
        await using WebHost host = await StartAsync();
        await using SmallProxy proxy = new() { Answer = "HTTP/1.1 200 ok\r\nx: " + new string('y', 100_000) };
        using HttpClient client = Create(host, proxy.Address);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Contains("16384", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_proxy_does_not_serve_goes_straight()
    {
        await using WebHost host = await StartAsync();
        await using SmallProxy proxy = new();
        using HttpClient bypassing = Create(host, proxy.Address, bypass: true);
        Assert.Equal("a secret", await bypassing.GetStringAsync("/", Token));
        using HttpClient without = host.CreateClient(handler: handler =>
        {
            handler.Proxy = new WebProxy(proxy.Address);
            handler.UseProxy = false;
        });
        Assert.Equal("a secret", await without.GetStringAsync("/", Token));
        Assert.Empty(proxy.Heads);
    }

    [Fact]
    public async Task Another_kind_of_proxy_is_refused()
    {
        await using WebHost host = await StartAsync();
        using HttpClient client = Create(host, new Uri("socks5://127.0.0.1:1080"));
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/", Token));
        Assert.Equal(HttpRequestError.ProxyTunnelError, refused.HttpRequestError);
        Assert.Contains("http proxies only", refused.Message, StringComparison.Ordinal);
    }

    private static Task<WebHost> StartAsync() => WebHost.StartAsync(static app => app.MapGet("/", static () => "a secret"));

    private static HttpClient Create(WebHost host, Uri proxy, NetworkCredential? credential = null, bool bypass = false) =>
        host.CreateClient(handler: handler => handler.Proxy = new WebProxy(proxy)
        {
            Credentials = credential,
            BypassList = bypass ? ["localhost"] : [],
        });

    /// <summary>As much of a proxy as CONNECT needs.</summary>
    private sealed class SmallProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly MemoryStream _relayed = new();
        private readonly Task _running;

        public SmallProxy()
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _running = RunAsync();
        }

        public Uri Address { get; }

        public string? Authorization { get; init; }

        /// <summary>Said instead of opening a tunnel.</summary>
        public string? Answer { get; init; }

        public ConcurrentQueue<string> Heads { get; } = [];

        public byte[] Relayed
        {
            get
            {
                lock (_relayed)
                    return _relayed.ToArray();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _running;
        }

        private async Task RunAsync()
        {
            List<Task> serving = [];
            try
            {
                while (true)
                    serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
            }

            await Task.WhenAll(serving);
        }

        private async Task ServeAsync(TcpClient client)
        {
            using TcpClient owned = client;
            try
            {
                NetworkStream stream = client.GetStream();
                using MemoryStream head = new();
                byte[] one = new byte[1];
                while (!head.ToArray().AsSpan().EndsWith("\r\n\r\n"u8) && await stream.ReadAsync(one, _stop.Token) > 0)
                    head.Write(one);
                string text = Encoding.ASCII.GetString(head.ToArray());
                Heads.Enqueue(text);
                if (Answer is not null)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer), _stop.Token);
                    return;
                }

                if (Authorization is not null && !text.Contains($"Proxy-Authorization: {Authorization}\r\n", StringComparison.Ordinal))
                {
                    await stream.WriteAsync("HTTP/1.1 407 who?\r\nproxy-authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                    return;
                }

                string[] target = text.Split(' ')[1].Split(':');
                using TcpClient server = new();
                await server.ConnectAsync(target[0], int.Parse(target[1], System.Globalization.CultureInfo.InvariantCulture), _stop.Token);
                await stream.WriteAsync("HTTP/1.1 200 Connection established\r\nVia: small\r\n\r\n"u8.ToArray(), _stop.Token);
                await Task.WhenAny(RelayAsync(stream, server.GetStream()), RelayAsync(server.GetStream(), stream));
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
            {
            }
        }

        private async Task RelayAsync(NetworkStream from, NetworkStream to)
        {
            byte[] buffer = new byte[16 * 1024];
            for (int count; (count = await from.ReadAsync(buffer, _stop.Token)) > 0;)
            {
                lock (_relayed)
                    _relayed.Write(buffer, 0, count);
                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
    }
}
