namespace HybridTls.Messages;

/// <summary>KeyUpdate (RFC 9846 §4.7.3).</summary>
internal static class KeyUpdate
{
    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error); an undefined value (illegal_parameter).</exception>
    public static KeyUpdateRequest Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "KeyUpdate");
        byte request = reader.ReadUInt8();
        reader.ExpectEnd();
        if (request > (byte)KeyUpdateRequest.Requested)
            TlsError.Throw(FailureReason.KeyUpdateRequest, request);
        return (KeyUpdateRequest)request;
    }

    /// <summary>Writes the message.</summary>
    public static void Write(TlsWriter writer, KeyUpdateRequest request)
    {
        using LengthScope message = writer.BeginMessage(HandshakeType.KeyUpdate);
        writer.WriteUInt8((byte)request);
    }
}
