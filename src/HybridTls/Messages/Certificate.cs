namespace HybridTls.Messages;

/// <summary>Certificate (RFC 9846 §4.5.1), read in place and checked: no member throws.</summary>
internal readonly ref struct Certificate
{
    private Certificate(ReadOnlySpan<byte> context, CertificateEntryList entries)
    {
        Context = context;
        Entries = entries;
    }

    /// <summary>certificate_request_context: empty in the handshake.</summary>
    public ReadOnlySpan<byte> Context { get; }

    /// <summary>The entries; none if a client has no certificate.</summary>
    public CertificateEntryList Entries { get; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong (decode_error); as <see cref="CertificateEntryList.Parse"/> says.
    /// </exception>
    public static Certificate Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "Certificate");
        ReadOnlySpan<byte> context = reader.ReadVector8();
        ReadOnlySpan<byte> list = reader.ReadVector24();
        reader.ExpectEnd();
        return new Certificate(context, CertificateEntryList.Parse(list));
    }

    /// <summary>
    /// Writes the message up to its entries, which <see cref="CertificateEntry.Write"/> writes; disposing the scope closes it. The body
    /// alone, without its header of four bytes, is what certificate compression compresses (RFC 8879 §4).
    /// </summary>
    public static MessageScope Begin(TlsWriter writer, scoped ReadOnlySpan<byte> context = default)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.Certificate);
        writer.WriteVector8(context);
        return new MessageScope(message, writer.BeginVector24());
    }

    /// <summary>Refuses entries whose extensions answer what was not offered (RFC 9846 §4.3, §4.5.1).</summary>
    /// <exception cref="HybridTlsException">There is one (unsupported_extension).</exception>
    public void ThrowIfUnsolicited(ExtensionSet offered)
    {
        foreach (CertificateEntry entry in Entries)
            entry.Extensions.Types.ThrowIfUnsolicited(offered, "Certificate");
    }
}
