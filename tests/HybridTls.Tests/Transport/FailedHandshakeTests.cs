using System.IO.Pipelines;
using System.Reflection;
using HybridTls.Handshake;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>What is left of a handshake that failed, and of a transport that fails in its own way.</summary>
public sealed class FailedHandshakeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-SHELL-11")]
    public async Task The_secrets_of_a_failed_handshake_do_not_wait_for_the_disposal(bool overPipes)
    {
        HybridTlsClientOptions wrong = TestIdentities.ClientOptions(static options => options.TargetHost = "elsewhere.test");
        if (overPipes)
        {
            await using PipesPair pair = PipesPair.CreateRaw();
            await FailAsync(
                pair.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token), pair.Client.AuthenticateAsClientAsync(wrong, Token));
            AssertZeroed(pair.Client, pair.Server);
            Assert.NotNull(pair.Server.ClientHello); // the facts stay
        }
        else
        {
            await using TlsPair pair = TlsPair.CreateRaw();
            await FailAsync(
                pair.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token), pair.Client.AuthenticateAsClientAsync(wrong, Token));
            AssertZeroed(pair.Client, pair.Server);
        }
    }

    [Fact]
    [Clause("HT-SHELL-5")]
    public async Task A_cancelled_handshake_sends_no_alert()
    {
        await using PipesPair pair = PipesPair.CreateRaw(leaveTransportOpen: true);
        using CancellationTokenSource source = new();
        Task handshake = pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), source.Token);
        pair.ToServer.Reader.AdvanceTo((await pair.ToServer.Reader.ReadAsync(Token)).Buffer.End);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);
        await pair.Client.DisposeAsync();
        Assert.False(pair.ToServer.Reader.TryRead(out _));
    }

    [Fact]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_over_pipes_zeroes_the_secrets_and_is_quiet_whatever_the_transport_throws()
    {
        Pipe toServer = new(PipesPair.Inline()), toClient = new(PipesPair.Inline());
        FaultyWriter writer = new(toServer.Writer);
        HybridTlsConnection client = new(new PipesPair.Ends(toClient.Reader, writer));
        await using HybridTlsConnection server = new(new PipesPair.Ends(toServer.Reader, toClient.Writer));
        await Task.WhenAll(
            client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token),
            server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token));
        writer.Fault = new NotSupportedException("odd");
        await client.DisposeAsync();
        AssertZeroed(client);
        Assert.True((await toServer.Reader.ReadAsync(Token)).IsCompleted);
    }

    private static async Task FailAsync(Task server, Task client)
    {
        await Assert.ThrowsAsync<HybridTlsException>(() => client);
        await Assert.ThrowsAsync<HybridTlsException>(() => server);
    }

    private static void AssertZeroed(params IEnumerable<object> ends)
    {
        foreach (object end in ends)
        {
            FieldInfo field = end.GetType().GetField("_machine", BindingFlags.NonPublic | BindingFlags.Instance)!;
            Assert.True(((HandshakeMachine)field.GetValue(end)!).Secrets!.IsCleared);
        }
    }

    private sealed class FaultyWriter(PipeWriter inner) : PipeWriter
    {
        public Exception? Fault { get; set; }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            inner.Complete(exception);
            if (Fault is not null)
                throw Fault;
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            Fault is null ? inner.FlushAsync(cancellationToken) : ValueTask.FromException<FlushResult>(Fault);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}
