using System.Buffers;
using HybridTls.Records;

namespace HybridTls.Fuzz.Targets;

/// <summary>The record layer without keys: framing, reassembly, and the reader that joins them. Splitting changes nothing.</summary>
internal static class RecordTargets
{
    // Beyond this, delivery a byte at a time is left out: its cost grows with the square.
    private const int MaxBytewise = 64;

    // What a reader may take besides buffers for what has come: the exception, and types set up at the first run.
    private const int FixedAllocation = 128 * 1024;

    /// <summary>Bytes to records.</summary>
    public static string FuzzFraming(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        var places = new List<int>();
        EventLog whole = Frame(bytes, [bytes.Length], segments: null, places);
        Frame(bytes, [bytes.Length], Splitting.Random(bytes)).CheckSameAs(whole, "random segments");
        Frame(bytes, [bytes.Length], Splitting.Around(places, bytes.Length)).CheckSameAs(whole, "segments around headers");
        Frame(bytes, Splitting.Random(bytes), segments: null).CheckSameAs(whole, "random deliveries");
        Frame(bytes, Splitting.Around(places, bytes.Length), segments: null).CheckSameAs(whole, "deliveries around headers");
        if (bytes.Length <= MaxBytewise)
        {
            Frame(bytes, [bytes.Length], Splitting.Bytewise(bytes.Length)).CheckSameAs(whole, "segments of one byte");
            Frame(bytes, Splitting.Bytewise(bytes.Length), Splitting.Bytewise(bytes.Length)).CheckSameAs(whole, "byte by byte");
        }

        return whole.Outcome;
    }

    /// <summary>Fragments to handshake messages.</summary>
    public static string FuzzReassembly(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        EventLog whole = Reassemble(bytes, [bytes.Length]);
        Reassemble(bytes, Splitting.Random(bytes)).CheckSameAs(whole, "random fragments");
        if (bytes.Length <= MaxBytewise)
            Reassemble(bytes, Splitting.Bytewise(bytes.Length)).CheckSameAs(whole, "fragments of one byte");
        return whole.Outcome;
    }

    /// <summary>Bytes to the events of a <see cref="RecordReader"/> before there are keys.</summary>
    public static string FuzzRecordReader(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        EventLog whole = Read(bytes, [bytes.Length], segments: null);
        Read(bytes, [bytes.Length], Splitting.Random(bytes)).CheckSameAs(whole, "random segments");
        Read(bytes, Splitting.Random(bytes), segments: null).CheckSameAs(whole, "random deliveries");
        Read(bytes, Splitting.Random(bytes), Splitting.Random(bytes)).CheckSameAs(whole, "random deliveries in segments");
        if (bytes.Length <= MaxBytewise)
        {
            Read(bytes, [bytes.Length], Splitting.Bytewise(bytes.Length)).CheckSameAs(whole, "segments of one byte");
            Read(bytes, Splitting.Bytewise(bytes.Length), segments: null).CheckSameAs(whole, "byte by byte");
        }

        return whole.Outcome;
    }

    private static EventLog Frame(byte[] bytes, IEnumerable<int> deliveries, IEnumerable<int>? segments, List<int>? places = null)
    {
        var log = new EventLog();
        int[]? ends = segments?.ToArray();
        int consumedTotal = 0;
        foreach (int delivered in deliveries)
        {
            try
            {
                while (true)
                {
                    places?.AddRange([consumedTotal, consumedTotal + 3, consumedTotal + RecordLimits.HeaderSize]);
                    ReadOnlySequence<byte> sequence = Available(bytes, consumedTotal, delivered, ends);
                    bool found = RecordFraming.TryParseHeader(sequence, RecordLimits.MaxProtectedFragment, out RecordHeader header);
                    CheckLimit(bytes.AsSpan(consumedTotal, delivered - consumedTotal));
                    if (!found || sequence.Length < header.RecordSize)
                        break;
                    log.Add($"{header.Type}", sequence.Slice(RecordLimits.HeaderSize, header.Length));
                    consumedTotal += header.RecordSize;
                }
            }
            catch (HybridTlsException exception)
            {
                log.Add(exception);
                return log;
            }
        }

        log.Add("more needed", BitConverter.GetBytes(consumedTotal));
        return log;
    }

    private static EventLog Reassemble(byte[] bytes, IEnumerable<int> deliveries)
    {
        var log = new EventLog();
        using var reassembly = new HandshakeReassembly(HandshakeMessageLimits.Default);
        int start = 0;
        int taken = 0;
        try
        {
            foreach (int delivered in deliveries)
            {
                reassembly.Append(bytes.AsSpan(start, delivered - start));
                start = delivered;
                while (reassembly.TryTake(out ReadOnlySpan<byte> message))
                {
                    Properties.CheckEqual(bytes.AsSpan(taken, message.Length), message, "Messages are the stream, cut at their ends");
                    taken += message.Length;
                    log.Add($"message {message[0]}", message);
                }

                Properties.Check(reassembly.Pending == delivered - taken, "What was not taken is pending.");
                Properties.Check(reassembly.BufferSize <= Math.Max(64, 2 * delivered), "The buffer is bounded by what has come.");
            }
        }
        catch (HybridTlsException exception)
        {
            log.Add(exception);
            return log;
        }

        log.Add("more needed", BitConverter.GetBytes(taken));
        return log;
    }

    private static EventLog Read(byte[] bytes, IEnumerable<int> deliveries, IEnumerable<int>? segments)
    {
        var log = new EventLog();
        int[]? ends = segments?.ToArray();
        using var reader = new RecordReader();
        reader.EnterHello();
        int consumedTotal = 0;
        foreach (int delivered in deliveries)
        {
            try
            {
                while (true)
                {
                    ReadOnlySequence<byte> sequence = Available(bytes, consumedTotal, delivered, ends);
                    SequencePosition consumed = sequence.End;
                    SequencePosition examined = sequence.Start;
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    bool found = reader.TryRead(sequence, ref consumed, ref examined, [], out RecordReadResult result);
                    CheckAllocation(before, delivered);
                    consumedTotal += (int)sequence.Slice(0, consumed).Length;
                    if (!found)
                    {
                        CheckLimit(bytes.AsSpan(consumedTotal, delivered - consumedTotal));
                        break;
                    }

                    if (result.Kind == RecordReadKind.CloseNotify)
                    {
                        // It is said again on every further call; what follows is not read.
                        log.Add("close_notify", BitConverter.GetBytes(consumedTotal));
                        return log;
                    }

                    Properties.Check(
                        result.Kind == RecordReadKind.Handshake,
                        $"Without keys there are handshake messages, not {result.Kind}.");
                    log.Add($"message {result.HandshakeMessage[0]}", result.HandshakeMessage);
                }

                Properties.Check(reader.BufferedMemory <= Math.Max(64, 2 * delivered), "The buffer is bounded by what has come.");
            }
            catch (HybridTlsException exception)
            {
                log.Add(exception);
                return log;
            }
        }

        log.Add("more needed", BitConverter.GetBytes(consumedTotal + reader.PendingHandshakeBytes));
        return log;
    }

    // RFC 9846 §5.1 and §5.2, in figures of their own: whatever gets past the framing is within 2^14 bytes, protected 2^14 + 256.
    private static void CheckLimit(ReadOnlySpan<byte> record)
    {
        if (record.Length < 5)
            return;
        int length = record[3] << 8 | record[4];
        int limit = record[0] == 23 ? 16_640 : 16_384;
        Properties.Check(length <= limit, $"A record of {length} bytes is refused by its header: the limit is {limit}.");
    }

    // Buffers come in powers of two, and a growing one is copied: at most four times what has come.
    private static void CheckAllocation(long before, int delivered)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Properties.Check(allocated <= FixedAllocation + 8L * delivered, $"{allocated} bytes are allocated for {delivered} bytes of input.");
    }

    private static ReadOnlySequence<byte> Available(byte[] bytes, int start, int end, int[]? segmentEnds)
    {
        ReadOnlyMemory<byte> memory = bytes.AsMemory(start, end - start);
        return segmentEnds is null
            ? new ReadOnlySequence<byte>(memory)
            : Splitting.Segmented(memory, segmentEnds.Select(place => place - start));
    }

    private static void CheckSameAs(this EventLog log, EventLog whole, string how) => whole.CheckSame(log, how);
}
