namespace HybridTls.Messages;

/// <summary>supported_versions (RFC 9846 §4.3.1): the client's list, the server's choice.</summary>
internal static class SupportedVersionsExtension
{
    /// <summary>Reads the client's list in order of preference; it may hold unknown versions.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong, or the list is empty (decode_error).</exception>
    public static CodePointList<ProtocolVersion> ParseOffered(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "supported_versions", FailureReason.MalformedExtension);
        var versions = new CodePointList<ProtocolVersion>(reader.ReadVector8(minimum: 2, maximum: 254), "supported_versions", FailureReason.MalformedExtension);
        reader.ExpectEnd();
        return versions;
    }

    /// <summary>Reads the server's choice.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error).</exception>
    public static ProtocolVersion ParseSelected(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "supported_versions", FailureReason.MalformedExtension);
        var version = (ProtocolVersion)reader.ReadUInt16();
        reader.ExpectEnd();
        return version;
    }

    /// <summary>Writes the client's list.</summary>
    public static void WriteOffered(TlsWriter writer, params ReadOnlySpan<ProtocolVersion> versions)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.SupportedVersions);
        using LengthScope list = writer.BeginVector8();
        CodePointList<ProtocolVersion>.Write(writer, versions);
    }

    /// <summary>Writes the server's choice.</summary>
    public static void WriteSelected(TlsWriter writer, ProtocolVersion version)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.SupportedVersions);
        writer.WriteUInt16((ushort)version);
    }
}
