using System.Buffers;
using System.IO.Pipelines;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>A client and a server over pipes in memory.</summary>
internal sealed class PipesPair : IAsyncDisposable
{
    private PipesPair(PipeOptions options, MemoryPool<byte>? pool, bool leaveTransportOpen)
    {
        ToServer = new Pipe(options);
        ToClient = new Pipe(options);
        Client = new HybridTlsConnection(new Ends(ToClient.Reader, ToServer.Writer), pool, leaveTransportOpen);
        Server = new HybridTlsConnection(new Ends(ToServer.Reader, ToClient.Writer), pool, leaveTransportOpen);
    }

    public Pipe ToServer { get; }

    public Pipe ToClient { get; }

    public HybridTlsConnection Client { get; }

    public HybridTlsConnection Server { get; }

    /// <summary>Everything continues inline on the thread that caused it.</summary>
    public static PipeOptions Inline(long limit = 1 << 20) => new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false,
        pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2);

    /// <summary>Both ends, before the handshake.</summary>
    public static PipesPair CreateRaw(PipeOptions? options = null, MemoryPool<byte>? pool = null, bool leaveTransportOpen = false) =>
        new(options ?? Inline(), pool, leaveTransportOpen);

    /// <summary>Both ends, after the handshake.</summary>
    public static async Task<PipesPair> CreateAsync(
        HybridTlsServerOptions? server = null, HybridTlsClientOptions? client = null, PipeOptions? options = null,
            MemoryPool<byte>? pool = null,
        bool leaveTransportOpen = false)
    {
        PipesPair pair = CreateRaw(options, pool, leaveTransportOpen);
        await pair.AuthenticateAsync(server, client);
        return pair;
    }

    public Task AuthenticateAsync(HybridTlsServerOptions? server = null, HybridTlsClientOptions? client = null) => Task.WhenAll(
        Server.AuthenticateAsServerAsync(server ?? TestIdentities.ServerOptions(), TestContext.Current.CancellationToken),
        Client.AuthenticateAsClientAsync(client ?? TestIdentities.ClientOptions(), TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    internal sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
