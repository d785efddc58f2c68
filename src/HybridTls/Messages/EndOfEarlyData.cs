namespace HybridTls.Messages;

/// <summary>EndOfEarlyData (RFC 9846 §4.6): known so that it can be refused by name.</summary>
internal static class EndOfEarlyData
{
    /// <summary>Reads the body of the message, which is empty.</summary>
    /// <exception cref="HybridTlsException">It is not empty (decode_error).</exception>
    public static void Parse(ReadOnlySpan<byte> body) => new TlsReader(body, "EndOfEarlyData").ExpectEnd();
}
