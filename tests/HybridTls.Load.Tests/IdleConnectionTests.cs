using System.Security.Cryptography;

namespace HybridTls.Load.Tests;

/// <summary>What a connection costs that has nothing to do.</summary>
public sealed class IdleConnectionTests(ITestOutputHelper output)
{
    private const int Few = 100;
    private const int Many = 1600;
    private const int Runs = 3;
    private const double Limit = 6 * 1024;

    /// <summary>The difference between many and few connections, with TLS and without: what TLS adds to one.</summary>
    [Fact]
    public async Task An_idle_connection_costs_no_more_than_six_KiB_beyond_its_transport()
    {
        List<double> managed = [], native = [];
        for (int run = 0; run < Runs; run++)
        {
            (double plainManaged, double plainNative) = await MeasureAsync(tls: false);
            (double tlsManaged, double tlsNative) = await MeasureAsync(tls: true);
            managed.Add(tlsManaged - plainManaged);
            native.Add(tlsNative - plainNative);
            output.WriteLine($"Kestrel's own connection: {plainManaged:N0} bytes managed, {plainNative:N0} native; "
                + $"TLS adds {managed[run]:N0} managed, {native[run]:N0} native.");
        }

        // What the allocator keeps for its threads looks allocated, so of native memory the least of the runs is nearest.
        double total = managed.Order().ElementAt(Runs / 2) + native.Min();
        output.WriteLine($"Together {total:N0} bytes, of which two AES-GCM contexts are {2 * MeasureAesGcm():N0}.");
        Assert.InRange(total, 1000, Limit);
    }

    [Fact]
    public async Task An_idle_connection_holds_no_rented_buffer()
    {
        await using LoadServer server = await LoadServer.StartAsync();
        List<LoadClient> clients = await OpenAsync(server, 50, tls: true);
        await WaitForAsync(() => server.TlsPool.Rented == 0);
        Assert.Equal(clients.Count, server.Connections);
        Assert.Equal(0, server.TlsPool.Rented);

        // The count is of what it claims to be: a record that HTTP cannot use yet is held in a block.
        await clients[0].Stream.WriteAsync("GET / HT"u8.ToArray(), TestContext.Current.CancellationToken);
        await WaitForAsync(() => server.TlsPool.Rented == 1);
        Assert.Equal(1, server.TlsPool.Rented);
        foreach (LoadClient client in clients)
            client.Reset();
    }

    /// <summary>The native memory of one key, which the platform's library decides.</summary>
    private static double MeasureAesGcm()
    {
        const int Count = 1000;
        AesGcm[] keys = new AesGcm[Count];
        ProcessState before = ProcessState.Take();
        for (int i = 0; i < Count; i++)
            keys[i] = new AesGcm(new byte[32], 16);
        ProcessState after = ProcessState.Take();
        foreach (AesGcm key in keys)
            key.Dispose();
        return (double)(after.Native - before.Native) / Count;
    }

    private static async Task<(double Managed, double Native)> MeasureAsync(bool tls)
    {
        await using LoadServer server = await LoadServer.StartAsync(tls);
        List<LoadClient> clients = await OpenAsync(server, Few, tls);
        await WaitForAsync(() => server.TlsPool.Rented == 0);
        ProcessState few = ProcessState.Take();
        clients.AddRange(await OpenAsync(server, Many - Few, tls));
        await WaitForAsync(() => server.TlsPool.Rented == 0);
        ProcessState many = ProcessState.Take();
        Assert.Equal(Many, server.Connections);
        foreach (LoadClient client in clients)
            client.Reset();
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(20));
        return ((double)(many.Managed - few.Managed) / (Many - Few), (double)(many.Native - few.Native) / (Many - Few));
    }

    /// <summary>Opens connections, which make a request each and then fall silent; the client's side keeps nothing but the socket.</summary>
    private static async Task<List<LoadClient>> OpenAsync(LoadServer server, int count, bool tls)
    {
        List<LoadClient> clients = [];
        for (int i = 0; i < count; i++)
        {
            LoadClient client = await LoadClient.ConnectAsync(server.EndPoint, tls);
            await client.GetAsync();
            if (count > 50)
                await client.AbandonAsync();
            clients.Add(client);
        }

        return clients;
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (int i = 0; i < 250 && !condition(); i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }
}
