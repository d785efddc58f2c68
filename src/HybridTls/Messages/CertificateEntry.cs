namespace HybridTls.Messages;

/// <summary>One entry of a Certificate message (RFC 9846 §4.5.1), read in place.</summary>
internal readonly ref struct CertificateEntry
{
    private CertificateEntry(ReadOnlySpan<byte> data, ExtensionBlock extensions)
    {
        Data = data;
        Extensions = extensions;
    }

    /// <summary>The certificate in DER, or the SubjectPublicKeyInfo if raw public keys were negotiated.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The extensions of this entry, each an answer to an offered one.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Writes an entry without extensions into an open list.</summary>
    public static void Write(TlsWriter writer, scoped ReadOnlySpan<byte> data)
    {
        using LengthScope extensions = Begin(writer, data);
    }

    /// <summary>Writes an entry up to its extensions into an open list; disposing the scope closes it.</summary>
    public static LengthScope Begin(TlsWriter writer, scoped ReadOnlySpan<byte> data)
    {
        writer.WriteVector24(data);
        return writer.BeginVector16();
    }

    internal static CertificateEntry Read(scoped ref TlsReader reader)
    {
        ReadOnlySpan<byte> data = reader.ReadVector24(minimum: 1);
        return new CertificateEntry(data, ExtensionBlock.Parse(reader.ReadVector16(), ExtensionContext.Certificate));
    }
}
