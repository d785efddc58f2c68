using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>A transport that is cut, wherever that happens: every operation ends with the exception that the README promises.</summary>
public sealed class TransportFailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-12")]
    public async Task Every_operation_of_a_stream_fails_in_one_way_wherever_the_transport_is_cut(bool cutsClient)
    {
        // The handshake, an exchange, a key update: some 13 kB from a server and 2 kB from a client.
        int step = cutsClient ? 23 : 97;
        int completed = 0;
        for (int at = 0; completed < 2; at += step)
        {
            (DuplexPair client, DuplexPair server) = DuplexPair.Create();
            await using HybridTlsStream ours = new(new CutStream(cutsClient ? client : server, at));
            await using HybridTlsStream theirs = new(cutsClient ? server : client);
            Task other = IgnoreAsync(() => ExchangeAsync(theirs, isClient: !cutsClient));
            Exception? failure = await Record.ExceptionAsync(() => ExchangeAsync(ours, isClient: cutsClient).WaitAsync(Patience, Token));
            if (failure is null)
                completed++;
            else
                AssertLost(failure);
            if (failure is not null && ours.IsAuthenticated)
            {
                AssertLost(await Record.ExceptionAsync(() => ours.WriteAsync(new byte[1], Token).AsTask()));
                AssertLost(await Record.ExceptionAsync(() => ours.UpdateKeysAsync(cancellationToken: Token)));
            }

            await ours.DisposeAsync();
            await other.WaitAsync(Patience, Token);
        }
    }

    [Theory]
    [InlineData("write")]
    [InlineData("update")]
    [InlineData("shutdown")]
    [Clause("HT-SHELL-12")]
    public async Task A_transport_that_was_closed_under_a_stream_is_lost(string operation)
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        await pair.ClientTransport.DisposeAsync();
        HybridTlsException failure = await Assert.ThrowsAsync<HybridTlsException>(() => operation switch
        {
            "write" => pair.Client.WriteAsync(new byte[1], Token).AsTask(),
            "update" => pair.Client.UpdateKeysAsync(cancellationToken: Token),
            _ => pair.Client.ShutdownAsync(Token),
        });
        AssertLost(failure);
        Assert.IsType<ObjectDisposedException>(failure.InnerException);
    }

    [Theory]
    [InlineData("flush")]
    [InlineData("update")]
    [Clause("HT-SHELL-12")]
    public async Task A_pipe_that_fails_is_lost(string operation)
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.ToServer.Reader.CompleteAsync(new IOException("the wire was cut"));
        HybridTlsException failure = await Assert.ThrowsAsync<HybridTlsException>(() => operation == "flush"
            ? pair.Client.Output.WriteAsync(new byte[1], Token).AsTask()
            : pair.Client.UpdateKeysAsync(cancellationToken: Token).AsTask());
        AssertLost(failure);
        Assert.Contains("wire", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_closes_early_is_said_to(bool overPipes)
    {
        HybridTlsException failure;
        if (overPipes)
        {
            PipesPair pair = PipesPair.CreateRaw();
            Task handshake = pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token);
            await pair.ToClient.Writer.CompleteAsync();
            failure = await Assert.ThrowsAsync<HybridTlsException>(() => handshake);
        }
        else
        {
            TlsPair pair = TlsPair.CreateRaw();
            Task handshake = pair.AuthenticateClientAsync();
            await pair.ServerTransport.DisposeAsync();
            failure = await Assert.ThrowsAsync<HybridTlsException>(() => handshake);
        }

        Assert.Equal(HybridTlsFailure.Truncated, failure.Failure);
        Assert.Contains("during the handshake", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("close_notify", failure.Message, StringComparison.Ordinal);
    }

    private static async Task ExchangeAsync(HybridTlsStream stream, bool isClient)
    {
        if (isClient)
            await stream.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token);
        else
            await stream.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token);
        await stream.WriteAsync(new byte[300], Token);
        await stream.ReadExactlyAsync(new byte[300], Token);
        await stream.UpdateKeysAsync(requestPeer: true, Token);
        await stream.WriteAsync(new byte[300], Token);
        await stream.ReadExactlyAsync(new byte[300], Token);
        await stream.ShutdownAsync(Token);
    }

    private static async Task IgnoreAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
        }
    }

    private static void AssertLost(Exception? failure)
    {
        HybridTlsException lost = Assert.IsType<HybridTlsException>(failure);
        Assert.Equal(HybridTlsFailure.Truncated, lost.Failure);
        Assert.Null(lost.Alert);
    }

    /// <summary>A transport that takes so many bytes in all, both ways, and then is gone.</summary>
    private sealed class CutStream(Stream inner, int left) : AsyncOnlyStream
    {
        private int _left = left;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, Take(buffer.Length))], cancellationToken);
            Interlocked.Add(ref _left, -count);
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Take(buffer.Length);
            await inner.WriteAsync(buffer[..count], cancellationToken);
            Interlocked.Add(ref _left, -count);
            if (count < buffer.Length)
                throw Cut();
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }

        private static IOException Cut() => new("The wire was cut.");

        private int Take(int wanted) => _left > 0 ? Math.Min(_left, wanted) : throw Cut();
    }
}
