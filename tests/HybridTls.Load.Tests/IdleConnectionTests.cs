namespace HybridTls.Load.Tests;

/// <summary>What a connection costs that has nothing to do.</summary>
public sealed class IdleConnectionTests(ITestOutputHelper output)
{
    private const int Few = 200;
    private const int Many = 2000;
    private const double Limit = 6 * 1024;

    /// <summary>The difference between many and few connections, with TLS and without: what TLS adds to one.</summary>
    [Fact]
    public async Task An_idle_connection_costs_no_more_than_six_KiB_beyond_its_transport()
    {
        (double plainManaged, double plainNative) = await MeasureAsync(tls: false);
        (double managed, double native) = await MeasureAsync(tls: true);
        output.WriteLine($"Kestrel's own connection: {plainManaged:N0} bytes managed, {plainNative:N0} native.");
        output.WriteLine($"TLS adds: {managed - plainManaged:N0} bytes managed, {native - plainNative:N0} native.");
        Assert.InRange(managed + native - plainManaged - plainNative, 500, Limit);
    }

    [Fact]
    public async Task An_idle_connection_holds_no_rented_buffer()
    {
        await using LoadServer server = await LoadServer.StartAsync();
        List<LoadClient> clients = await OpenAsync(server, 50, tls: true);
        await WaitForAsync(() => server.Pool.Rented == 0);
        Assert.Equal(clients.Count, server.Connections);
        Assert.Equal(0, server.Pool.Rented);

        // The count is of what it claims to be: an answer that nobody takes is held in blocks.
        await clients[0].AskAsync(LoadServer.LargePath);
        await WaitForAsync(() => server.Pool.Rented > 0);
        Assert.NotEqual(0, server.Pool.Rented);
        foreach (LoadClient client in clients)
            client.Reset();
    }

    private static async Task<(double Managed, double Native)> MeasureAsync(bool tls)
    {
        await using LoadServer server = await LoadServer.StartAsync(tls);
        List<LoadClient> clients = await OpenAsync(server, Few, tls);
        await WaitForAsync(() => server.Pool.Rented == 0);
        ProcessState few = ProcessState.Take();
        clients.AddRange(await OpenAsync(server, Many - Few, tls));
        await WaitForAsync(() => server.Pool.Rented == 0);
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
                client.Abandon();
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
