namespace HybridTls.Messages;

/// <summary>One complete handshake message (RFC 9846 §4): its type, its body, and its bytes with the header for the transcript.</summary>
internal readonly ref struct HandshakeMessage
{
    /// <summary>The size of the header in bytes: type and uint24 length.</summary>
    public const int HeaderSize = 4;

    private HandshakeMessage(ReadOnlySpan<byte> whole)
    {
        Whole = whole;
    }

    /// <summary>The type; values that are not defined are possible.</summary>
    public HandshakeType Type => (HandshakeType)Whole[0];

    /// <summary>The message after its header.</summary>
    public ReadOnlySpan<byte> Body => Whole[HeaderSize..];

    /// <summary>The message with its header: what enters the transcript (§4.1).</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>Takes <paramref name="whole"/>, which is exactly one message.</summary>
    /// <exception cref="HybridTlsException">The length in the header is not that of the body (decode_error).</exception>
    public static HandshakeMessage Parse(ReadOnlySpan<byte> whole)
    {
        var reader = new TlsReader(whole, "handshake message");
        reader.ReadUInt8();
        reader.ReadVector24();
        reader.ExpectEnd();
        return new HandshakeMessage(whole);
    }
}
