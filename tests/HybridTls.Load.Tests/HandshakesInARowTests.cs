using System.Diagnostics;
using System.IO.Pipelines;

namespace HybridTls.Load.Tests;

/// <summary>Nothing may be left of a connection that has ended.</summary>
public sealed class HandshakesInARowTests(ITestOutputHelper output)
{
    private const int Batches = 8;
    private const int InMemory = 20_000;
    private const int OverSockets = 4000;

    [Fact]
    public Task Twenty_thousand_handshakes_leave_no_memory_no_handle_and_no_timer() =>
        RunAsync("handshakes in memory", InMemory, HandshakeInMemoryAsync, () => Task.CompletedTask);

    [Fact]
    public async Task Connections_through_Kestrel_leave_no_memory_no_handle_and_no_timer()
    {
        await using LoadServer server = await LoadServer.StartAsync();
        await RunAsync(
            "connections through Kestrel",
            OverSockets,
            async () =>
            {
                using LoadClient client = await LoadClient.ConnectAsync(server.EndPoint);
                await client.GetAsync();
            },
            () => server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(10)));
        await server.WaitForBlocksAsync();
        Assert.Equal(0, server.TlsPool.Rented);
    }

    /// <summary>
    /// What is forgotten of every connection grows in every batch: one key of 1 KiB to megabytes, one object of 100 bytes to hundreds of
    /// kilobytes. The runtime's own memory grows and shrinks by leaps, so the judgement is the lower quartile of the batches.
    /// </summary>
    private async Task RunAsync(string what, int count, Func<Task> action, Func<Task> settle)
    {
        await RunAsync(count / 10, action);
        await settle();
        ProcessState first = await ProcessState.TakeAsync();
        ProcessState last = first;
        List<long> managed = [], native = [];
        TimeSpan time = TimeSpan.Zero;
        for (int i = 0; i < Batches; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await RunAsync(count / Batches, action);
            time += Stopwatch.GetElapsedTime(start);
            await settle();
            ProcessState next = await ProcessState.TakeAsync();
            managed.Add(next.Managed - last.Managed);
            native.Add(next.Native - last.Native);
            last = next;
        }

        long managedGrowth = managed.Order().ElementAt(Batches / 4), nativeGrowth = native.Order().ElementAt(Batches / 4);
        output.WriteLine($"{count} {what}, {time.TotalMicroseconds / count:N0} µs each: {last.Since(first)}; "
            + $"in {count / Batches} of them managed {managedGrowth:N0}, native {nativeGrowth:N0} bytes.");
        int perConnection = count / Batches;
        Assert.InRange(managedGrowth, long.MinValue, 40 * perConnection);
        Assert.InRange(nativeGrowth, long.MinValue, 200 * perConnection);
        Assert.InRange(last.Managed - first.Managed, long.MinValue, 1024 * 1024);
        Assert.InRange(last.Resident - first.Resident, long.MinValue, 64 * 1024 * 1024);
        Assert.InRange(last.Handles - first.Handles, int.MinValue, 8); // the runtime's own come and go
        Assert.InRange(last.Timers - first.Timers, long.MinValue, 2);
    }

    /// <summary>Two loops, each one after the other: whatever is shared is also contended.</summary>
    private static async Task RunAsync(int count, Func<Task> action)
    {
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < count / 2; i++)
                await action();
        })));
    }

    private static async Task HandshakeInMemoryAsync()
    {
        PipeOptions options = new(useSynchronizationContext: false);
        Pipe up = new(options), down = new(options);
        await using HybridTlsConnection server = new(new Duplex(up.Reader, down.Writer));
        await using HybridTlsConnection client = new(new Duplex(down.Reader, up.Writer));
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(Identities.ServerOptions, TestContext.Current.CancellationToken),
            client.AuthenticateAsClientAsync(Identities.ResumingClientOptions, TestContext.Current.CancellationToken));
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
