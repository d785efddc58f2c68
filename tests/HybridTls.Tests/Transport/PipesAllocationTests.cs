using System.Buffers;
using System.IO.Pipelines;

namespace HybridTls.Tests.Transport;

/// <summary>In the steady state neither side allocates for a record.</summary>
public sealed class PipesAllocationTests
{
    private const int Records = 1000;

    [Theory]
    [InlineData(16384, true)]
    [InlineData(16384, false)]
    [InlineData(1350, true)]
    [InlineData(1350, false)]
    [InlineData(100, true)]
    [InlineData(100, false)]
    public async Task Data_that_is_there_is_written_and_read_without_allocation(int size, bool writesWhole)
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        long allocated = Measure(pair, size, readFirst: false, writesWhole);
        Assert.True(allocated == 0, $"{allocated} bytes for {Records} records of {size} bytes.");
    }

    [Theory]
    [InlineData(16384, true)]
    [InlineData(16384, false)]
    [InlineData(1350, true)]
    [InlineData(1350, false)]
    public async Task A_read_that_waits_allocates_nothing_either(int size, bool writesWhole)
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        long allocated = Measure(pair, size, readFirst: true, writesWhole);
        Assert.True(allocated == 0, $"{allocated} bytes for {Records} records of {size} bytes.");
    }

    // Everything runs inline on this thread; no await, so that none of it moves to another.
    private static long Measure(PipesPair pair, int size, bool readFirst, bool writesWhole)
    {
        byte[] data = new byte[size];
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            // The shared pool may trim what it keeps when other tests make the collector run: the best round counts.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exchange(pair, data, Records, readFirst, writesWhole);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

#pragma warning disable CA2012 // The value tasks are complete when their results are taken: that is asserted.
    private static void Exchange(PipesPair pair, byte[] data, int count, bool readFirst, bool writesWhole)
    {
        PipeWriter output = pair.Client.Output;
        PipeReader input = pair.Server.Input;
        for (int i = 0; i < count; i++)
        {
            ValueTask<ReadResult> early = readFirst ? input.ReadAsync() : default;
            if (readFirst && early.IsCompleted)
                Assert.Fail("There was nothing to read.");
            if (!writesWhole)
                output.Write(data);
            ValueTask<FlushResult> writing = writesWhole ? output.WriteAsync(data) : output.FlushAsync();
            if (!writing.IsCompleted)
                Assert.Fail("The write waits.");
            writing.GetAwaiter().GetResult();
            ValueTask<ReadResult> reading = readFirst ? early : input.ReadAsync();
            if (!reading.IsCompleted)
                Assert.Fail("The read waits.");
            ReadResult result = reading.GetAwaiter().GetResult();
            if (result.Buffer.Length != data.Length)
                Assert.Fail("The read was short.");
            input.AdvanceTo(result.Buffer.End);
        }
    }
#pragma warning restore CA2012
}
