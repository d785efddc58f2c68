namespace HybridTls.Messages;

/// <summary>record_size_limit (RFC 8449 §4): the largest TLSInnerPlaintext in bytes that the sender takes.</summary>
internal static class RecordSizeLimitExtension
{
    /// <summary>The smallest limit that may be asked for.</summary>
    public const int Minimum = 64;

    /// <summary>Reads the limit in bytes; it counts the content type byte and may lie above what the protocol allows.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error); less than 64 (illegal_parameter).</exception>
    public static int Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "record_size_limit", FailureReason.MalformedExtension);
        int limit = reader.ReadUInt16();
        reader.ExpectEnd();
        if (limit < Minimum)
            TlsError.Throw(FailureReason.RecordSizeLimit, limit, Minimum);
        return limit;
    }

    /// <summary>Writes the extension.</summary>
    public static void Write(TlsWriter writer, int limit)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.RecordSizeLimit);
        writer.WriteUInt16(limit);
    }
}
