using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>In the steady state neither side allocates for a record.</summary>
public sealed class AllocationTests
{
    private const int Records = 1000;

    [Theory]
    [InlineData(16384)]
    [InlineData(1350)]
    [InlineData(100)]
    [Clause("HT-REC-20")]
    public async Task Data_that_is_there_is_written_and_read_without_allocation(int size)
    {
        await using TlsPair pair = await TlsPair.CreateAsync(client: TestIdentities.ClientOptions(static options => options.RecordSizing = RecordSizing.Full));
        long allocated = Measure(pair, size, readFirst: false);
        Assert.True(allocated == 0, $"{allocated} bytes for {Records} records of {size} bytes.");
    }

    [Theory]
    [InlineData(16384)]
    [InlineData(1350)]
    public async Task A_read_that_waits_allocates_nothing_either(int size)
    {
        await using TlsPair pair = await TlsPair.CreateAsync(client: TestIdentities.ClientOptions(static options => options.RecordSizing = RecordSizing.Full));
        long allocated = Measure(pair, size, readFirst: true);
        Assert.True(allocated == 0, $"{allocated} bytes for {Records} records of {size} bytes.");
    }

    // Everything runs inline on this thread; no await, so that none of it moves to another.
    private static long Measure(TlsPair pair, int size, bool readFirst)
    {
#if DEBUG
        Assert.Skip("The asynchronous methods of a debug build allocate.");
#endif
        byte[] data = new byte[size], buffer = new byte[16384];
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            // The shared pool may trim what it keeps when other tests make the collector run: the best round counts.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exchange(pair, data, buffer, Records, readFirst);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

#pragma warning disable CA2012 // The value tasks are complete when their results are taken: that is asserted.
    private static void Exchange(TlsPair pair, byte[] data, byte[] buffer, int count, bool readFirst)
    {
        for (int i = 0; i < count; i++)
        {
            ValueTask<int> early = readFirst ? pair.Server.ReadAsync(buffer) : default;
            if (readFirst && early.IsCompleted)
                Assert.Fail("There was nothing to read.");
            ValueTask writing = pair.Client.WriteAsync(data);
            if (!writing.IsCompleted)
                Assert.Fail("The write waits.");
            writing.GetAwaiter().GetResult();
            ValueTask<int> reading = readFirst ? early : pair.Server.ReadAsync(buffer);
            if (!reading.IsCompleted)
                Assert.Fail("The read waits.");
            if (reading.GetAwaiter().GetResult() != data.Length)
                Assert.Fail("The read was short.");
        }
    }
#pragma warning restore CA2012
}
