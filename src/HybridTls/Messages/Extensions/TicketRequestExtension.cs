namespace HybridTls.Messages;

/// <summary>ticket_request (RFC 9149 §3): how many tickets the client wants, how many the server will send.</summary>
internal static class TicketRequestExtension
{
    /// <summary>Reads the client's numbers: after a full handshake, after a resumption.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static (byte NewSessionCount, byte ResumptionCount) Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "ticket_request", FailureReason.MalformedExtension);
        byte newSessionCount = reader.ReadUInt8();
        byte resumptionCount = reader.ReadUInt8();
        reader.ExpectEnd();
        return (newSessionCount, resumptionCount);
    }

    /// <summary>Reads the server's expected number.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static byte ParseHint(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "ticket_request", FailureReason.MalformedExtension);
        byte expectedCount = reader.ReadUInt8();
        reader.ExpectEnd();
        return expectedCount;
    }

    /// <summary>Writes the client's numbers.</summary>
    public static void Write(TlsWriter writer, byte newSessionCount, byte resumptionCount) =>
        writer.WriteExtension(ExtensionType.TicketRequest, [newSessionCount, resumptionCount]);

    /// <summary>Writes the server's expected number.</summary>
    public static void WriteHint(TlsWriter writer, byte expectedCount) =>
        writer.WriteExtension(ExtensionType.TicketRequest, [expectedCount]);
}
