using HybridTls.Handshake;
using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>Both sides of a handshake in memory, without streams: what one writes the other takes, cut as a test likes it.</summary>
internal sealed class HandshakePair : IDisposable
{
    private readonly PooledBuffer _toServer = new();
    private readonly PooledBuffer _toClient = new();

    public HandshakePair(HybridTlsServerOptions? server = null, HybridTlsClientOptions? client = null, bool withholdKeyShare = false)
    {
        Client = new ClientHandshake(client ?? TestIdentities.ClientOptions(), ClientOutput) { WithholdKeyShare = withholdKeyShare };
        Server = new ServerHandshake(server ?? TestIdentities.ServerOptions(), ServerOutput);
    }

    public ClientHandshake Client { get; }

    public ServerHandshake Server { get; }

    public PooledBuffer ClientOutput { get; } = new();

    public PooledBuffer ServerOutput { get; } = new();

    /// <summary>How many bytes the next delivery hands over; all by default.</summary>
    public Func<int, int> Cut { get; init; } = static available => available;

    /// <summary>Called with each flight before it is delivered; may change it.</summary>
    public Func<PeerRole, byte[], byte[]> Tamper { get; init; } = static (_, bytes) => bytes;

    /// <summary>Runs the handshake until both sides are established.</summary>
    public async Task RunAsync()
    {
        Client.Start();
        for (int idle = 0; !(Client.IsEstablished && Server.IsEstablished); idle++)
        {
            if (await StepAsync(Client, ClientOutput, _toServer, Server) | await StepAsync(Server, ServerOutput, _toClient, Client))
                idle = 0;
            Assert.True(idle < 3, $"The handshake stands still: client {Client.State}, server {Server.State}.");
        }
    }

    /// <summary>Moves what <paramref name="from"/> wrote and lets <paramref name="to"/> take some of it.</summary>
    private async Task<bool> StepAsync(HandshakeMachine from, PooledBuffer output, PooledBuffer wire, HandshakeMachine to)
    {
        bool moved = output.Length > 0;
        if (moved)
        {
            byte[] flight = Tamper(from.Self, output.Span.ToArray());
            flight.CopyTo(wire.GetSpan(flight.Length));
            wire.Advance(flight.Length);
            output.Release();
        }

        int offered = 0;
        while (wire.Length > offered && !to.IsEstablished)
        {
            offered += Cut(wire.Length - offered);
            int used = to.Process(wire.Span[..offered]);
            wire.Consume(used);
            offered -= used;
            while (to.Pending != HostTask.None)
                await HandshakeDriver.ServeAsync(to, TestContext.Current.CancellationToken);
            moved = true;
        }

        return moved;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _toServer.Dispose();
        _toClient.Dispose();
        ClientOutput.Dispose();
        ServerOutput.Dispose();
    }
}
