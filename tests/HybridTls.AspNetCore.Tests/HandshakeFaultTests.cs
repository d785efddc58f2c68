using System.Net;
using System.Net.Sockets;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Peers that stall, dribble, vanish or talk nonsense cost a server no more than their own connection.</summary>
public sealed class HandshakeFaultTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_deadline_ends_peers_that_stall_or_dribble_while_others_are_served()
    {
        using FailureList failures = new();
        await using WebHost host = await StartAsync(failures);
        byte[] hello = await CaptureClientHelloAsync();
        using Socket silent = await ConnectAsync(host);
        using Socket half = await ConnectAsync(host);
        using Socket stalled = await ConnectAsync(host);
        using Socket dribbling = await ConnectAsync(host);
        await half.SendAsync(hello.AsMemory(0, hello.Length / 2), Token);
        await stalled.SendAsync(hello, Token);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task dribble = DribbleAsync(dribbling, hello, stop.Token);

        using HttpClient client = host.CreateClient(handler: static handler => handler.Sockets.PooledConnectionLifetime = TimeSpan.Zero);
        long start = Environment.TickCount64;
        while (failures.Count < 4)
        {
            Assert.InRange(Environment.TickCount64 - start, 0, 15_000);
            Assert.Equal("served", await client.GetStringAsync("/", Token));
        }

        Assert.All(failures.Reasons, static reason => Assert.Equal(HandshakeFailureReason.TimedOut, reason));
        Assert.True(await IsClosedAsync(silent));
        Assert.True(await IsClosedAsync(half));
        Assert.True(await IsClosedAsync(stalled));
        await stop.CancelAsync();
        await dribble;
        Assert.All(host.Logs.Ours, static line => Assert.True(line.Level <= LogLevel.Debug, line.Text));
    }

    [Fact]
    public async Task Peers_that_vanish_or_talk_nonsense_are_logged_at_debug()
    {
        using FailureList failures = new();
        await using WebHost host = await StartAsync(failures);
        byte[] hello = await CaptureClientHelloAsync();
        using (Socket vanishing = await ConnectAsync(host))
            await vanishing.SendAsync(hello.AsMemory(0, 100), Token);
        await failures.WaitForAsync(1);
        using (Socket vanishing = await ConnectAsync(host))
        {
            await vanishing.SendAsync(hello, Token);
            await vanishing.ReceiveAsync(new byte[1], Token);
        }

        await failures.WaitForAsync(2);
        Assert.All(failures.Reasons, static reason => Assert.Equal(HandshakeFailureReason.Truncated, reason));
        using Socket http = await ConnectAsync(host);
        await http.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
        byte[] answer = new byte[100];
        int count = await http.ReceiveAsync(answer, Token);
        Assert.Equal(21, count > 0 ? answer[0] : 0); // an alert
        await failures.WaitForAsync(3);
        Assert.Equal(HandshakeFailureReason.AlertSent, failures.Reasons.Last());
        Assert.All(host.Logs.Ours, static line => Assert.True(line.Level <= LogLevel.Debug, line.Text));
    }

    [Fact]
    public async Task Silent_peers_take_no_place()
    {
        using FailureList failures = new();
        await using WebHost host = await StartAsync(failures, static middleware =>
        {
            middleware.MaxConcurrentHandshakes = 1;
            middleware.MaxQueuedHandshakes = 0;
        });
        using Socket silent = await ConnectAsync(host);
        using Socket another = await ConnectAsync(host);
        using HttpClient client = host.CreateClient();
        Assert.Equal("served", await client.GetStringAsync("/", Token));
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(TaskCanceledException))]
    public async Task A_vault_that_is_out_of_reach_is_no_fault_of_the_peer(Type type)
    {
        using FailureList failures = new();
        await using WebHost host = await WebHost.StartWithAsync(
            static app => { },
            endpoint => endpoint.UseHybridTls(options =>
            {
                options.OnConnection = _ => throw (Exception)Activator.CreateInstance(type)!;
                options.OnHandshakeFailed = failures.Add;
            }));
        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync());
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.Internal, failures.Reasons.Single());
        Assert.Equal(LogLevel.Error, (await host.Logs.WaitForAsync(3)).Level);
    }

    [Fact]
    public async Task A_shutdown_ends_handshakes_under_way_without_noise()
    {
        using FailureList failures = new();
        await using WebHost host =
            await WebHost.StartAsync(static app => { }, options => options.OnHandshakeFailed = failures.Add);
        using CollectedMetrics metrics = new(host.Services, "HybridTls");
        using Socket silent = await ConnectAsync(host);
        await metrics.WaitForHandshakeAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(0.5));
        await host.StopAsync(limit.Token);
        await failures.WaitForAsync(1);
        Assert.Equal(HandshakeFailureReason.Truncated, failures.Reasons.Single());
        Assert.All(host.Logs.Ours, static line => Assert.True(line.Level <= LogLevel.Debug, line.Text));
    }

    [Fact]
    public async Task A_callback_that_throws_is_our_fault_and_logged_as_such()
    {
        using FailureList failures = new();
        await using WebHost host = await WebHost.StartWithAsync(
            static app => { },
            endpoint => endpoint.UseHybridTls(options =>
            {
                options.OnConnection = static _ => throw new InvalidOperationException("the vault is closed");
                options.OnHandshakeFailed = failure =>
                {
                    failures.Add(failure);
                    throw new InvalidOperationException("monitoring is down");
                };
            }));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync());
        Assert.Equal(TlsAlert.InternalError, exception.Alert);
        CollectedLogs.LogLine line = await host.Logs.WaitForAsync(3);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains("the vault is closed", line.Text, StringComparison.Ordinal);
        Assert.Contains("monitoring is down", (await host.Logs.WaitForAsync(5)).Text, StringComparison.Ordinal);
        Assert.Equal(HandshakeFailureReason.Internal, failures.Reasons.Single());
    }

    [Fact]
    public async Task A_callback_chooses_by_name_and_refuses_unknown_ones()
    {
        HybridTlsServerOptions options = new() { Credential = TestIdentities.Server };
        await using WebHost host = await WebHost.StartWithAsync(
            static app => app.MapGet("/", static (HttpContext context) => context.Request.Protocol),
            endpoint => endpoint.UseHybridTls(
                own => own.OnConnection = context => new(context.ClientHello.ServerName == "localhost" ? options : null)));
        using HttpClient client = host.CreateClient();
        Assert.Equal("HTTP/1.1", await client.GetStringAsync("/", Token));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(
            () => host.ConnectAsync(static client => client.TargetHost = "elsewhere.example"));
        Assert.Equal(TlsAlert.UnrecognizedName, exception.Alert);
    }

    [Fact]
    public async Task A_client_that_refuses_our_certificate_is_reported_with_its_alert()
    {
        using FailureList failures = new();
        await using WebHost host = await StartAsync(failures);
        await Assert.ThrowsAsync<HybridTlsException>(() => host.ConnectAsync(static client => client.TargetHost = "elsewhere.example"));
        await failures.WaitForAsync(1);
        FailedHandshake failure = failures.All.Single();
        Assert.Equal((HandshakeFailureReason.AlertReceived, TlsAlert.CertificateUnknown), (failure.Reason, failure.Alert));
        Assert.Equal("elsewhere.example", failure.ClientHello!.ServerName);
        Assert.Contains((ushort)NamedGroup.X25519MLKem768, failure.ClientHello.SupportedGroups);
    }

    private static Task<WebHost> StartAsync(FailureList failures, Action<HybridTlsEndpointOptions>? more = null) => WebHost.StartAsync(
        static app => app.MapGet("/", static () => "served"),
        options =>
        {
            options.HandshakeTimeout = Deadline;
            options.OnHandshakeFailed = failures.Add;
            more?.Invoke(options);
        });

    private static async Task<Socket> ConnectAsync(WebHost host)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), host.Port), Token);
        return socket;
    }

    /// <summary>The first flight of a real client.</summary>
    private static async Task<byte[]> CaptureClientHelloAsync()
    {
        using MemoryStream written = new();
        await using HybridTlsStream client = new(new OneWayStream(written));
        await Assert.ThrowsAsync<HybridTlsException>(
            () => client.AuthenticateAsClientAsync(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "localhost"), Token));
        return written.ToArray();
    }

    private static async Task DribbleAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                await socket.SendAsync(bytes.AsMemory(i, 1), cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The server has had enough.
        }
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Token) > 0)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
