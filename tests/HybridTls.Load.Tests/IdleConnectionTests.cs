using System.Security.Cryptography;

namespace HybridTls.Load.Tests;

/// <summary>What a connection costs that has nothing to do.</summary>
public sealed class IdleConnectionTests(ITestOutputHelper output)
{
    private const int Batch = 250;
    private const int Batches = 5;
    private const double Limit = 6 * 1024;

    /// <summary>What TLS adds to the memory of one connection. The client's side of it is freed, but for the socket.</summary>
    [Fact]
    public async Task An_idle_connection_costs_no_more_than_six_KiB_beyond_its_transport()
    {
        await MeasureAsync(tls: true); // compiled, and all pools filled
        (double plainManaged, double plainNative, double plainResident) = await MeasureAsync(tls: false);
        (double managed, double native, double resident) = await MeasureAsync(tls: true);
        double total = managed + native - plainManaged - plainNative;
        output.WriteLine($"Kestrel's own connection: {plainManaged:N0} bytes managed, {plainNative:N0} native.");
        output.WriteLine($"TLS adds {total:N0} bytes: {managed - plainManaged:N0} managed, {native - plainNative:N0} native; "
            + $"two AES-GCM contexts of the platform's library are {2 * await MeasureAesGcmAsync():N0}.");
        output.WriteLine($"Resident: {plainResident:N0} bytes a connection without TLS, {resident:N0} with it.");
        Assert.InRange(total, 1000, Limit);
    }

    [Fact]
    public async Task An_idle_connection_holds_no_rented_buffer()
    {
        await using LoadServer server = await LoadServer.StartAsync();
        List<LoadClient> clients = await OpenAsync(server, 50, tls: true);
        await LoadServer.WaitAsync(() => server.TlsPool.Rented == 0, TimeSpan.FromSeconds(5));
        Assert.Equal(clients.Count, server.Connections);
        Assert.Equal(0, server.TlsPool.Rented);

        // The count is of what it claims to be: a record that HTTP cannot use yet is held in a block.
        await clients[0].Stream.WriteAsync("GET / HT"u8.ToArray(), TestContext.Current.CancellationToken);
        await LoadServer.WaitAsync(() => server.TlsPool.Rented == 1, TimeSpan.FromSeconds(5));
        Assert.Equal(1, server.TlsPool.Rented);
        foreach (LoadClient client in clients)
            client.Reset();
    }

    /// <summary>The native memory of one key, which the platform's library decides.</summary>
    private static async Task<double> MeasureAesGcmAsync()
    {
        const int Count = 1000;
        AesGcm[] keys = new AesGcm[Count];
        ProcessState before = await ProcessState.TakeAsync();
        for (int i = 0; i < Count; i++)
            keys[i] = new AesGcm(new byte[32], 16);
        ProcessState after = await ProcessState.TakeAsync();
        foreach (AesGcm key in keys)
            key.Dispose();
        return (double)(after.Native - before.Native) / Count;
    }

    /// <summary>The memory of one connection: the median over batches, since the process also takes and frees memory for other reasons.</summary>
    private static async Task<(double Managed, double Native, double Resident)> MeasureAsync(bool tls)
    {
        await using LoadServer server = await LoadServer.StartAsync(tls);
        List<LoadClient> clients = await OpenAsync(server, Batch, tls, abandon: true);
        ProcessState before = await ProcessState.TakeAsync();
        List<double> managed = [], native = [], resident = [];
        for (int i = 0; i < Batches; i++)
        {
            clients.AddRange(await OpenAsync(server, Batch, tls, abandon: true));
            ProcessState after = await ProcessState.TakeAsync();
            managed.Add((double)(after.Managed - before.Managed) / Batch);
            native.Add((double)(after.Native - before.Native) / Batch);
            resident.Add((double)(after.Resident - before.Resident) / Batch);
            before = after;
        }

        Assert.Equal(clients.Count, server.Connections);
        foreach (LoadClient client in clients)
            client.Reset();
        await server.WaitForConnectionsAsync(0, TimeSpan.FromSeconds(20));
        return (managed.Order().ElementAt(Batches / 2), native.Order().ElementAt(Batches / 2), resident.Order().ElementAt(Batches / 2));
    }

    /// <summary>Opens connections, which make a request each and then fall silent; those that are abandoned keep nothing of the client but the socket.</summary>
    private static async Task<List<LoadClient>> OpenAsync(LoadServer server, int count, bool tls, bool abandon = false)
    {
        List<LoadClient> clients = [];
        for (int i = 0; i < count; i++)
        {
            LoadClient client = await LoadClient.ConnectAsync(server.EndPoint, tls);
            await client.GetAsync();
            if (abandon)
                await client.AbandonAsync();
            clients.Add(client);
        }

        return clients;
    }
}
