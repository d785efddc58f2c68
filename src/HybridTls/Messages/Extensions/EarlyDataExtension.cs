namespace HybridTls.Messages;

/// <summary>early_data (RFC 9846 §4.3.10): an indication in the handshake, a size in a ticket.</summary>
internal static class EarlyDataExtension
{
    /// <summary>Reads the indication of ClientHello and EncryptedExtensions, which is empty.</summary>
    /// <exception cref="HybridTlsException">It is not empty (decode_error).</exception>
    public static void ParseIndication(ReadOnlySpan<byte> data) => new TlsReader(data, "early_data", FailureReason.MalformedExtension).ExpectEnd();

    /// <summary>Reads max_early_data_size, in bytes, of a NewSessionTicket.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static uint ParseMaxSize(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "early_data", FailureReason.MalformedExtension);
        uint size = reader.ReadUInt32();
        reader.ExpectEnd();
        return size;
    }
}
