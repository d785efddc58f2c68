using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>What a connection over pipes does beyond being a pair of pipes: handshake, ends, failures.</summary>
public sealed class PipesConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_the_handshake_nothing_goes()
    {
        await using PipesPair pair = PipesPair.CreateRaw();
        HybridTlsConnection client = pair.Client;
        Assert.False(client.IsAuthenticated);
        Assert.Contains("AuthenticateAsClientAsync", Assert.Throws<InvalidOperationException>(() => client.Parameters).Message,
            StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Input.ReadAsync(Token).AsTask());
        Assert.Throws<InvalidOperationException>(() => client.Input.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => client.Output.GetMemory());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Output.WriteAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Output.FlushAsync(Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.UpdateKeysAsync(cancellationToken: Token).AsTask());
        Assert.Throws<InvalidOperationException>(client.GetChannelBinding);
        Assert.Throws<ArgumentNullException>(() => new HybridTlsConnection(null!));
        Assert.Null(pair.Server.ClientHello);
    }

    [Fact]
    public async Task Data_flows_both_ways_and_each_side_ends_by_itself()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        Assert.Equal(pair.Client.GetChannelBinding(), pair.Server.GetChannelBinding());
        Assert.Equal("localhost", pair.Server.ClientHello!.ServerName);
        Assert.Null(pair.Client.ClientHello);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token));
        await pair.Client.Output.WriteAsync("question"u8.ToArray(), Token);
        Assert.Equal("question", await ReadTextAsync(pair.Server.Input));
        await pair.Server.Output.WriteAsync("answer"u8.ToArray(), Token);
        Assert.Equal("answer", await ReadTextAsync(pair.Client.Input));
        await pair.Client.Output.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.UpdateKeysAsync(cancellationToken: Token).AsTask());
        Assert.True((await pair.Server.Input.ReadAsync(Token)).IsCompleted);
        await pair.Server.Output.WriteAsync("late"u8.ToArray(), Token);
        await pair.Server.Output.CompleteAsync();
        Assert.Equal("late", await ReadTextAsync(pair.Client.Input));
        Assert.True((await pair.Client.Input.ReadAsync(Token)).IsCompleted);
        Assert.Equal((10L, 8L), (pair.Client.BytesIn, pair.Client.BytesOut));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(16384)]
    [InlineData(1_000_000)]
    public async Task What_is_written_is_read(int size)
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(40_000));
        byte[] sent = RandomNumberGenerator.GetBytes(size);
        Task writing = Task.Run(async () =>
        {
            await pair.Client.Output.WriteAsync(sent, Token);
            pair.Client.Output.Write(sent);
            await pair.Client.Output.FlushAsync(Token);
            await pair.Client.Output.CompleteAsync();
        }, Token);
        using MemoryStream received = new();
        await pair.Server.Input.CopyToAsync(received, Token);
        await writing;
        Assert.Equal([.. sent, .. sent], received.ToArray());
        Assert.Equal(0, pair.Client.RentedBlocks + pair.Server.RentedBlocks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task A_transport_may_cut_what_it_carries_anywhere(int size)
    {
        Pipe up = new(PipesPair.Inline()), down = new(PipesPair.Inline());
        await using HybridTlsConnection client = new(new PipesPair.Ends(down.Reader, up.Writer));
        await using HybridTlsConnection server = new(new PipesPair.Ends(
            PipeReader.Create(new ChoppedStream(up.Reader.AsStream(), size),
                new StreamPipeReaderOptions(bufferSize: size, minimumReadSize: 1)), down.Writer));
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token),
            client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token));
        byte[] sent = RandomNumberGenerator.GetBytes(40_000);
        await client.Output.WriteAsync(sent, Token);
        await client.UpdateKeysAsync(cancellationToken: Token);
        await client.Output.WriteAsync(sent, Token);
        await client.Output.CompleteAsync();
        using MemoryStream received = new();
        await server.Input.CopyToAsync(received, Token);
        Assert.Equal([.. sent, .. sent], received.ToArray());
    }

    [Fact]
    public async Task A_second_read_is_refused_and_the_first_goes_on()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        Task<ReadResult> first = pair.Server.Input.ReadAsync(Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        Assert.Throws<InvalidOperationException>(() => pair.Server.Input.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => pair.Server.Input.AdvanceTo(default));
        await pair.Client.Output.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(5, (await first).Buffer.Length);
    }

    [Fact]
    public async Task Positions_outside_of_the_data_are_refused()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.Client.Output.WriteAsync("hello"u8.ToArray(), Token);
        ReadResult first = await pair.Server.Input.ReadAsync(Token);
        pair.Server.Input.AdvanceTo(first.Buffer.GetPosition(2));
        ReadResult second = await pair.Server.Input.ReadAsync(Token);
        Assert.Throws<InvalidOperationException>(() => pair.Server.Input.AdvanceTo(first.Buffer.GetPosition(1)));
        SequencePosition beyond = new(first.Buffer.Start.GetObject(), 100);
        Assert.Throws<InvalidOperationException>(() => pair.Server.Input.AdvanceTo(beyond));
        Assert.Throws<InvalidCastException>(() => pair.Server.Input.AdvanceTo(new SequencePosition("", 0)));
        pair.Server.Input.AdvanceTo(second.Buffer.End);
    }

    /// <summary>
    /// The documentation says how much "needs to be buffered"; a pipe counts only what was not examined, and so may wait for more.
    /// </summary>
    [Theory]
    [InlineData(1, 2, 2, true)]
    [InlineData(0, 2, 3, true)]
    [InlineData(0, 3, 2, false)]
    [InlineData(0, 3, 4, false)]
    public async Task ReadAtLeast_counts_all_that_is_buffered_and_waits_for_something_new(
        int consumed, int examined, int minimum, bool isReady)
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.Client.Output.WriteAsync("abc"u8.ToArray(), Token);
        ReadResult result = await pair.Server.Input.ReadAsync(Token);
        pair.Server.Input.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.GetPosition(examined));
        Task<ReadResult> reading = pair.Server.Input.ReadAtLeastAsync(minimum, Token).AsTask();
        Assert.Equal(isReady, reading.IsCompleted);
        if (!isReady)
            await pair.Client.Output.WriteAsync("d"u8.ToArray(), Token);
        result = await reading;
        Assert.True(result.Buffer.Length >= minimum);
    }

    [Fact]
    public async Task A_transport_that_ends_without_close_notify_is_reported_after_the_data()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.Client.Output.WriteAsync("half"u8.ToArray(), Token);
        await pair.ToServer.Writer.CompleteAsync();
        Assert.Equal("half", await ReadTextAsync(pair.Server.Input));
        for (int i = 0; i < 2; i++)
        {
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
            Assert.Equal((HybridTlsFailure.Truncated, null), (exception.Failure, exception.Alert));
            Assert.Throws<HybridTlsException>(() => pair.Server.Input.TryRead(out _));
            await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Output.WriteAsync(new byte[1], Token).AsTask());
        }

        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.UpdateKeysAsync(cancellationToken: Token).AsTask());
    }

    [Fact]
    public async Task A_transport_that_fails_is_a_truncation_with_its_cause()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        Task<ReadResult> reading = pair.Server.Input.ReadAsync(Token).AsTask();
        await pair.ToServer.Writer.CompleteAsync(new IOException("reset by peer"));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => reading);
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        Assert.Equal("reset by peer", exception.InnerException!.Message);

        await using PipesPair other = await PipesPair.CreateAsync();
        await other.ToServer.Reader.CompleteAsync(new IOException("the wire was cut"));
        exception = await Assert.ThrowsAsync<HybridTlsException>(() => other.Client.Output.WriteAsync(new byte[10], Token).AsTask());
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        Assert.Contains("cut", exception.InnerException!.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HybridTlsException>(() => other.Client.UpdateKeysAsync(cancellationToken: Token).AsTask());
    }

    [Fact]
    public async Task A_writer_learns_that_nobody_reads()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.ToServer.Reader.CompleteAsync();
        Assert.True((await pair.Client.Output.WriteAsync(new byte[200_000], Token)).IsCompleted);
        Assert.True((await pair.Client.Output.FlushAsync(Token)).IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_was_changed_ends_the_connection_on_both_sides(bool tries)
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.Client.Output.WriteAsync("good"u8.ToArray(), Token);
        await pair.ToServer.Writer.WriteAsync((byte[])[23, 3, 3, 0, 30, .. new byte[30]], Token);
        Assert.Equal("good", await ReadTextAsync(pair.Server.Input));
        HybridTlsException exception = tries
            ? Assert.Throws<HybridTlsException>(() => pair.Server.Input.TryRead(out _))
            : await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
        pair.Server.Output.Write(new byte[100_000]);
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Output.FlushAsync(Token).AsTask());
        Assert.Equal(0, pair.Server.RentedBlocks);
        exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.Input.ReadAsync(Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.Output.WriteAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task An_alert_waits_for_the_writer_that_is_stuck_and_the_reader_does_not()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        Task<FlushResult> stuck = pair.Server.Output.WriteAsync(new byte[50_000], Token).AsTask();
        Assert.False(stuck.IsCompleted);
        await pair.ToServer.Writer.WriteAsync((byte[])[23, 3, 3, 0, 30, .. new byte[30]], Token);
        await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        Assert.False(stuck.IsCompleted);
        ReadResult result = await pair.Client.Input.ReadAtLeastAsync(50_000, Token);
        Assert.Equal(50_000, result.Buffer.Length);
        pair.Client.Input.AdvanceTo(result.Buffer.End);
        await stuck;
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Client.Input.ReadAsync(Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.BadRecordMac), (exception.Failure, exception.Alert));
    }

    [Fact]
    public async Task A_flood_of_key_updates_is_refused()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        for (int i = 0; i < 33; i++)
            await pair.Client.UpdateKeysAsync(requestPeer: false, Token);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.UnexpectedMessage), (exception.Failure, exception.Alert));
    }

    [Fact]
    public async Task A_writer_that_completes_with_an_exception_leaves_no_doubt()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        await pair.Client.Output.WriteAsync("part"u8.ToArray(), Token);
        pair.Client.Output.Write("never sent"u8);
        await pair.Client.Output.CompleteAsync(new InvalidDataException("of ours"));
        Assert.Equal(0, pair.Client.RentedBlocks);
        Assert.Equal("part", await ReadTextAsync(pair.Server.Input));
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.InternalError), (exception.Failure, exception.Alert));
    }

    [Fact]
    public async Task A_reader_that_completes_gives_its_memory_back_wherever_it_is()
    {
        CountingPool pool = new();
        await using PipesPair pair = await PipesPair.CreateAsync(pool: pool);
        await pair.Client.Output.WriteAsync(new byte[1000], Token);
        ReadResult result = await pair.Server.Input.ReadAsync(Token);
        pair.Server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Task<ReadResult> waiting = pair.Server.Input.ReadAsync(Token).AsTask();
        Assert.Equal(1, pool.Out);
        pair.Server.Input.Complete(new InvalidDataException("enough"));
        Assert.True((await waiting).IsCanceled);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
        await pair.Server.DisposeAsync();
        Assert.Equal(0, pool.Out);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposal_says_goodbye(bool leaveOpen)
    {
        await using PipesPair pair = await PipesPair.CreateAsync(leaveTransportOpen: leaveOpen);
        await pair.Client.Output.WriteAsync("x"u8.ToArray(), Token);
        await pair.Client.DisposeAsync();
        await pair.Client.DisposeAsync();
        Assert.Equal("x", await ReadTextAsync(pair.Server.Input));
        Assert.True((await pair.Server.Input.ReadAsync(Token)).IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.Input.ReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.Output.WriteAsync(new byte[1], Token).AsTask());
        Assert.Throws<ObjectDisposedException>(pair.Client.GetChannelBinding);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Client.UpdateKeysAsync(cancellationToken: Token).AsTask());
        if (leaveOpen)
            Assert.False((await pair.ToServer.Writer.WriteAsync("plain"u8.ToArray(), Token)).IsCompleted);
        else
            await Assert.ThrowsAsync<InvalidOperationException>(() => pair.ToServer.Writer.WriteAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task Disposal_leaves_a_transport_that_can_be_used()
    {
        PipesPair pair = await PipesPair.CreateAsync(leaveTransportOpen: true);
        Task<ReadResult> reading = pair.Client.Input.ReadAsync(Token).AsTask();
        await pair.Client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await pair.ToClient.Writer.WriteAsync("plain"u8.ToArray(), Token);
        Assert.Equal("plain", await ReadTextAsync(pair.ToClient.Reader));
        await pair.Server.DisposeAsync();
    }

    [Fact]
    public async Task Disposal_ends_a_read_and_a_flush_under_way()
    {
        PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        Task reading = pair.Client.Input.ReadAsync(Token).AsTask();
        Task<FlushResult> writing = pair.Client.Output.WriteAsync(new byte[200_000], Token).AsTask();
        Assert.False(reading.IsCompleted || writing.IsCompleted);
        await pair.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.True((await writing.WaitAsync(TimeSpan.FromSeconds(20), Token)).IsCanceled);
    }

    [Fact]
    public async Task Disposal_leaves_the_user_what_he_looks_at()
    {
        CountingPool pool = new();
        PipesPair pair = await PipesPair.CreateAsync(pool: pool);
        await pair.Client.Output.WriteAsync("looked at"u8.ToArray(), Token);
        ReadResult result = await pair.Server.Input.ReadAsync(Token);
        await pair.DisposeAsync();
        Assert.Equal("looked at", Encoding.UTF8.GetString(result.Buffer));
        pair.Server.Input.AdvanceTo(result.Buffer.Start);
        Assert.Equal(0, pool.Out);
        pair.Server.Input.Complete();
        pair.Server.Output.Complete();
        pair.Server.Input.CancelPendingRead();
    }

    [Fact]
    public async Task The_facts_of_a_client_hello_outlive_a_failed_handshake()
    {
        await using PipesPair pair = PipesPair.CreateRaw();
        HybridTlsServerOptions options = TestIdentities.ServerOptions(options => options.SelectOptions = static (_, _) =>
            ValueTask.FromResult<HybridTlsServerOptions?>(null));
        Task server = pair.Server.AuthenticateAsServerAsync(options, Token);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() =>
            pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token));
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.UnrecognizedName), (exception.Failure, exception.Alert));
        exception = await Assert.ThrowsAsync<HybridTlsException>(() => server);
        Assert.Equal(HybridTlsFailure.AlertSent, exception.Failure);
        Assert.Equal("localhost", pair.Server.ClientHello!.ServerName);
        Assert.False(pair.Server.IsAuthenticated);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Server.Input.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task A_host_that_chooses_late_finds_what_has_come_meanwhile()
    {
        await using PipesPair pair = PipesPair.CreateRaw();
        TaskCompletionSource<HybridTlsServerOptions?> choice = new();
        Task server = pair.Server.AuthenticateAsServerAsync(
            TestIdentities.ServerOptions(options => options.SelectOptions = (_, _) =>
                new ValueTask<HybridTlsServerOptions?>(choice.Task)), Token);
        Task client = pair.Client.AuthenticateAsClientAsync(TestIdentities.ClientOptions(), Token);
        Assert.False(server.IsCompleted || client.IsCompleted);
        choice.SetResult(TestIdentities.ServerOptions(options =>
        {
            options.RecordSizing = RecordSizing.Full;
            options.TicketCount = 0;
        }));
        await Task.WhenAll(server, client);
        await pair.Server.Output.WriteAsync(new byte[5000], Token);
        Assert.Equal(5022, (await pair.ToClient.Reader.ReadAsync(Token)).Buffer.Length);
    }

    [Fact]
    public async Task A_handshake_that_the_peer_abandons_is_truncated()
    {
        foreach (Exception? reason in (Exception?[])[null, new IOException("gone")])
        {
            await using PipesPair pair = PipesPair.CreateRaw();
            Task server = pair.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token);
            await pair.ToServer.Writer.WriteAsync((byte[])[22, 3, 1, 4, 0, 1], Token);
            await pair.ToServer.Writer.CompleteAsync(reason);
            Assert.Equal(HybridTlsFailure.Truncated, (await Assert.ThrowsAsync<HybridTlsException>(() => server)).Failure);
        }
    }

    [Fact]
    public async Task A_handshake_is_cancelled_or_ends_by_its_time_limit()
    {
        await using PipesPair cancelled = PipesPair.CreateRaw();
        using CancellationTokenSource source = new();
        Task handshake = cancelled.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);

        await using PipesPair late = PipesPair.CreateRaw();
        handshake = late.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(options =>
            options.HandshakeTimeout = TimeSpan.FromMilliseconds(20)), Token);
        Assert.Equal(HybridTlsFailure.TimedOut, (await Assert.ThrowsAsync<HybridTlsException>(() => handshake)).Failure);

        await using PipesPair woken = PipesPair.CreateRaw();
        handshake = woken.Server.AuthenticateAsServerAsync(TestIdentities.ServerOptions(), Token);
        woken.ToServer.Reader.CancelPendingRead();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handshake);
    }

    [Fact]
    public async Task Somebody_elses_cancellation_of_the_transport_is_handed_on()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        Task<ReadResult> reading = pair.Server.Input.ReadAsync(Token).AsTask();
        pair.ToServer.Reader.CancelPendingRead();
        Assert.True((await reading).IsCanceled);
        reading = pair.Server.Input.ReadAsync(Token).AsTask();
        await pair.Client.Output.WriteAsync("x"u8.ToArray(), Token);
        Assert.False((await reading).IsCanceled);
    }

    private static async Task<string> ReadTextAsync(PipeReader reader)
    {
        ReadResult result = await reader.ReadAsync(Token);
        string text = Encoding.UTF8.GetString(result.Buffer);
        reader.AdvanceTo(result.Buffer.End);
        return text;
    }

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private sealed class ChoppedStream(Stream inner, int size) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
