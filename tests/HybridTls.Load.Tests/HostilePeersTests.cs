using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HybridTls.Load.Tests;

/// <summary>Peers that stall, dribble, stop reading or vanish: the deadline ends them, and nobody else notices.</summary>
public sealed class HostilePeersTests(ITestOutputHelper output)
{
    private const int OfEachKind = 40;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task The_deadline_ends_peers_that_do_not_finish_their_handshake_and_others_are_served_meanwhile()
    {
        ConcurrentQueue<FailedHandshake> failures = [];
        await using LoadServer server = await LoadServer.StartAsync(
            middleware: options =>
            {
                options.HandshakeTimeout = Deadline;
                options.OnHandshakeFailed = failures.Enqueue;
            },
            sockets: LetSendersWait);
        await MeasureRequestAsync(server); // compiled once

        byte[] hello = await Hellos.CaptureAsync();
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Stopwatch clock = Stopwatch.StartNew();
        List<Socket> stalling = [];
        List<Task> dribbling = [];
        for (int i = 0; i < OfEachKind; i++)
        {
            stalling.Add(await ConnectAsync(server)); // says nothing
            stalling.Add(await ConnectAsync(server, hello.AsMemory(0, hello.Length / 2))); // half a message
            stalling.Add(await ConnectAsync(server, hello)); // leaves the answer unread, and itself unauthenticated
            stalling.Add(await ConnectAsync(server));
            dribbling.Add(DribbleAsync(stalling[^1], hello, gone.Token));
            await VanishAsync(await ConnectAsync(server, hello.AsMemory(0, hello.Length / 2)), reset: true);
            await VanishAsync(await ConnectAsync(server, hello.AsMemory(0, hello.Length / 2)), reset: false);
            await VanishAsync(await ConnectAsync(server, hello), reset: true);
            await VanishAsync(await ConnectAsync(server, hello), reset: false);
        }

        TimeSpan slowest = TimeSpan.Zero;
        int served = 0;
        while (server.Connections > 0 && clock.Elapsed < Deadline * 4)
        {
            TimeSpan taken = await MeasureRequestAsync(server);
            slowest = taken > slowest ? taken : slowest;
            served++;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        output.WriteLine($"{8 * OfEachKind} hostile peers ended after {clock.Elapsed.TotalSeconds:N1} s (deadline {Deadline.TotalSeconds:N0} s); "
            + $"meanwhile {served} others were served, the slowest in {slowest.TotalMilliseconds:N0} ms; "
            + string.Join(", ", failures.CountBy(failure => failure.Reason).Select(count => $"{count.Key}: {count.Value}")) + ".");
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(1));
        Assert.InRange(served, 10, int.MaxValue);
        Assert.InRange(slowest, TimeSpan.Zero, Deadline);
        Assert.Equal(8 * OfEachKind, failures.Count);
        Assert.Equal(4 * OfEachKind, failures.Count(failure => failure.Reason == HandshakeFailureReason.TimedOut));
        // The end of a connection is seen where it is read, or told by the transport first.
        Assert.Equal(4 * OfEachKind, failures.Count(failure => failure.Reason is HandshakeFailureReason.Truncated or HandshakeFailureReason.Cancelled));
        Assert.All(failures, failure => Assert.InRange(failure.Duration, TimeSpan.Zero, Deadline * 2));
        await server.WaitForBlocksAsync();
        Assert.Equal(0, server.TlsPool.Rented);

        await gone.CancelAsync();
        await Task.WhenAll(dribbling);
        foreach (Socket socket in stalling)
        {
            Assert.True(await IsEndedAsync(socket));
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Peers_that_stop_reading_or_vanish_after_the_handshake_are_ended_by_Kestrels_limits()
    {
        await using LoadServer server = await LoadServer.StartAsync(limits: limits =>
        {
            limits.MinResponseDataRate = new MinDataRate(1024 * 1024, TimeSpan.FromSeconds(2));
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(2);
        });
        await MeasureRequestAsync(server);
        List<LoadClient> clients = [];
        for (int i = 0; i < 3 * 10; i++)
        {
            LoadClient client = await LoadClient.ConnectAsync(server.EndPoint);
            clients.Add(client);
            if (i % 3 == 0)
                await client.Stream.WriteAsync("GET / HT"u8.ToArray(), TestContext.Current.CancellationToken);
            else
                await client.AskAsync(LoadServer.LargePath); // and does not read
        }

        foreach (LoadClient client in clients.Where((_, i) => i % 3 == 2))
            client.Reset(); // in the middle of the answer
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan slowest = TimeSpan.Zero;
        while (server.Connections > 0 && clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            TimeSpan taken = await MeasureRequestAsync(server);
            slowest = taken > slowest ? taken : slowest;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        output.WriteLine($"{clients.Count} hostile peers ended after {clock.Elapsed.TotalSeconds:N1} s; the slowest of the others took {slowest.TotalMilliseconds:N0} ms.");
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(1));
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await server.WaitForBlocksAsync();
        Assert.Equal(0, server.TlsPool.Rented);
        foreach (LoadClient client in clients)
            client.Reset();
    }

    /// <summary>Makes the buffers so small that the server's flight does not fit: whoever does not read keeps the server's flush waiting.</summary>
    private static void LetSendersWait(SocketTransportOptions options)
    {
        options.MaxWriteBufferSize = 1024;
        options.CreateBoundListenSocket = endPoint =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 1 };
            socket.Bind(endPoint);
            return socket;
        };
    }

    /// <summary>A new connection with one request; it has ended on the server when this returns, or will soon.</summary>
    private static async Task<TimeSpan> MeasureRequestAsync(LoadServer server)
    {
        int before = server.Connections;
        long start = Stopwatch.GetTimestamp();
        using (LoadClient client = await LoadClient.ConnectAsync(server.EndPoint))
            await client.GetAsync();
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        for (int i = 0; i < 50 && server.Connections > before; i++)
            await Task.Delay(2, TestContext.Current.CancellationToken);
        return taken;
    }

    private static async Task<Socket> ConnectAsync(LoadServer server, ReadOnlyMemory<byte> bytes = default)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 1 };
        await socket.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
        if (!bytes.IsEmpty)
            await socket.SendAsync(bytes, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task VanishAsync(Socket socket, bool reset)
    {
        await Task.Yield();
        if (reset)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private static async Task DribbleAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            foreach (byte value in bytes)
            {
                await socket.SendAsync((byte[])[value], cancellationToken);
                await Task.Delay(1000, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The server has had enough, or the test.
        }
    }

    private static async Task<bool> IsEndedAsync(Socket socket)
    {
        byte[] dropped = new byte[16 * 1024];
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            while (await socket.ReceiveAsync(dropped, limit.Token) > 0)
                continue;
            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
