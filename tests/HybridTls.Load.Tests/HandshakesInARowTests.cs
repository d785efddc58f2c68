using System.Diagnostics;
using System.IO.Pipelines;

namespace HybridTls.Load.Tests;

/// <summary>Nothing may be left of a connection that has ended.</summary>
public sealed class HandshakesInARowTests(ITestOutputHelper output)
{
    private const int InMemory = 20_000;
    private const int OverSockets = 1500;

    [Fact]
    public async Task Twenty_thousand_handshakes_leave_no_memory_no_handle_and_no_timer()
    {
        await RunAsync(InMemory / 10, HandshakeInMemoryAsync);
        ProcessState before = await ProcessState.TakeAsync();
        Stopwatch clock = Stopwatch.StartNew();
        await RunAsync(InMemory, HandshakeInMemoryAsync);
        clock.Stop();
        ProcessState after = await ProcessState.TakeAsync();
        output.WriteLine($"{InMemory} handshakes in memory, {clock.Elapsed.TotalMicroseconds / InMemory:N0} µs each: {after.Since(before)}.");
        AssertNothingLeft(before, after);
    }

    [Fact]
    public async Task Connections_through_Kestrel_leave_no_memory_no_handle_and_no_timer()
    {
        await using LoadServer server = await LoadServer.StartAsync();
        async Task ConnectAsync()
        {
            using LoadClient client = await LoadClient.ConnectAsync(server.EndPoint);
            await client.GetAsync();
        }

        await RunAsync(OverSockets / 2, ConnectAsync);
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(10));
        ProcessState before = await ProcessState.TakeAsync();
        await RunAsync(OverSockets, ConnectAsync);
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(10));
        ProcessState after = await ProcessState.TakeAsync();
        output.WriteLine($"{OverSockets} connections with a request each: {after.Since(before)}.");
        AssertNothingLeft(before, after);
        await server.WaitForBlocksAsync();
        Assert.Equal(0, server.TlsPool.Rented);
    }

    /// <summary>One forgotten key of 20,000 handshakes would be 15 MiB of native memory, one forgotten object of 100 bytes 2 MiB.</summary>
    private static void AssertNothingLeft(ProcessState before, ProcessState after)
    {
        Assert.InRange(after.Managed - before.Managed, long.MinValue, 512 * 1024);
        Assert.InRange(after.Native - before.Native, long.MinValue, 1024 * 1024);
        Assert.InRange(after.Resident - before.Resident, long.MinValue, 48 * 1024 * 1024);
        Assert.InRange(after.Handles - before.Handles, int.MinValue, 8); // the runtime's own come and go
        Assert.InRange(after.Timers - before.Timers, long.MinValue, 2);
    }

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
            client.AuthenticateAsClientAsync(Identities.ClientOptions, TestContext.Current.CancellationToken));
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
