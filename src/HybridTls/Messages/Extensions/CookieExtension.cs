namespace HybridTls.Messages;

/// <summary>cookie (RFC 9846 §4.3.2): the server's state, which the client echoes in its second ClientHello.</summary>
internal static class CookieExtension
{
    /// <summary>Reads the cookie.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the cookie is empty (decode_error).</exception>
    public static ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "cookie", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> cookie = reader.ReadVector16(minimum: 1);
        reader.ExpectEnd();
        return cookie;
    }

    /// <summary>Writes the extension.</summary>
    public static void Write(TlsWriter writer, scoped ReadOnlySpan<byte> cookie)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.Cookie);
        writer.WriteVector16(cookie);
    }
}
