namespace HybridTls.Messages;

/// <summary>post_handshake_auth (RFC 9846 §4.3.6): recognised so that it is checked; never sent, never used.</summary>
internal static class PostHandshakeAuthExtension
{
    /// <summary>Reads the extension, which is empty.</summary>
    /// <exception cref="HybridTlsException">It is not empty (decode_error).</exception>
    public static void Parse(ReadOnlySpan<byte> data) => new TlsReader(data, "post_handshake_auth", FailureReason.MalformedExtension).ExpectEnd();
}
