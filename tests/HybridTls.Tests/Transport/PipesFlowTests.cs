using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using HybridTls.Tests.Handshake;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Transport;

/// <summary>How data flows: back-pressure, both directions at once, the sizes of records, and what memory it takes.</summary>
public sealed class PipesFlowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_does_not_read_holds_the_writer_up()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        Task<FlushResult> first = pair.Client.Output.WriteAsync(new byte[10_000], Token).AsTask();
        Assert.True(first.IsCompleted);
        Task<FlushResult> second = pair.Client.Output.WriteAsync(new byte[30_000], Token).AsTask();
        Assert.False(second.IsCompleted);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Client.Output.FlushAsync(Token).AsTask());

        // What is not asked for stays with the transport.
        ReadResult result = await pair.Server.Input.ReadAsync(Token);
        Assert.False((await second.WaitAsync(TimeSpan.FromSeconds(10), Token)).IsCompleted);
        long total = result.Buffer.Length;
        pair.Server.Input.AdvanceTo(result.Buffer.End);
        while (total < 40_000)
        {
            result = await pair.Server.Input.ReadAsync(Token);
            total += result.Buffer.Length;
            pair.Server.Input.AdvanceTo(result.Buffer.End);
        }

        Assert.Equal(40_000, total);
    }

    [Fact]
    public async Task A_read_decrypts_one_batch_and_leaves_the_rest_to_the_transport()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(1 << 22));
        await pair.Client.Output.WriteAsync(new byte[1_000_000], Token);
        ReadResult result = await pair.Server.Input.ReadAsync(Token);
        Assert.InRange(result.Buffer.Length, 49_152, 66_000);
        pair.Server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(1));
        result = await pair.Server.Input.ReadAsync(Token);
        Assert.InRange(result.Buffer.Length, 49_152, 66_000);
        pair.Server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        result = await pair.Server.Input.ReadAsync(Token);
        Assert.InRange(result.Buffer.Length, 98_304, 132_000);
        pair.Server.Input.AdvanceTo(result.Buffer.End);
        result = await pair.Server.Input.ReadAtLeastAsync(800_000, Token);
        Assert.InRange(result.Buffer.Length, 800_000, 900_000);
        pair.Server.Input.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public async Task A_cancelled_flush_loses_nothing()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        byte[] data = RandomNumberGenerator.GetBytes(300_000);
        using CancellationTokenSource source = new();
        Task<FlushResult> writing = pair.Client.Output.WriteAsync(data.AsMemory(0, 200_000), source.Token).AsTask();
        Assert.False(writing.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        writing = pair.Client.Output.WriteAsync(data.AsMemory(200_000), Token).AsTask();
        Assert.False(writing.IsCompleted);
        pair.Client.Output.CancelPendingFlush();
        Assert.True((await writing).IsCanceled);
        pair.Client.Output.Complete();
        using MemoryStream received = new();
        await pair.Server.Input.CopyToAsync(received, Token);
        Assert.Equal(data, received.ToArray());
    }

    [Fact]
    public async Task A_write_of_a_whole_buffer_is_on_its_way_before_its_end_is_protected()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        Task<FlushResult> writing = pair.Client.Output.WriteAsync(new byte[1 << 20], Token).AsTask();
        Assert.False(writing.IsCompleted);
        Assert.InRange(pair.Client.BytesOut, 1, 70_000);
        ReadResult result = await pair.Server.Input.ReadAtLeastAsync(1 << 20, Token);
        Assert.Equal(1 << 20, result.Buffer.Length);
        await writing;
    }

    [Fact]
    public async Task Memory_may_be_written_to_while_a_flush_waits()
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(20_000));
        byte[] data = RandomNumberGenerator.GetBytes(200_000);
        Task<FlushResult> writing = pair.Client.Output.WriteAsync(data.AsMemory(0, 50_000), Token).AsTask();
        Assert.False(writing.IsCompleted);
        pair.Client.Output.Write(data.AsSpan(50_000));
        Assert.Equal(150_000, pair.Client.Output.UnflushedBytes);
        Task copying = Task.Run(async () =>
        {
            using MemoryStream received = new();
            await pair.Server.Input.CopyToAsync(received, Token);
            Assert.Equal(data, received.ToArray());
        }, Token);
        await writing;
        Assert.Equal(150_000, pair.Client.Output.UnflushedBytes);
        await pair.Client.Output.FlushAsync(Token);
        await pair.Client.Output.CompleteAsync();
        await copying;
    }

    [Fact]
    public async Task Both_directions_run_at_once_while_keys_change()
    {
        CountingPool pool = new(4096);
        await using PipesPair pair = await PipesPair.CreateAsync(
            TestIdentities.ServerOptions(options => options.KeyUpdateAfterRecords = 3),
            TestIdentities.ClientOptions(options => options.KeyUpdateAfterRecords = 10),
            new PipeOptions(pauseWriterThreshold: 50_000, resumeWriterThreshold: 25_000, useSynchronizationContext: false), pool);
        using CancellationTokenSource ending = new();
        Task updating = Task.Run(async () =>
        {
            for (int i = 0; !ending.IsCancellationRequested && i < 200; i++)
            {
                await (i % 2 == 0 ? pair.Client : pair.Server).UpdateKeysAsync(i % 3 == 0, Token);
                await Task.Delay(1, Token);
            }
        }, Token);
        Task<string>[] all =
        [
            WriteAsync(pair.Client.Output, 1), ReadAsync(pair.Server.Input, 2),
            WriteAsync(pair.Server.Output, 3), ReadAsync(pair.Client.Input, 4),
        ];
        string[] hashes = await Task.WhenAll(all[1], all[3]).WaitAsync(TimeSpan.FromSeconds(60), Token);
        await ending.CancelAsync();
        await Record.ExceptionAsync(() => updating); // a side may have been completed
        Assert.Equal(await all[0], hashes[0]);
        Assert.Equal(await all[2], hashes[1]);
        Assert.Equal(0, pair.Client.RentedBlocks + pair.Server.RentedBlocks);
        Assert.Equal(0, pool.Out);
        Assert.True(pair.Client.Machine.Established.Secrets.Server.Generation > 10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_idle_connection_holds_no_memory(bool smallBlocks)
    {
        CountingPool pool = new(smallBlocks ? 4096 : int.MaxValue);
        await using PipesPair pair = await PipesPair.CreateAsync(pool: pool);
        Assert.Equal(0, pool.Out);
        foreach (int size in (int[])[1, 1000, 4095, 4096, 16_384, 70_000])
        {
            pair.Client.Output.Write(new byte[size]);
            await pair.Client.Output.FlushAsync(Token);
            await pair.Client.Output.WriteAsync(new byte[size], Token);
            ReadResult result = await pair.Server.Input.ReadAtLeastAsync(2 * size, Token);
            Assert.True(pair.Server.RentedBlocks > 0);
            pair.Server.Input.AdvanceTo(result.Buffer.GetPosition(size), result.Buffer.End);
            Assert.True(pair.Server.RentedBlocks > 0);
            Task<ReadResult> waiting = pair.Server.Input.ReadAsync(Token).AsTask();
            pair.Server.Input.CancelPendingRead();
            pair.Server.Input.AdvanceTo((await waiting).Buffer.End);

            // It waits for more and holds nothing; nor does the handshake's part of the core.
            waiting = pair.Server.Input.ReadAsync(Token).AsTask();
            Assert.False(waiting.IsCompleted);
            Assert.Equal((0, 0, 0), (pool.Out, pair.Client.RentedBlocks, pair.Server.RentedBlocks));
            Assert.Equal((0, 0), (pair.Client.Machine.Reader.BufferedMemory, pair.Server.Machine.Reader.BufferedMemory));
            pair.Server.Input.CancelPendingRead();
            await waiting;
        }

        Assert.True(pool.Rented > 0);
    }

    [Fact]
    public async Task A_key_update_leaves_no_memory_behind()
    {
        CountingPool pool = new();
        await using PipesPair pair = await PipesPair.CreateAsync(pool: pool);
        await pair.Client.UpdateKeysAsync(cancellationToken: Token);
        Assert.False(pair.Server.Input.TryRead(out _));
        Assert.Equal((0, 0), (pool.Out, pair.Server.RentedBlocks));
        Assert.Equal(1UL, pair.Server.Machine.Established.Secrets.Client.Generation);
    }

    [Fact]
    [Clause("HT-SHELL-10")]
    public async Task A_fresh_flight_goes_out_in_records_that_fit_a_segment()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        await using PipesPair pair = await PipesPair.CreateAsync(client: TestIdentities.ClientOptions(options =>
            options.TimeProvider = clock));
        Assert.Equal((int[])[1400, 1400, 1400, 22 + 5000 - (3 * 1378)], await SizesAsync(pair, 5000));
        int[] sizes = await SizesAsync(pair, 100_000);
        int fresh = sizes.TakeWhile(size => size <= 1400).Count();
        Assert.InRange(fresh, 8, 10);
        Assert.All(sizes[fresh..^1], size => Assert.Equal(16_406, size));
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(16_406, (await SizesAsync(pair, 50_000))[0]);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1400, (await SizesAsync(pair, 50_000))[0]);
    }

    [Fact]
    [Clause("HT-SHELL-10")]
    public async Task Record_sizes_are_the_users_choice_and_the_peers_limit()
    {
        await using PipesPair full = await PipesPair.CreateAsync(client: TestIdentities.ClientOptions(options =>
            options.RecordSizing = RecordSizing.Full));
        Assert.Equal((int[])[16_406, 16_406, 22 + 40_000 - (2 * 16_384)], await SizesAsync(full, 40_000));
        await using PipesPair own = await PipesPair.CreateAsync(client: TestIdentities.ClientOptions(options =>
            options.RecordSizing = new RecordSizing { FreshBytes = 300, FreshRecordSize = 128, FullRecordSize = 10_022 }));
        Assert.Equal((int[])[128, 128, 128, 10_022, 22 + 20_000 - (3 * 106) - 10_000], await SizesAsync(own, 20_000));
        await using PipesPair limited = await PipesPair.CreateAsync(
            TestIdentities.ServerOptions(options => options.RecordSizeLimit = 1000),
            TestIdentities.ClientOptions(options => options.RecordSizeLimit = 16_384));
        Assert.All((await SizesAsync(limited, 30_000))[..^1], size => Assert.Equal(1000 + 21, size));
    }

    [Fact]
    [Clause("HT-SHELL-10")]
    public async Task A_stream_cuts_its_records_the_same_way()
    {
        await using TlsPair pair = await TlsPair.CreateAsync(client: TestIdentities.ClientOptions(options =>
            options.TimeProvider = new FakeTimeProvider(TestIdentities.Start)));
        await pair.Client.WriteAsync(new byte[40_000], Token);
        byte[] buffer = new byte[20_000];
        List<int> contents = [];
        while (contents.Sum() < 40_000)
            contents.Add(await pair.Server.ReadAsync(buffer, Token));
        Assert.Equal([.. Enumerable.Repeat(1378, 12), 16_384, 40_000 - (12 * 1378) - 16_384], contents);
    }

    [Fact]
    public void Record_sizes_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordSizing { FreshRecordSize = 127 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordSizing { FullRecordSize = 16_407 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordSizing { FreshBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordSizing { IdleAfter = TimeSpan.FromTicks(-1) });
        HybridTlsServerOptions options = TestIdentities.ServerOptions(options => options.RecordSizing = null!);
        Assert.Contains("RecordSizing", Assert.Throws<InvalidOperationException>(() => options.Validate()).Message,
            StringComparison.Ordinal);
        Assert.Equal(RecordSizing.Full, new HybridTlsServerOptions(TestIdentities.ServerOptions(options =>
            options.RecordSizing = RecordSizing.Full)).RecordSizing);
    }

    /// <summary>Sends so many bytes and tells the sizes of the records that the transport gets, header included.</summary>
    private static async Task<int[]> SizesAsync(PipesPair pair, int length)
    {
        pair.Client.Output.Write(new byte[length]);
        await pair.Client.Output.FlushAsync(Token);
        ReadResult result = await pair.ToServer.Reader.ReadAsync(Token);
        List<int> sizes = [];
        for (ReadOnlySequence<byte> rest = result.Buffer; !rest.IsEmpty; rest = rest.Slice(sizes[^1]))
        {
            byte[] header = rest.Slice(0, 5).ToArray();
            Assert.Equal(23, header[0]);
            sizes.Add(5 + BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3)));
        }

        pair.ToServer.Reader.AdvanceTo(result.Buffer.End);
        return [.. sizes];
    }

    private static Task<string> WriteAsync(PipeWriter output, int seed) => Task.Run(async () =>
    {
        Random random = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int left = 3_000_000; left > 0;)
        {
            byte[] part = new byte[Math.Min(left, random.Next(1, random.Next(2, 100_000)))];
            random.NextBytes(part);
            hash.AppendData(part);
            if (random.Next(3) == 0)
            {
                await output.WriteAsync(part, Token);
            }
            else
            {
                output.Write(part);
                if (random.Next(2) == 0)
                    await output.FlushAsync(Token);
            }

            left -= part.Length;
        }

        await output.CompleteAsync();
        return Convert.ToHexString(hash.GetHashAndReset());
    });

    private static Task<string> ReadAsync(PipeReader input, int seed) => Task.Run(async () =>
    {
        Random random = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (true)
        {
            ReadResult result = random.Next(4) == 0
                ? await input.ReadAtLeastAsync(random.Next(50_000), Token)
                : await input.ReadAsync(Token);
            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, random.NextInt64(result.Buffer.Length + 1));
            foreach (ReadOnlyMemory<byte> part in taken)
                hash.AppendData(part.Span);
            if (result.IsCompleted && taken.Length == result.Buffer.Length)
                break;
            input.AdvanceTo(taken.End, random.Next(2) == 0 ? taken.End : result.Buffer.End);
        }

        await input.CompleteAsync();
        return Convert.ToHexString(hash.GetHashAndReset());
    });
}
