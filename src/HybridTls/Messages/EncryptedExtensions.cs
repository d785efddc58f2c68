namespace HybridTls.Messages;

/// <summary>EncryptedExtensions (RFC 9846 §4.4.1), read in place and checked: no member throws.</summary>
internal readonly ref struct EncryptedExtensions
{
    private EncryptedExtensions(ExtensionBlock extensions)
    {
        Extensions = extensions;
    }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Whether the server acknowledges server_name.</summary>
    public bool AcknowledgesServerName => Extensions.Types.Contains(ExtensionType.ServerName);

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">The structure is wrong (decode_error); as <see cref="ExtensionBlock.Parse"/> says.</exception>
    public static EncryptedExtensions Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "EncryptedExtensions");
        ReadOnlySpan<byte> extensions = reader.ReadVector16();
        reader.ExpectEnd();
        return new EncryptedExtensions(ExtensionBlock.Parse(extensions, ExtensionContext.EncryptedExtensions));
    }

    /// <summary>Opens the message for its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(TlsWriter writer) =>
        new(writer.BeginMessage(HandshakeType.EncryptedExtensions), writer.BeginVector16());

    /// <summary>application_layer_protocol_negotiation: the name that the server selected.</summary>
    public bool TryGetApplicationProtocol(out ReadOnlySpan<byte> protocol)
    {
        bool found = Extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out ReadOnlySpan<byte> data);
        protocol = found ? AlpnExtension.ParseSelected(data) : default;
        return found;
    }

    /// <summary>supported_groups: what the server would have preferred.</summary>
    public bool TryGetSupportedGroups(out CodePointList<NamedGroup> groups)
    {
        bool found = Extensions.TryGet(ExtensionType.SupportedGroups, out ReadOnlySpan<byte> data);
        groups = found ? SupportedGroupsExtension.Parse(data) : default;
        return found;
    }

    /// <summary>record_size_limit in bytes.</summary>
    public bool TryGetRecordSizeLimit(out int limit)
    {
        bool found = Extensions.TryGet(ExtensionType.RecordSizeLimit, out ReadOnlySpan<byte> data);
        limit = found ? RecordSizeLimitExtension.Parse(data) : 0;
        return found;
    }

    /// <summary>client_certificate_type.</summary>
    public bool TryGetClientCertificateType(out CertificateType type)
    {
        bool found = Extensions.TryGet(ExtensionType.ClientCertificateType, out ReadOnlySpan<byte> data);
        type = found ? CertificateTypeExtension.ParseSelected(data) : default;
        return found;
    }

    /// <summary>server_certificate_type.</summary>
    public bool TryGetServerCertificateType(out CertificateType type)
    {
        bool found = Extensions.TryGet(ExtensionType.ServerCertificateType, out ReadOnlySpan<byte> data);
        type = found ? CertificateTypeExtension.ParseSelected(data) : default;
        return found;
    }

    /// <summary>ticket_request: how many tickets the server expects to send.</summary>
    public bool TryGetTicketHint(out byte expectedCount)
    {
        bool found = Extensions.TryGet(ExtensionType.TicketRequest, out ReadOnlySpan<byte> data);
        expectedCount = found ? TicketRequestExtension.ParseHint(data) : (byte)0;
        return found;
    }
}
