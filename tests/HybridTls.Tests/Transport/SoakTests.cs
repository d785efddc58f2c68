using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using HybridTls.Handshake;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>
/// Very many small records in both directions at once, while keys change all the time: by themselves, because the peer asks, and because
/// the program does.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>What a record of 128 bytes, the smallest that can be asked for, has room for.</summary>
    private const int ContentSize = 106;

    private const int RecordsPerWrite = 600;
    private const int RecordsPerKey = 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-1")]
    [Clause("HT-KU-2")]
    [Clause("HT-KU-5")]
    [Clause("HT-SHELL-1")]
    public Task Two_hundred_thousand_records_arrive_while_keys_change(bool overPipes) => RunAsync(overPipes, 100_000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Ten_million_records_each_way_arrive_while_keys_change(bool overPipes)
    {
        if (Environment.GetEnvironmentVariable("HYBRIDTLS_LONG_TESTS") != "1")
            Assert.Skip("Set HYBRIDTLS_LONG_TESTS=1 to send ten million records each way.");
        return RunAsync(overPipes, 10_000_000);
    }

    private async Task RunAsync(bool overPipes, int records)
    {
        static void Change(HybridTlsOptions options)
        {
            options.KeyUpdateAfterRecords = RecordsPerKey;
            options.RecordSizing = new RecordSizing { FreshBytes = 0, FullRecordSize = 128 };
        }

        HybridTlsServerOptions serverOptions = TestIdentities.ServerOptions(Change);
        HybridTlsClientOptions clientOptions = TestIdentities.ClientOptions(Change);
        IAsyncDisposable pair;
        Side client, server;
        if (overPipes)
        {
            PipesPair pipes = await PipesPair.CreateAsync(serverOptions, clientOptions, new PipeOptions(pauseWriterThreshold: 1 << 18));
            (pair, client, server) = (pipes, Side.Of(pipes.Client), Side.Of(pipes.Server));
        }
        else
        {
            TlsPair streams = await TlsPair.CreateAsync(serverOptions, clientOptions, limit: 1 << 18);
            (pair, client, server) = (streams, Side.Of(streams.Client), Side.Of(streams.Server));
        }

        await using (pair)
        {
            long start = Stopwatch.GetTimestamp();
            Task<byte[]> clientReads = Task.Run(() => ReadAsync(client), Token), serverReads = Task.Run(() => ReadAsync(server), Token);
            Task<(byte[] Hash, int Updates)> clientWrites = Task.Run(() => WriteAsync(client, records, seed: 1), Token);
            Task<(byte[] Hash, int Updates)> serverWrites = Task.Run(() => WriteAsync(server, records, seed: 2), Token);
            Assert.Equal((await clientWrites).Hash, await serverReads);
            Assert.Equal((await serverWrites).Hash, await clientReads);

            foreach ((ulong sent, ulong received, int updates) in ((ulong, ulong, int)[])
            [
                (client.Machine.Established.Secrets.Client.Generation, server.Machine.Established.Secrets.Client.Generation, (await clientWrites).Updates),
                (server.Machine.Established.Secrets.Server.Generation, client.Machine.Established.Secrets.Server.Generation, (await serverWrites).Updates),
            ])
            {
                Assert.Equal(sent, received);
                Assert.InRange(sent, (ulong)(records / RecordsPerKey), (ulong)(4 * records / RecordsPerKey) + (ulong)(2 * updates));
                output.WriteLine($"{records:N0} records of {ContentSize} bytes, {sent:N0} keys, {updates:N0} of them by call");
            }

            output.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, {(overPipes ? "pipes" : "streams")}");
        }
    }

    private static async Task<(byte[] Hash, int Updates)> WriteAsync(Side side, int records, int seed)
    {
        Random random = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] data = new byte[RecordsPerWrite * ContentSize];
        random.NextBytes(data);
        int updates = 0;
        for (int sent = 0; sent < records;)
        {
            int count = Math.Min(RecordsPerWrite, records - sent);
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(i * ContentSize), sent + i);
            sent += count;
            hash.AppendData(data, 0, count * ContentSize);
            Task update = Task.CompletedTask;
            if (random.Next(8) == 0)
            {
                // Beside the write, before it or behind it.
                bool request = random.Next(2) == 0;
                update = random.Next(3) == 0 ? side.UpdateAsync(request) : Task.Run(() => side.UpdateAsync(request), Token);
                updates++;
            }

            await side.WriteAsync(data.AsMemory(0, count * ContentSize));
            await update;
        }

        await side.EndAsync();
        return (hash.GetHashAndReset(), updates);
    }

    private static async Task<byte[]> ReadAsync(Side side)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await side.ReadAsync(hash);
        return hash.GetHashAndReset();
    }

    private sealed record Side(
        HandshakeMachine Machine, Func<ReadOnlyMemory<byte>, Task> WriteAsync, Func<bool, Task> UpdateAsync, Func<Task> EndAsync,
        Func<IncrementalHash, Task> ReadAsync)
    {
        public static Side Of(HybridTlsStream stream) => new(
            stream.Machine,
            data => stream.WriteAsync(data, Token).AsTask(),
            request => stream.UpdateKeysAsync(request, Token),
            () => stream.ShutdownAsync(Token),
            async hash =>
            {
                byte[] buffer = new byte[16 * 1024];
                for (int count; (count = await stream.ReadAsync(buffer, Token)) > 0;)
                    hash.AppendData(buffer, 0, count);
            });

        public static Side Of(HybridTlsConnection connection) => new(
            connection.Machine,
            data => connection.Output.WriteAsync(data, Token).AsTask(),
            request => connection.UpdateKeysAsync(request, Token).AsTask(),
            () => connection.Output.CompleteAsync().AsTask(),
            async hash =>
            {
                ReadResult result;
                do
                {
                    result = await connection.Input.ReadAsync(Token);
                    foreach (ReadOnlyMemory<byte> part in result.Buffer)
                        hash.AppendData(part.Span);
                    connection.Input.AdvanceTo(result.Buffer.End);
                }
                while (!result.IsCompleted);
            });
    }
}
