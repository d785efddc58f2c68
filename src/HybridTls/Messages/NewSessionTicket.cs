namespace HybridTls.Messages;

/// <summary>NewSessionTicket (RFC 9846 §4.7.1), read in place: each extension once.</summary>
internal readonly ref struct NewSessionTicket
{
    private NewSessionTicket(uint lifetime, uint ageAdd, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ticket, ExtensionBlock extensions)
    {
        Lifetime = lifetime;
        AgeAdd = ageAdd;
        Nonce = nonce;
        Ticket = ticket;
        Extensions = extensions;
        MaxEarlyDataSize = extensions.TryGet(ExtensionType.EarlyData, out ReadOnlySpan<byte> data) ? EarlyDataExtension.ParseMaxSize(data) : null;
    }

    /// <summary>ticket_lifetime in seconds; what exceeds seven days is for the receiver to judge.</summary>
    public uint Lifetime { get; }

    /// <summary>ticket_age_add in milliseconds.</summary>
    public uint AgeAdd { get; }

    /// <summary>ticket_nonce, at most 255 bytes.</summary>
    public ReadOnlySpan<byte> Nonce { get; }

    /// <summary>The ticket: the identity of the pre-shared key.</summary>
    public ReadOnlySpan<byte> Ticket { get; }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>early_data: max_early_data_size in bytes.</summary>
    public uint? MaxEarlyDataSize { get; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong, or the ticket is empty (decode_error); as <see cref="ExtensionBlock.Parse"/> says.
    /// </exception>
    public static NewSessionTicket Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "NewSessionTicket");
        uint lifetime = reader.ReadUInt32();
        uint ageAdd = reader.ReadUInt32();
        ReadOnlySpan<byte> nonce = reader.ReadVector8();
        ReadOnlySpan<byte> ticket = reader.ReadVector16(minimum: 1);
        ReadOnlySpan<byte> extensions = reader.ReadVector16();
        reader.ExpectEnd();
        return new NewSessionTicket(lifetime, ageAdd, nonce, ticket, ExtensionBlock.Parse(extensions, ExtensionContext.NewSessionTicket));
    }

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(
        TlsWriter writer,
        uint lifetime,
        uint ageAdd,
        scoped ReadOnlySpan<byte> nonce,
        scoped ReadOnlySpan<byte> ticket)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.NewSessionTicket);
        writer.WriteUInt32(lifetime);
        writer.WriteUInt32(ageAdd);
        writer.WriteVector8(nonce);
        writer.WriteVector16(ticket);
        return new MessageScope(message, writer.BeginVector16());
    }
}
