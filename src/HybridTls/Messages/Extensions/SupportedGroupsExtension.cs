namespace HybridTls.Messages;

/// <summary>supported_groups (RFC 9846 §4.3.7): the groups of key agreement in order of preference.</summary>
internal static class SupportedGroupsExtension
{
    /// <summary>Reads the list.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error).</exception>
    public static CodePointList<NamedGroup> Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "supported_groups", FailureReason.MalformedExtension);
        var groups = new CodePointList<NamedGroup>(reader.ReadVector16(minimum: 2), "supported_groups", FailureReason.MalformedExtension);
        reader.ExpectEnd();
        return groups;
    }

    /// <summary>Writes the extension.</summary>
    public static void Write(TlsWriter writer, params ReadOnlySpan<NamedGroup> groups)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.SupportedGroups);
        using LengthScope list = writer.BeginVector16();
        CodePointList<NamedGroup>.Write(writer, groups);
    }
}
