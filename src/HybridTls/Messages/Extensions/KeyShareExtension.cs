namespace HybridTls.Messages;

/// <summary>key_share (RFC 9846 §4.3.8): writers of all three forms, readers of the server's two.</summary>
/// <remarks>The client's list is read by <see cref="KeyShareList"/>.</remarks>
internal static class KeyShareExtension
{
    /// <summary>Reads the share of a ServerHello.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the share is empty (decode_error).</exception>
    public static KeyShareEntry ParseServerShare(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "key_share", FailureReason.MalformedExtension);
        KeyShareEntry entry = Read(ref reader);
        reader.ExpectEnd();
        return entry;
    }

    /// <summary>Reads the group that a HelloRetryRequest asks for.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static NamedGroup ParseSelectedGroup(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "key_share", FailureReason.MalformedExtension);
        var group = (NamedGroup)reader.ReadUInt16();
        reader.ExpectEnd();
        return group;
    }

    /// <summary>Opens the client's extension, whose entries <see cref="WriteEntry"/> writes; disposing the scope closes it.</summary>
    public static MessageScope BeginOffered(TlsWriter writer) => new(writer.BeginExtension(ExtensionType.KeyShare), writer.BeginVector16());

    /// <summary>Writes one entry into an open list.</summary>
    public static void WriteEntry(TlsWriter writer, NamedGroup group, scoped ReadOnlySpan<byte> keyExchange)
    {
        writer.WriteUInt16((ushort)group);
        writer.WriteVector16(keyExchange);
    }

    /// <summary>Writes the share of a ServerHello.</summary>
    public static void WriteServerShare(TlsWriter writer, NamedGroup group, scoped ReadOnlySpan<byte> keyExchange)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.KeyShare);
        WriteEntry(writer, group, keyExchange);
    }

    /// <summary>Writes the group that a HelloRetryRequest asks for.</summary>
    public static void WriteSelectedGroup(TlsWriter writer, NamedGroup group)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.KeyShare);
        writer.WriteUInt16((ushort)group);
    }

    internal static KeyShareEntry Read(scoped ref TlsReader reader)
    {
        var group = (NamedGroup)reader.ReadUInt16();
        return new KeyShareEntry(group, reader.ReadVector16(minimum: 1));
    }
}
