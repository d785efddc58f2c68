using System.Buffers;

namespace HybridTls.Records;

/// <summary>One complete record as it lies in the input, header included (the header is what protection authenticates).</summary>
internal readonly struct TlsRecord(RecordHeader header, ReadOnlySequence<byte> bytes)
{
    /// <summary>The record's header.</summary>
    public RecordHeader Header { get; } = header;

    /// <summary>Header and fragment.</summary>
    public ReadOnlySequence<byte> Bytes { get; } = bytes;

    /// <summary>What follows the header.</summary>
    public ReadOnlySequence<byte> Fragment => Bytes.Slice(RecordLimits.HeaderSize);
}
