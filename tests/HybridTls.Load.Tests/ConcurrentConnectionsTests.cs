using System.Diagnostics;

namespace HybridTls.Load.Tests;

/// <summary>Many connections at a time.</summary>
public sealed class ConcurrentConnectionsTests(ITestOutputHelper output)
{
    private const int Connections = 2000;
    private const int Requests = 5;

    /// <summary>
    /// The pool gets hardly more threads than the machine has processors: if anything under a connection blocked a thread while it
    /// waits for the peer, two thousand connections could not all make progress.
    /// </summary>
    [Fact]
    public async Task Two_thousand_connections_make_requests_without_error_and_without_blocking_threads()
    {
        ThreadPool.GetMaxThreads(out int workers, out int ports);
        int few = Environment.ProcessorCount + 2;
        Assert.True(ThreadPool.SetMaxThreads(few, ports));
        List<LoadClient> clients = [];
        try
        {
            await using LoadServer server = await LoadServer.StartAsync();
            Stopwatch clock = Stopwatch.StartNew();
            using CancellationTokenSource done = new();
            Task<TimeSpan> probe = ProbeAsync(done.Token);
            clients.AddRange(await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => LoadClient.ConnectAsync(server.EndPoint))));
            TimeSpan connected = clock.Elapsed;
            Assert.Equal(Connections, server.Connections);
            await Task.WhenAll(clients.Select(async client =>
            {
                for (int i = 0; i < Requests; i++)
                    await client.GetAsync();
            }));
            TimeSpan total = clock.Elapsed;
            await done.CancelAsync();
            TimeSpan longest = await probe;
            output.WriteLine($"{Connections} handshakes at once: {connected.TotalMilliseconds:N0} ms; then {Connections * Requests} requests: "
                + $"{(total - connected).TotalMilliseconds:N0} ms; {ThreadPool.ThreadCount} threads; longest wait for one: {longest.TotalMilliseconds:N0} ms.");
            Assert.Equal(Connections, server.Connections);
            Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(20));

            Parallel.ForEach(clients, client => client.Dispose());
            await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(20));
            await server.WaitForBlocksAsync();
            Assert.Equal(0, server.TlsPool.Rented);
        }
        finally
        {
            ThreadPool.SetMaxThreads(workers, ports);
            foreach (LoadClient client in clients)
                client.Dispose();
        }
    }

    /// <summary>How long the pool lets work wait.</summary>
    private static async Task<TimeSpan> ProbeAsync(CancellationToken done)
    {
        TimeSpan longest = TimeSpan.Zero;
        while (!done.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await Task.Run(static () => { }, CancellationToken.None);
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            longest = waited > longest ? waited : longest;
            await Task.Delay(20, CancellationToken.None);
        }

        return longest;
    }
}
