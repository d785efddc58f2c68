using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>A client and a server that are connected in memory.</summary>
internal sealed class TlsPair : IAsyncDisposable
{
    private TlsPair(int limit, bool leaveTransportOpen)
    {
        (ClientTransport, ServerTransport) = DuplexPair.Create(limit);
        Client = new HybridTlsStream(ClientTransport, leaveTransportOpen);
        Server = new HybridTlsStream(ServerTransport, leaveTransportOpen);
    }

    public DuplexPair ClientTransport { get; }

    public DuplexPair ServerTransport { get; }

    public HybridTlsStream Client { get; }

    public HybridTlsStream Server { get; }

    /// <summary>Both ends, before the handshake.</summary>
    public static TlsPair CreateRaw(int limit = 1 << 20, bool leaveTransportOpen = false) => new(limit, leaveTransportOpen);

    /// <summary>Both ends, after the handshake.</summary>
    public static async Task<TlsPair> CreateAsync(
        HybridTlsServerOptions? server = null, HybridTlsClientOptions? client = null, int limit = 1 << 20, bool leaveTransportOpen = false)
    {
        TlsPair pair = new(limit, leaveTransportOpen);
        await Task.WhenAll(pair.AuthenticateServerAsync(server), pair.AuthenticateClientAsync(client));
        return pair;
    }

    public Task AuthenticateServerAsync(HybridTlsServerOptions? options = null) =>
        Server.AuthenticateAsServerAsync(options ?? TestIdentities.ServerOptions(), TestContext.Current.CancellationToken);

    public Task AuthenticateClientAsync(HybridTlsClientOptions? options = null) =>
        Client.AuthenticateAsClientAsync(options ?? TestIdentities.ClientOptions(), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
