using System.Buffers;
using System.IO.Pipelines;
using HybridTls.Handshake;
using HybridTls.Tests.Handshake;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Transport;

/// <summary>Keys that are renewed while data flows, over streams and over pipes.</summary>
public sealed class KeyUpdateFlowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-1")]
    [Clause("HT-KU-4")]
    public async Task Both_sides_renew_keys_by_call(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes);
        await ends.UpdateClientAsync(true);
        await ends.UpdateClientAsync(true);
        await ends.UpdateServerAsync(false);
        await ends.SendToServerAsync(1);
        await ends.SendToClientAsync(2);

        // Two of the client's own; one of the server's own, and its answer to the first request: the second asked for nothing.
        Assert.Equal((2ul, 2ul), ends.Generations);
        await ends.UpdateClientAsync(true);
        await ends.SendToServerAsync(3);
        await ends.SendToClientAsync(4);
        Assert.Equal((3ul, 3ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-5")]
    public async Task Keys_renew_themselves_by_bytes(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes, options => options.KeyUpdateAfterBytes = 1000);
        for (int i = 0; i < 10; i++)
            await ends.SendToServerAsync(new byte[250]);
        Assert.Equal((2ul, 0ul), ends.Generations);
        await ends.SendToClientAsync(new byte[1000]);
        await ends.SendToClientAsync(1);
        Assert.Equal((2ul, 1ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-8")]
    public async Task Keys_renew_themselves_by_age_when_data_flows(bool overPipes)
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        await using Ends ends = await Ends.CreateAsync(
            overPipes, options => (options.TimeProvider, options.KeyUpdateAfter) = (clock, TimeSpan.FromMinutes(1)));
        await ends.SendToServerAsync(1);
        clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal((0ul, 0ul), ends.Generations);
        await ends.SendToServerAsync(2);
        await ends.SendToServerAsync(3);
        Assert.Equal((1ul, 0ul), ends.Generations);
        await ends.SendToClientAsync(4);
        Assert.Equal((1ul, 1ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    public async Task A_side_that_only_reads_answers_after_so_many_records(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes);
        await ends.UpdateClientAsync(true);
        for (int i = 0; i < KeyUpdates.MaxRecordsUnanswered; i++)
            await ends.SendToServerAsync((byte)i);
        Assert.Equal((1ul, 0ul), ends.Generations);
        await ends.SendToServerAsync(1);
        Assert.Equal((1ul, 1ul), ends.Generations);
        await ends.SendToClientAsync(2);
        Assert.Equal((1ul, 1ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    public async Task A_side_that_only_reads_asks_for_new_keys(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes, server: options => options.KeyUpdateAfterRecords = 10);
        for (int i = 0; i < 10 + KeyUpdates.MaxRecordsUnanswered; i++)
            await ends.SendToServerAsync((byte)i);
        Assert.Equal((0ul, 1ul), ends.Generations);

        // The client reads the request whenever it reads, and answers with its next data.
        await ends.SendToClientAsync(1);
        await ends.SendToServerAsync(2);
        Assert.Equal((1ul, 1ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    [Clause("HT-SHELL-1")]
    public async Task A_reader_does_not_wait_for_its_answer_to_be_taken(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes, limit: 10_000);
        await ends.WriteToClientAsync(new byte[9_810]); // in records of 1,400 bytes: 14 bytes of room are left
        await ends.UpdateClientAsync(true);
        for (int i = 0; i < KeyUpdates.MaxRecordsUnanswered + 20; i++)
            await ends.SendToServerAsync((byte)i);

        // A write waits for its turn, and nothing is lost.
        Task writing = ends.WriteToClientAsync([42]).AsTask();
        byte[] received = await ends.ReadAtClientAsync(9_811);
        await writing;
        Assert.Equal(42, received[^1]);
        Assert.Equal((1ul, 1ul), ends.Generations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_does_not_wait_long_for_an_answer_that_nobody_takes(bool overPipes)
    {
        Ends ends = await Ends.CreateAsync(overPipes, limit: 10_000);
        await ends.WriteToClientAsync(new byte[9_810]);
        await ends.UpdateClientAsync(true);
        for (int i = 0; i < KeyUpdates.MaxRecordsUnanswered + 20; i++)
            await ends.SendToServerAsync((byte)i);
        await ends.DisposeServerAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
        await ends.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    [Clause("HT-SHELL-3")]
    public async Task Nothing_is_answered_after_close_notify(bool overPipes)
    {
        await using Ends ends = await Ends.CreateAsync(overPipes);
        await ends.ShutdownServerAsync();
        await ends.UpdateClientAsync(true);
        for (int i = 0; i < KeyUpdates.MaxRecordsUnanswered + 20; i++)
            await ends.SendToServerAsync((byte)i);
        Assert.Equal((1ul, 0ul), ends.Generations);
        Assert.Empty(await ends.ReadAtClientAsync(1));
    }

    /// <summary>Two established sides, of either kind.</summary>
    private sealed class Ends : IAsyncDisposable
    {
        private readonly TlsPair? _streams;
        private readonly PipesPair? _pipes;

        private Ends(TlsPair? streams, PipesPair? pipes) => (_streams, _pipes) = (streams, pipes);

        /// <summary>How often each side renewed its key, as the other side knows it.</summary>
        public (ulong Client, ulong Server) Generations
        {
            get
            {
                HandshakeMachine client = _streams?.Client.Machine ?? _pipes!.Client.Machine;
                HandshakeMachine server = _streams?.Server.Machine ?? _pipes!.Server.Machine;
                Assert.Equal(client.Established.Secrets.Client.Generation, server.Established.Secrets.Client.Generation);
                return (client.Established.Secrets.Client.Generation, server.Established.Secrets.Server.Generation);
            }
        }

        public static async Task<Ends> CreateAsync(
            bool overPipes, Action<HybridTlsOptions>? both = null, Action<HybridTlsOptions>? server = null, int limit = 1 << 20)
        {
            HybridTlsServerOptions serverOptions = TestIdentities.ServerOptions(o => (server ?? both)?.Invoke(o));
            serverOptions.AllowTlsResume = false; // tickets would take room, and count as records
            HybridTlsClientOptions clientOptions = TestIdentities.ClientOptions(o => both?.Invoke(o));
            return overPipes
                ? new Ends(null, await PipesPair.CreateAsync(serverOptions, clientOptions, PipesPair.Inline(limit)))
                : new Ends(await TlsPair.CreateAsync(serverOptions, clientOptions, limit), null);
        }

        public async ValueTask UpdateClientAsync(bool request)
        {
            if (_streams is not null)
                await _streams.Client.UpdateKeysAsync(request, Token);
            else
                await _pipes!.Client.UpdateKeysAsync(request, Token);
        }

        public async ValueTask UpdateServerAsync(bool request)
        {
            if (_streams is not null)
                await _streams.Server.UpdateKeysAsync(request, Token);
            else
                await _pipes!.Server.UpdateKeysAsync(request, Token);
        }

        public async Task SendToServerAsync(params byte[] data)
        {
            if (_streams is not null)
                await _streams.Client.WriteAsync(data, Token);
            else
                await _pipes!.Client.Output.WriteAsync(data, Token);
            Assert.Equal(data, _streams is not null ? await ReadAsync(_streams.Server, data.Length) : await ReadAsync(_pipes!.Server.Input, data.Length));
        }

        public async ValueTask WriteToClientAsync(byte[] data)
        {
            if (_streams is not null)
                await _streams.Server.WriteAsync(data, Token);
            else
                await _pipes!.Server.Output.WriteAsync(data, Token);
        }

        public async Task SendToClientAsync(params byte[] data)
        {
            await WriteToClientAsync(data);
            Assert.Equal(data, await ReadAtClientAsync(data.Length));
        }

        public Task<byte[]> ReadAtClientAsync(int count) =>
            _streams is not null ? ReadAsync(_streams.Client, count) : ReadAsync(_pipes!.Client.Input, count);

        public async Task ShutdownServerAsync()
        {
            if (_streams is not null)
                await _streams.Server.ShutdownAsync(Token);
            else
                await _pipes!.Server.Output.CompleteAsync();
        }

        public async Task DisposeServerAsync()
        {
            if (_streams is not null)
                await _streams.Server.DisposeAsync();
            else
                await _pipes!.Server.DisposeAsync();
        }

        public ValueTask DisposeAsync() => _streams?.DisposeAsync() ?? _pipes!.DisposeAsync();

        private static async Task<byte[]> ReadAsync(HybridTlsStream stream, int count)
        {
            byte[] data = new byte[count];
            return data[..await stream.ReadAtLeastAsync(data, count, throwOnEndOfStream: false, Token)];
        }

        private static async Task<byte[]> ReadAsync(PipeReader reader, int count)
        {
            ReadResult result = await reader.ReadAtLeastAsync(count, Token);
            byte[] data = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length)).ToArray();
            reader.AdvanceTo(result.Buffer.GetPosition(data.Length));
            return data;
        }
    }
}
