using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Streams whose peer or whose transport does what is rare.</summary>
public sealed class StreamFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("HT-REC-2")]
    [Clause("HT-ALERT-3")]
    public async Task A_small_read_goes_on_behind_a_record_that_is_dropped()
    {
        await using TlsPair pair = await TlsPair.CreateAsync();
        pair.Server.Machine.Writer.WriteAlert(pair.Server.Output, TlsAlert.UserCanceled); // goes out with the data
        await pair.Server.WriteAsync("more than the buffer holds"u8.ToArray(), Token);
        byte[] buffer = new byte[4];
        Assert.Equal(4, await pair.Client.ReadAsync(buffer, Token));
        Assert.Equal("more"u8.ToArray(), buffer);
    }

    [Fact]
    [Clause("HT-ALERT-7")]
    public async Task A_failing_reader_does_not_wait_for_a_write_that_is_stuck_and_the_alert_follows_it()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(limit: 100_000);
        Task stuck = pair.Server.WriteAsync(new byte[1_000_000], Token).AsTask();
        await pair.ClientTransport.WriteAsync((byte[])[23, 3, 3, 0, 30, .. new byte[30]], Token);
        HybridTlsException failure = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.ReadAsync(new byte[10], Token).AsTask());
        Assert.Equal(TlsAlert.BadRecordMac, failure.Alert);
        Assert.False(stuck.IsCompleted);

        byte[] received = new byte[1_000_000];
        await pair.Client.ReadExactlyAsync(received, Token);
        failure = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.ReadAsync(received, Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.BadRecordMac), (failure.Failure, failure.Alert));
        await stuck;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_zeroes_the_secrets_whatever_the_transport_throws(bool atDisposal)
    {
        (DuplexPair clientEnd, DuplexPair serverEnd) = DuplexPair.Create();
        FaultyStream transport = new(clientEnd);
        HybridTlsStream client = new(transport);
        await using HybridTlsStream server = new(serverEnd);
        await Task.WhenAll(
            client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token),
            server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token));
        ReadOnlyMemory<byte> secrets = client.Machine.Secrets!.Memory.ToArray();
        Assert.True(secrets.Span.ContainsAnyExcept((byte)0));

        // As a stream over a pipe does whose writer was completed.
        transport.WriteFault = new InvalidOperationException("Writing is not allowed after writer was completed.");
        transport.DisposeFault = atDisposal ? new NotSupportedException("odd") : null;
        if (atDisposal)
            await Assert.ThrowsAsync<NotSupportedException>(() => client.DisposeAsync().AsTask());
        else
            await client.DisposeAsync();
        Assert.True(client.Machine.Secrets!.IsCleared);
        Assert.Throws<ObjectDisposedException>(() => client.GetChannelBinding());
        await clientEnd.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-ALERT-7")]
    public async Task An_alert_that_cannot_be_sent_does_not_hide_the_failure(bool established)
    {
        (DuplexPair clientEnd, DuplexPair serverEnd) = DuplexPair.Create();
        FaultyStream transport = new(serverEnd);
        await using HybridTlsStream server = new(transport, leaveTransportOpen: true);
        Task failing = server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token);
        if (established)
        {
            HybridTlsStream client = new(clientEnd, leaveTransportOpen: true);
            await client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token);
            await failing;
            failing = server.ReadAsync(new byte[10], Token).AsTask();
        }

        transport.WriteFault = new InvalidOperationException("odd");
        await clientEnd.WriteAsync("no TLS"u8.ToArray(), Token);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => failing);
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    private sealed class FaultyStream(Stream inner) : Stream
    {
        public Exception? WriteFault { get; set; }

        public Exception? DisposeFault { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            WriteFault is null ? inner.WriteAsync(buffer, cancellationToken) : ValueTask.FromException(WriteFault);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (DisposeFault is not null)
                throw DisposeFault;
            await inner.DisposeAsync();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
