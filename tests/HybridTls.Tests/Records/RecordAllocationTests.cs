using System.Buffers;
using HybridTls.Records;
using static HybridTls.Tests.Records.RecordPair;

namespace HybridTls.Tests.Records;

public class RecordAllocationTests
{
    private const int Records = 10_000;

    [Theory]
    [InlineData(16384, 0)]
    [InlineData(1350, 0)]
    [InlineData(1, 0)]
    [InlineData(1350, 1000)] // split input: copied through the pool
    [Clause("HT-REC-20")]
    public void Application_records_allocate_nothing(int size, int segmentSize)
    {
        using RecordWriter writer = new();
        writer.SetKeys(Protection());
        using RecordReader reader = ProtectedReader();
        byte[] data = new byte[size];
        ArrayBufferWriter<byte> output = new(RecordLimits.MaxProtectedRecord);
        byte[] wire = new byte[RecordProtection.GetRecordSize(size)];
        byte[] destination = new byte[reader.MaxDestinationSize];
        ReadOnlySequence<byte> input = segmentSize == 0 ? new ReadOnlySequence<byte>(wire) : Segments.SplitEvery(wire, segmentSize);

        // The runtime itself allocates a few bytes on this thread when it replaces a method by its optimized code. What the
        // code under test allocated would show in every one of the rounds.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Records; i++)
                Round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Round()
        {
            output.ResetWrittenCount();
            writer.WriteApplicationData(output, data);
            output.WrittenSpan.CopyTo(wire);
            SequencePosition consumed = default;
            SequencePosition examined = default;
            bool found = reader.TryRead(input, ref consumed, ref examined, destination, out RecordReadResult result);
            if (!found || result.Length != size)
                throw new InvalidOperationException("The record was not read.");
        }
    }

    [Fact]
    [Clause("HT-REC-20")]
    [Clause("HT-LIM-5")]
    public void An_idle_reader_holds_no_memory()
    {
        using RecordProtection peer = Protection();
        using RecordReader reader = ProtectedReader();
        Events(reader, Sealed(peer, ContentType.Handshake, Message(4, 5000)), Sealed(peer, ContentType.ApplicationData, new byte[16384]));
        Assert.Equal(0, reader.BufferedMemory);
    }
}
