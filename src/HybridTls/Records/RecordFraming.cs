using System.Buffers;

namespace HybridTls.Records;

/// <summary>Bytes to records (RFC 9846 §5.1). Holds no state: what is complete is delivered, what is too long is refused by its header.</summary>
internal static class RecordFraming
{
    /// <summary>Reads and judges the first header of <paramref name="sequence"/>.</summary>
    /// <returns>False when it is not complete.</returns>
    public static bool TryParseHeader(in ReadOnlySequence<byte> sequence, int maxProtectedFragment, out RecordHeader header)
    {
        ReadOnlySpan<byte> first = sequence.FirstSpan;
        if (first.Length >= RecordLimits.HeaderSize || sequence.IsSingleSegment)
            return TryParseHeader(first, maxProtectedFragment, out header);

        Span<byte> copy = stackalloc byte[RecordLimits.HeaderSize];
        int length = (int)Math.Min(sequence.Length, RecordLimits.HeaderSize);
        sequence.Slice(0, length).CopyTo(copy);
        return TryParseHeader(copy[..length], maxProtectedFragment, out header);
    }

    /// <summary>Reads and judges the header at the start of <paramref name="bytes"/>.</summary>
    /// <returns>False when it is not complete; its first byte is judged even then.</returns>
    public static bool TryParseHeader(ReadOnlySpan<byte> bytes, int maxProtectedFragment, out RecordHeader header) // HT-REC-1
    {
        header = default;
        if (bytes.IsEmpty)
            return false;
        if (bytes[0] is < (byte)ContentType.ChangeCipherSpec or > (byte)ContentType.ApplicationData)
            ThrowUnknownType(bytes[0]);
        if (bytes.Length < RecordLimits.HeaderSize)
            return false;

        // legacy_record_version is ignored for all purposes (§5.1).
        header = RecordHeader.Read(bytes); // HT-REC-4
        int limit = header.Type == ContentType.ApplicationData ? maxProtectedFragment : RecordLimits.MaxContent;
        if (header.Length > limit) // HT-REC-9
        {
            TlsError.Throw(
                header.Length > RecordLimits.MaxProtectedFragment ? FailureReason.RecordTooLong : FailureReason.ContentTooLong, header.Length, limit);
        }

        return true;
    }

    private static void ThrowUnknownType(byte type)
    {
        if ((type & 0x80) != 0)
        {
            TlsError.Throw(FailureReason.NotTls); // HT-REC-3
        }

        if (type is >= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z')
        {
            TlsError.Throw(FailureReason.PlaintextProtocol);
        }

        TlsError.Throw(FailureReason.UnknownRecordType, type);
    }
}
