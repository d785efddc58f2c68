using System.Diagnostics;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls.Tool.Speed;

/// <summary>Whole handshakes in memory, both sides on one thread, with the time of each side taken apart.</summary>
internal sealed class MemoryHandshake(HybridTlsServerOptions serverOptions, HybridTlsClientOptions clientOptions)
{
    private readonly byte[] _plaintext = new byte[RecordLimits.MaxInnerPlaintext];

    /// <summary>The ticks that the client took in the last run.</summary>
    public long ClientTicks { get; private set; }

    /// <summary>The ticks that the server took in the last run.</summary>
    public long ServerTicks { get; private set; }

    /// <summary>Whether the client also takes the tickets that follow the handshake.</summary>
    public bool TakesTickets { get; init; }

    /// <summary>Runs one handshake to its end and disposes both sides.</summary>
    /// <returns>What the server agreed on.</returns>
    public NegotiatedParameters Run()
    {
        ClientTicks = ServerTicks = 0;
        using PooledBuffer fromClient = new(), fromServer = new();
        long start = Stopwatch.GetTimestamp();
        using ClientHandshake client = new(clientOptions, fromClient);
        client.Start();
        ClientTicks += Stopwatch.GetTimestamp() - start;

        start = Stopwatch.GetTimestamp();
        using ServerHandshake server = new(serverOptions, fromServer);
        ServerTicks += Stopwatch.GetTimestamp() - start;
        while (!client.IsEstablished || !server.IsEstablished)
        {
            if (fromClient.Length == 0 && fromServer.Length == 0)
                throw new InvalidOperationException("The handshake stands still.");
            ServerTicks += Deliver(fromClient, server);
            ClientTicks += Deliver(fromServer, client);
        }

        while (TakesTickets && client.Reader.TryRead(fromServer.Span, out int consumed, _plaintext, out RecordReadResult result))
        {
            client.Receive(HandshakeMessage.Parse(result.HandshakeMessage));
            fromServer.Consume(consumed);
        }

        return server.Parameters!;
    }

    private static long Deliver(PooledBuffer from, HandshakeMachine to)
    {
        if (from.Length == 0)
            return 0;
        long start = Stopwatch.GetTimestamp();
        from.Consume(to.Process(from.Span));
        return Stopwatch.GetTimestamp() - start;
    }
}
