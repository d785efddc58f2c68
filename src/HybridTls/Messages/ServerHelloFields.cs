using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>The form that ServerHello and HelloRetryRequest share (RFC 9846 §4.2.3, §4.2.4).</summary>
internal readonly ref struct ServerHelloFields
{
    private ServerHelloFields(
        ReadOnlySpan<byte> random,
        ReadOnlySpan<byte> sessionIdEcho,
        TlsCipherSuite cipherSuite,
        ProtocolVersion selectedVersion,
        ExtensionBlock extensions)
    {
        Random = random;
        SessionIdEcho = sessionIdEcho;
        CipherSuite = cipherSuite;
        SelectedVersion = selectedVersion;
        Extensions = extensions;
    }

    /// <summary>random.</summary>
    public ReadOnlySpan<byte> Random { get; }

    /// <summary>legacy_session_id_echo.</summary>
    public ReadOnlySpan<byte> SessionIdEcho { get; }

    /// <summary>cipher_suite.</summary>
    public TlsCipherSuite CipherSuite { get; }

    /// <summary>selected_version, or legacy_version.</summary>
    public ProtocolVersion SelectedVersion { get; }

    /// <summary>extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Reads the form; what is specific to TLS 1.3 is checked only if that is selected.</summary>
    public static ServerHelloFields Parse(ReadOnlySpan<byte> body, ExtensionContext context, string structure)
    {
        var reader = new TlsReader(body, structure);
        var legacyVersion = (ProtocolVersion)reader.ReadUInt16();
        ReadOnlySpan<byte> random = reader.ReadBytes(ClientHello.RandomSize);
        ReadOnlySpan<byte> sessionIdEcho = reader.ReadVector8(maximum: ClientHello.MaxSessionIdSize);
        var cipherSuite = (TlsCipherSuite)reader.ReadUInt16();
        byte compressionMethod = reader.ReadUInt8();

        // Servers of older versions may leave out the extensions with their length.
        ReadOnlySpan<byte> extensionBytes = reader.IsEmpty ? default : reader.ReadVector16();
        reader.ExpectEnd();

        // The version comes first (§4.3.1): it decides what the other extensions mean.
        ExtensionBlock extensions = ExtensionBlock.ParseStructure(extensionBytes);
        ProtocolVersion selectedVersion = extensions.TryGet(ExtensionType.SupportedVersions, out ReadOnlySpan<byte> version)
            ? SupportedVersionsExtension.ParseSelected(version)
            : legacyVersion;
        if (version.IsEmpty || selectedVersion != ProtocolVersion.Tls13)
        {
            // legacy_version is frozen: without the extension even 0x0304 there selects nothing of ours.
            ProtocolVersion other = version.IsEmpty && selectedVersion == ProtocolVersion.Tls13 ? ProtocolVersion.Tls12 : selectedVersion;
            return new ServerHelloFields(random, sessionIdEcho, cipherSuite, other, extensions);
        }

        if (legacyVersion <= ProtocolVersion.Ssl3)
            TlsError.Throw(FailureReason.LegacyVersion, structure, (ushort)legacyVersion);
        if (legacyVersion != ProtocolVersion.Tls12)
            TlsError.Throw(FailureReason.ServerLegacyVersion, structure, (ushort)legacyVersion);
        if (compressionMethod != 0)
            TlsError.Throw(FailureReason.ServerCompressionMethod, structure);
        ExtensionRules.ThrowIfMisplaced(extensions.Types, context);
        return new ServerHelloFields(random, sessionIdEcho, cipherSuite, selectedVersion, extensions);
    }

    /// <summary>Writes the form up to its extensions.</summary>
    public static MessageScope Begin(
        TlsWriter writer,
        scoped ReadOnlySpan<byte> random,
        scoped ReadOnlySpan<byte> sessionIdEcho,
        TlsCipherSuite cipherSuite)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.ServerHello);
        writer.WriteUInt16((ushort)ProtocolVersion.Tls12);
        writer.WriteBytes(random);
        writer.WriteVector8(sessionIdEcho);
        writer.WriteUInt16((ushort)cipherSuite);
        writer.WriteUInt8(0);
        return new MessageScope(message, writer.BeginVector16());
    }
}
