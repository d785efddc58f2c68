using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Disposal while something else is under way: it ends that, and what ends so is nobody's fault.</summary>
public sealed class DisposalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-SHELL-4")]
    [Clause("HT-SHELL-12")]
    public async Task A_pending_read_of_a_sockets_stream_ends_as_disposed_while_data_arrives()
    {
        for (int i = 0; i < 40; i++)
        {
            (HybridTlsStream client, HybridTlsStream server) = await ConnectAsync();
            using CancellationTokenSource stop = new();
            Task flood = FloodAsync(server, stop.Token);
            Task<Exception?> reading = Record.ExceptionAsync(async () =>
            {
                byte[] buffer = new byte[100];
                while (await client.ReadAsync(buffer, i % 2 == 0 ? default : Token) > 0)
                {
                }
            }).AsTask();
            await Task.Delay(i % 4, Token);
            await client.DisposeAsync().AsTask().WaitAsync(Patience, Token);
            Assert.IsType<ObjectDisposedException>(await reading.WaitAsync(Patience, Token));
            Assert.Null(client.Failure);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ReadAsync(new byte[1], Token).AsTask());
            await stop.CancelAsync();
            await flood.WaitAsync(Patience, Token);
            await server.DisposeAsync();
        }
    }

    [Fact]
    [Clause("HT-SHELL-4")]
    [Clause("HT-SHELL-12")]
    public async Task A_pending_read_over_pipes_ends_as_disposed_while_data_arrives()
    {
        for (int i = 0; i < 40; i++)
        {
            PipesPair pair = await PipesPair.CreateAsync(options: new PipeOptions(useSynchronizationContext: false));
            using CancellationTokenSource stop = new();
            Task flood = Task.Run(async () =>
            {
                try
                {
                    while (!stop.IsCancellationRequested && !(await pair.Server.Output.WriteAsync(new byte[700], Token)).IsCompleted)
                    {
                    }
                }
                catch (HybridTlsException)
                {
                    // The other end is gone.
                }
            }, Token);
            Task<Exception?> reading = Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    ReadResult result = await pair.Client.Input.ReadAsync(Token);
                    pair.Client.Input.AdvanceTo(result.Buffer.End);
                    if (result.IsCompleted)
                        return;
                }
            }).AsTask();
            await Task.Delay(i % 4, Token);
            await pair.Client.DisposeAsync().AsTask().WaitAsync(Patience, Token);
            Assert.IsType<ObjectDisposedException>(await reading.WaitAsync(Patience, Token));
            Assert.Null(pair.Client.Failure);
            await stop.CancelAsync();
            pair.ToClient.Reader.Complete();
            await flood.WaitAsync(Patience, Token);
            await pair.Server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-4")]
    public async Task A_handshake_over_pipes_ends_at_once_however_long_it_might_take(bool client)
    {
        PipesPair pair = PipesPair.CreateRaw(leaveTransportOpen: true);
        HybridTlsConnection ours = client ? pair.Client : pair.Server;
        Task handshake = client
            ? ours.AuthenticateAsClientAsync(TestIdentities.ClientOptions(static o => o.HandshakeTimeout = Timeout.InfiniteTimeSpan), Token)
            : ours.AuthenticateAsServerAsync(TestIdentities.ServerOptions(static o => o.HandshakeTimeout = Timeout.InfiniteTimeSpan), Token);
        Assert.False(handshake.IsCompleted);
        await ours.DisposeAsync().AsTask().WaitAsync(Patience, Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => handshake.WaitAsync(Patience, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-4")]
    public async Task A_handshake_ends_at_once_while_it_waits_for_a_callback_that_does_not_listen(bool overPipes)
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HybridTlsServerOptions options = TestIdentities.ServerOptions(o =>
        {
            o.HandshakeTimeout = Timeout.InfiniteTimeSpan;
            o.SelectOptions = async (_, _) =>
            {
                entered.SetResult();
                await new TaskCompletionSource().Task;
                return null;
            };
        });
        Task handshake;
        IAsyncDisposable server;
        if (overPipes)
        {
            PipesPair pair = PipesPair.CreateRaw();
            _ = pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token);
            handshake = pair.Server.AuthenticateAsServerAsync(options, Token);
            server = pair.Server;
        }
        else
        {
            TlsPair pair = TlsPair.CreateRaw();
            _ = pair.AuthenticateClientAsync();
            handshake = pair.AuthenticateServerAsync(options);
            server = pair.Server;
        }

        await entered.Task.WaitAsync(Patience, Token);
        await server.DisposeAsync().AsTask().WaitAsync(Patience, Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => handshake.WaitAsync(Patience, Token));
    }

    [Fact]
    [Clause("HT-SHELL-12")]
    public async Task A_disposed_stream_says_so_to_every_caller()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        await pair.Client.DisposeAsync();
        Assert.False(pair.Client.CanRead || pair.Client.CanWrite);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.ReadAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.WriteAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.UpdateKeysAsync(cancellationToken: Token));
        Assert.Throws<ObjectDisposedException>(() => pair.Client.ExportKeyingMaterial("EXPORTER-x", default, new byte[32]));
    }

    private static async Task FloodAsync(HybridTlsStream stream, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
                await stream.WriteAsync(new byte[700], CancellationToken.None);
        }
        catch (HybridTlsException)
        {
            // The other end is gone.
        }
    }

    private static async Task<(HybridTlsStream Client, HybridTlsStream Server)> ConnectAsync()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync(Token).AsTask();
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Token);
        HybridTlsStream ours = new(client.GetStream()), theirs = new((await accepting).GetStream());
        await Task.WhenAll(
            ours.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token), theirs.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token));
        return (ours, theirs);
    }
}
