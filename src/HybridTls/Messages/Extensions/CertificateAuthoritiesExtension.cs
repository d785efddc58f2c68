namespace HybridTls.Messages;

/// <summary>certificate_authorities (RFC 9846 §4.3.4): the names of issuers that the sender trusts.</summary>
internal static class CertificateAuthoritiesExtension
{
    /// <summary>Reads the list of distinguished names in DER.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong; the list or a name is empty (decode_error).</exception>
    public static OpaqueList Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TlsReader(data, "certificate_authorities", FailureReason.MalformedExtension);
        ReadOnlySpan<byte> names = reader.ReadVector16(minimum: 3);
        reader.ExpectEnd();
        return OpaqueList.Parse16(names, minimum: 1, "certificate_authorities");
    }

    /// <summary>Writes the extension with distinguished names in DER, of which there is at least one.</summary>
    public static void Write(TlsWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> names)
    {
        using LengthScope extension = writer.BeginExtension(ExtensionType.CertificateAuthorities);
        using LengthScope list = writer.BeginVector16();
        for (int i = 0; i < names.Count; i++)
            writer.WriteVector16(names[i].Span);
    }
}
