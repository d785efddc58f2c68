namespace HybridTls.Messages;

/// <summary>EncryptedExtensions (RFC 9846 §4.4.1), read in place: each extension once.</summary>
internal readonly ref struct EncryptedExtensions
{
    private EncryptedExtensions(ExtensionBlock extensions)
    {
        Extensions = extensions;
        if (extensions.TryGet(ExtensionType.ServerName, out ReadOnlySpan<byte> data))
            ServerNameExtension.ParseAcknowledgement(data);
        if (extensions.TryGet(ExtensionType.EarlyData, out data))
            EarlyDataExtension.ParseIndication(data);
        ApplicationProtocol = extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out data) ? AlpnExtension.ParseSelected(data) : default;
        SupportedGroups = extensions.TryGet(ExtensionType.SupportedGroups, out data) ? SupportedGroupsExtension.Parse(data) : default;
        RecordSizeLimit = extensions.TryGet(ExtensionType.RecordSizeLimit, out data) ? RecordSizeLimitExtension.Parse(data) : null;
        ClientCertificateType = extensions.TryGet(ExtensionType.ClientCertificateType, out data) ? CertificateTypeExtension.ParseSelected(data) : null;
        ServerCertificateType = extensions.TryGet(ExtensionType.ServerCertificateType, out data) ? CertificateTypeExtension.ParseSelected(data) : null;
        TicketHint = extensions.TryGet(ExtensionType.TicketRequest, out data) ? TicketRequestExtension.ParseHint(data) : null;
    }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>application_layer_protocol_negotiation: the name that the server selected, empty if it is not there.</summary>
    public ReadOnlySpan<byte> ApplicationProtocol { get; }

    /// <summary>supported_groups: what the server would have preferred.</summary>
    public CodePointList<NamedGroup> SupportedGroups { get; }

    /// <summary>record_size_limit in bytes.</summary>
    public int? RecordSizeLimit { get; }

    /// <summary>client_certificate_type.</summary>
    public CertificateType? ClientCertificateType { get; }

    /// <summary>server_certificate_type.</summary>
    public CertificateType? ServerCertificateType { get; }

    /// <summary>ticket_request: how many tickets the server expects to send.</summary>
    public byte? TicketHint { get; }

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
}
