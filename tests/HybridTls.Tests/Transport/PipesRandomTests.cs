using System.Buffers;
using System.IO.Pipelines;

namespace HybridTls.Tests.Transport;

/// <summary>
/// Random operations on a plain pipe and on ours. Ours may hand out less at a time, since it decrypts only what is asked for: what it
/// hands out must be the beginning of what the pipe does, and it must have something whenever the pipe has.
/// </summary>
public sealed class PipesRandomTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_operations_do_what_they_do_on_a_pipe(int seed)
    {
        for (int round = 0; round < 8; round++)
            await RunAsync(new Random((seed * 1000) + round));
    }

    private static async Task RunAsync(Random random)
    {
        CountingPool pool = new(random.Next(2) == 0 ? 4096 : int.MaxValue);
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(1 << 28), pool: pool);
        Pipe oracle = new(PipesPair.Inline(1 << 28));
        (PipeReader Reader, PipeWriter Writer) ours = random.Next(2) == 0
            ? (pair.Server.Input, pair.Client.Output)
            : (pair.Client.Input, pair.Server.Output);
        Session session = new(oracle.Reader, ours.Reader);
        bool completed = false;
        for (int step = 0; step < 300 && !session.IsAtEnd; step++)
        {
            switch (random.Next(completed ? 4 : 10))
            {
                case 0 or 1 or 2:
                    await session.ReadAsync(random);
                    break;
                case 3 when random.Next(5) == 0:
                    oracle.Reader.CancelPendingRead();
                    ours.Reader.CancelPendingRead();
                    break;
                case 4 when random.Next(40) == 0:
                    oracle.Writer.Complete();
                    ours.Writer.Complete();
                    completed = true;
                    break;
                case 5 or 6 or 7:
                    byte[] data = new byte[random.Next(random.Next(4) == 0 ? 60_000 : 300)];
                    random.NextBytes(data);
                    if (random.Next(2) == 0)
                    {
                        FlushResult expected = await oracle.Writer.WriteAsync(data, Token);
                        FlushResult actual = await ours.Writer.WriteAsync(data, Token);
                        Assert.Equal((expected.IsCanceled, expected.IsCompleted), (actual.IsCanceled, actual.IsCompleted));
                    }
                    else
                    {
                        int hint = random.Next(2) == 0 ? 0 : random.Next(1, 20_000);
                        WriteInParts(oracle.Writer, data, hint);
                        WriteInParts(ours.Writer, data, hint);
                    }

                    break;
                case 8:
                    FlushResult flushed = await oracle.Writer.FlushAsync(Token);
                    FlushResult also = await ours.Writer.FlushAsync(Token);
                    Assert.Equal((flushed.IsCanceled, flushed.IsCompleted), (also.IsCanceled, also.IsCompleted));
                    break;
                case 9 when random.Next(10) == 0:
                    oracle.Writer.CancelPendingFlush();
                    ours.Writer.CancelPendingFlush();
                    break;
            }

            Assert.Equal(oracle.Writer.UnflushedBytes, ours.Writer.UnflushedBytes);
        }

        oracle.Writer.Complete();
        ours.Writer.Complete();
        while (!session.IsAtEnd)
            await session.ReadAsync(random);
        Assert.Equal((0, 0), (pair.Client.RentedBlocks, pair.Server.RentedBlocks));
        Assert.Equal(0, pool.Out);
    }

    private static void WriteInParts(PipeWriter writer, ReadOnlySpan<byte> data, int hint)
    {
        while (!data.IsEmpty)
        {
            Span<byte> span = writer.GetSpan(hint);
            Assert.True(span.Length >= Math.Max(1, hint));
            int count = Math.Min(span.Length, data.Length);
            data[..count].CopyTo(span);
            writer.Advance(count);
            data = data[count..];
        }
    }

    /// <summary>Two readers that are kept at the same position.</summary>
    private sealed class Session(PipeReader oracle, PipeReader ours)
    {
        private Task<ReadResult>? _oracleWaits;
        private Task<ReadResult>? _oursWaits;
        private long _examined;

        public bool IsAtEnd { get; private set; }

        public async Task ReadAsync(Random random)
        {
            ReadResult expected, actual;
            if (_oracleWaits is not null)
            {
                if (!_oracleWaits.IsCompleted)
                {
                    Assert.False(_oursWaits!.IsCompleted);
                    return;
                }

                Assert.True(_oursWaits!.IsCompleted);
                (expected, actual) = (await _oracleWaits, await _oursWaits);
                _oracleWaits = _oursWaits = null;
            }
            else if (random.Next(3) == 0)
            {
                bool has = oracle.TryRead(out expected);
                Assert.Equal(has, ours.TryRead(out actual));
                if (!has)
                    return;
            }
            else
            {
                _oracleWaits = oracle.ReadAsync(Token).AsTask();
                _oursWaits = ours.ReadAsync(Token).AsTask();
                await ReadAsync(random);
                return;
            }

            Compare(expected, actual);
            if (actual.IsCompleted && actual.Buffer.IsEmpty)
            {
                IsAtEnd = true;
                oracle.AdvanceTo(expected.Buffer.End);
                ours.AdvanceTo(actual.Buffer.End);
                return;
            }

            long consumed = random.NextInt64(actual.Buffer.Length + 1);
            if (random.Next(3) == 0)
                consumed = actual.Buffer.Length;

            // Never back: what a pipe does then depends on what it has seen before.
            long examined = random.Next(2) == 0 ? actual.Buffer.Length : random.NextInt64(_examined, actual.Buffer.Length + 1);
            examined = Math.Max(consumed, examined);
            _examined = examined - consumed;
            oracle.AdvanceTo(expected.Buffer.GetPosition(consumed), expected.Buffer.GetPosition(examined));
            ours.AdvanceTo(actual.Buffer.GetPosition(consumed), actual.Buffer.GetPosition(examined));
        }

        private static void Compare(ReadResult expected, ReadResult actual)
        {
            Assert.Equal(expected.IsCanceled, actual.IsCanceled);
            Assert.True(actual.Buffer.Length <= expected.Buffer.Length);
            Assert.True(expected.Buffer.Slice(0, actual.Buffer.Length).ToArray().AsSpan().SequenceEqual(actual.Buffer.ToArray()));
            if (actual.Buffer.Length == expected.Buffer.Length && actual.IsCompleted != expected.IsCompleted)
                Assert.True(expected.IsCompleted); // the end is found by the next read
            if (actual.IsCompleted)
                Assert.True(expected.IsCompleted && actual.Buffer.Length == expected.Buffer.Length);
        }
    }
}
