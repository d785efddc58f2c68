namespace HybridTls.Messages;

/// <summary>Finished (RFC 9846 §4.5.3), read in place.</summary>
internal readonly ref struct Finished
{
    private Finished(ReadOnlySpan<byte> verifyData)
    {
        VerifyData = verifyData;
    }

    /// <summary>verify_data: the MAC over the transcript.</summary>
    public ReadOnlySpan<byte> VerifyData { get; }

    /// <summary>Reads the body of the message, which is as long as the hash of the cipher suite.</summary>
    /// <exception cref="HybridTlsException">It has not <paramref name="hashSize"/> bytes (decode_error).</exception>
    public static Finished Parse(ReadOnlySpan<byte> body, int hashSize)
    {
        var reader = new TlsReader(body, "Finished");
        ReadOnlySpan<byte> verifyData = reader.ReadBytes(hashSize);
        reader.ExpectEnd();
        return new Finished(verifyData);
    }

    /// <summary>Writes the message.</summary>
    public static void Write(TlsWriter writer, scoped ReadOnlySpan<byte> verifyData)
    {
        using LengthScope message = writer.BeginMessage(HandshakeType.Finished);
        writer.WriteBytes(verifyData);
    }
}
