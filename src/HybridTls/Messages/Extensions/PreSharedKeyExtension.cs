namespace HybridTls.Messages;

/// <summary>pre_shared_key (RFC 9846 §4.3.11): writers of both sides and the reader of the server's choice.</summary>
/// <remarks>The client's offer is read by <see cref="OfferedPsks"/>.</remarks>
internal static class PreSharedKeyExtension
{
    /// <summary>Reads the index of the identity that the server selected.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static int ParseSelected(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "pre_shared_key", FailureReason.MalformedExtension);
        int identity = reader.ReadUInt16();
        reader.ExpectEnd();
        return identity;
    }

    /// <summary>
    /// Writes the client's offer of one key with a binder of <paramref name="binderLength"/> zero bytes; it must be the last
    /// extension. When the message is closed, the binder is its last <paramref name="binderLength"/> bytes and its transcript ends
    /// <c>3 + binderLength</c> bytes before its end.
    /// </summary>
    public static void WriteOffered(TlsWriter writer, PskIdentity identity, int binderLength)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.PreSharedKey);
        using (writer.BeginVector16())
            WriteIdentity(writer, identity);
        using LengthScope binders = writer.BeginVector16();
        using LengthScope binder = writer.BeginVector8();
        writer.GetSpan(binderLength)[..binderLength].Clear();
        writer.Advance(binderLength);
    }

    /// <summary>Writes one identity into an open list.</summary>
    public static void WriteIdentity(TlsWriter writer, PskIdentity identity)
    {
        writer.WriteVector16(identity.Identity);
        writer.WriteUInt32(identity.ObfuscatedTicketAge);
    }

    /// <summary>Writes the server's choice.</summary>
    public static void WriteSelected(TlsWriter writer, int identity)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.PreSharedKey);
        writer.WriteUInt16(identity);
    }
}
