using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>ClientHello (RFC 9846 §4.2.2), read in place.</summary>
/// <remarks>
/// Each extension is read once, when the message is parsed. If TLS 1.3 is not offered (<see cref="OffersTls13"/>), only the structure has
/// been checked and the extensions are not read: the rules of TLS 1.3 do not bind such a client, which is to be refused with protocol_version.
/// </remarks>
internal readonly ref struct ClientHello
{
    /// <summary>The size of the random in bytes.</summary>
    public const int RandomSize = 32;

    /// <summary>The largest legacy_session_id in bytes.</summary>
    public const int MaxSessionIdSize = 32;

    private ClientHello(ReadOnlySpan<byte> random, ReadOnlySpan<byte> sessionId, ExtensionBlock extensions)
    {
        Random = random;
        SessionId = sessionId;
        Extensions = extensions;
    }

    /// <summary>legacy_version: plays no part in the negotiation.</summary>
    public ProtocolVersion LegacyVersion { get; private init; }

    /// <summary>The 32 bytes of random.</summary>
    public ReadOnlySpan<byte> Random { get; }

    /// <summary>legacy_session_id, at most 32 bytes: to be echoed.</summary>
    public ReadOnlySpan<byte> SessionId { get; }

    /// <summary>The cipher suites in order of preference.</summary>
    public CodePointList<TlsCipherSuite> CipherSuites { get; private init; }

    /// <summary>legacy_compression_methods: one zero byte if TLS 1.3 is offered.</summary>
    public ReadOnlySpan<byte> CompressionMethods { get; private init; }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Whether supported_versions holds TLS 1.3.</summary>
    public bool OffersTls13 { get; private init; }

    /// <summary>server_name: the host name, empty if there is none.</summary>
    public ReadOnlySpan<byte> ServerName { get; private init; }

    /// <summary>supported_groups.</summary>
    public CodePointList<NamedGroup> SupportedGroups { get; private init; }

    /// <summary>key_share, which may be there and be empty.</summary>
    public KeyShareList KeyShares { get; private init; }

    /// <summary>signature_algorithms.</summary>
    public CodePointList<SignatureScheme> SignatureAlgorithms { get; private init; }

    /// <summary>signature_algorithms_cert.</summary>
    public CodePointList<SignatureScheme> SignatureAlgorithmsCert { get; private init; }

    /// <summary>application_layer_protocol_negotiation: empty if it is not there.</summary>
    public OpaqueList ApplicationProtocols { get; private init; }

    /// <summary>record_size_limit in bytes.</summary>
    public int? RecordSizeLimit { get; private init; }

    /// <summary>compress_certificate.</summary>
    public CodePointList<CertificateCompressionAlgorithm> CompressCertificate { get; private init; }

    /// <summary>client_certificate_type: empty if it is not there.</summary>
    public ReadOnlySpan<CertificateType> ClientCertificateTypes { get; private init; }

    /// <summary>server_certificate_type: empty if it is not there.</summary>
    public ReadOnlySpan<CertificateType> ServerCertificateTypes { get; private init; }

    /// <summary>certificate_authorities: empty if it is not there.</summary>
    public OpaqueList CertificateAuthorities { get; private init; }

    /// <summary>cookie: empty if it is not there.</summary>
    public ReadOnlySpan<byte> Cookie { get; private init; }

    /// <summary>psk_key_exchange_modes: empty if it is not there.</summary>
    public ReadOnlySpan<PskKeyExchangeMode> PskKeyExchangeModes { get; private init; }

    /// <summary>pre_shared_key: without identities if it is not there.</summary>
    public OfferedPsks PreSharedKeys { get; private init; }

    /// <summary>ticket_request: how many tickets after a full handshake, and after a resumption.</summary>
    public (byte Full, byte Resumed)? TicketRequest { get; private init; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong, or an extension's content does not parse (decode_error); as <see cref="ExtensionBlock.Parse"/> says; an
    /// extension's value is not allowed, pre_shared_key is not the last extension, or the compression methods are not just null
    /// (illegal_parameter).
    /// </exception>
    public static ClientHello Parse(ReadOnlySpan<byte> body)
    {
        // Long: as many lines as the message has fields and extensions, each read once.
        var reader = new TlsReader(body, "ClientHello", FailureReason.MalformedClientHello);
        var legacyVersion = (ProtocolVersion)reader.ReadUInt16();
        ReadOnlySpan<byte> random = reader.ReadBytes(RandomSize);
        ReadOnlySpan<byte> sessionId = reader.ReadVector8(maximum: MaxSessionIdSize);
        var suites = new CodePointList<TlsCipherSuite>(reader.ReadVector16(minimum: 2), "ClientHello", FailureReason.MalformedClientHello);
        ReadOnlySpan<byte> compressionMethods = reader.ReadVector8(minimum: 1);

        // Clients of older versions may leave out the extensions with their length (§4.2.2).
        ReadOnlySpan<byte> extensionBytes = reader.IsEmpty ? default : reader.ReadVector16();
        reader.ExpectEnd();

        ExtensionBlock extensions = ExtensionBlock.ParseStructure(extensionBytes);
        bool offersTls13 = extensions.TryGet(ExtensionType.SupportedVersions, out ReadOnlySpan<byte> versions)
            && SupportedVersionsExtension.ParseOffered(versions).Contains(ProtocolVersion.Tls13);
        if (!offersTls13)
        {
            return new ClientHello(random, sessionId, extensions)
            {
                LegacyVersion = legacyVersion,
                CipherSuites = suites,
                CompressionMethods = compressionMethods,
            };
        }

        if (legacyVersion <= ProtocolVersion.Ssl3)
            TlsError.Throw(FailureReason.LegacyVersion, "ClientHello", (ushort)legacyVersion);
        if (compressionMethods is not [0])
            TlsError.Throw(FailureReason.CompressionMethods);
        ExtensionRules.ThrowIfMisplaced(extensions.Types, ExtensionContext.ClientHello);
        if (extensions.Contains(ExtensionType.PreSharedKey) && !extensions.IsLast(ExtensionType.PreSharedKey))
            TlsError.Throw(FailureReason.PreSharedKeyNotLast); // HT-MSG-7
        if (extensions.TryGet(ExtensionType.EarlyData, out ReadOnlySpan<byte> data))
            EarlyDataExtension.ParseIndication(data);
        if (extensions.TryGet(ExtensionType.PostHandshakeAuth, out data))
            PostHandshakeAuthExtension.Parse(data);
        return new ClientHello(random, sessionId, extensions)
        {
            LegacyVersion = legacyVersion,
            CipherSuites = suites,
            CompressionMethods = compressionMethods,
            OffersTls13 = true,
            ServerName = extensions.TryGet(ExtensionType.ServerName, out data) ? ServerNameExtension.Parse(data) : default,
            SupportedGroups = extensions.TryGet(ExtensionType.SupportedGroups, out data) ? SupportedGroupsExtension.Parse(data) : default,
            KeyShares = extensions.TryGet(ExtensionType.KeyShare, out data) ? KeyShareList.Parse(data) : default,
            SignatureAlgorithms = extensions.TryGet(ExtensionType.SignatureAlgorithms, out data) ? SignatureAlgorithmsExtension.Parse(data) : default,
            SignatureAlgorithmsCert = extensions.TryGet(ExtensionType.SignatureAlgorithmsCert, out data)
                ? SignatureAlgorithmsExtension.Parse(data) : default,
            ApplicationProtocols = extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out data)
                ? AlpnExtension.ParseOffered(data) : default,
            RecordSizeLimit = extensions.TryGet(ExtensionType.RecordSizeLimit, out data) ? RecordSizeLimitExtension.Parse(data) : null,
            CompressCertificate = extensions.TryGet(ExtensionType.CompressCertificate, out data) ? CompressCertificateExtension.Parse(data) : default,
            ClientCertificateTypes = extensions.TryGet(ExtensionType.ClientCertificateType, out data)
                ? CertificateTypeExtension.ParseOffered(data) : default,
            ServerCertificateTypes = extensions.TryGet(ExtensionType.ServerCertificateType, out data)
                ? CertificateTypeExtension.ParseOffered(data) : default,
            CertificateAuthorities = extensions.TryGet(ExtensionType.CertificateAuthorities, out data)
                ? CertificateAuthoritiesExtension.Parse(data) : default,
            Cookie = extensions.TryGet(ExtensionType.Cookie, out data) ? CookieExtension.Parse(data) : default,
            PskKeyExchangeModes = extensions.TryGet(ExtensionType.PskKeyExchangeModes, out data) ? PskKeyExchangeModesExtension.Parse(data) : default,
            PreSharedKeys = extensions.TryGet(ExtensionType.PreSharedKey, out data) ? OfferedPsks.Parse(data) : default,
            TicketRequest = extensions.TryGet(ExtensionType.TicketRequest, out data) ? TicketRequestExtension.Parse(data) : null,
        };
    }

    /// <summary>Whether an extension is there.</summary>
    public bool Has(ExtensionType type) => Extensions.Contains(type);

    /// <summary>Whether the client accepts a server that presents its key so: one that names no types accepts X.509 alone (RFC 7250 §4.1).</summary>
    public bool AcceptsServerCertificateType(CertificateType type) =>
        ServerCertificateTypes.IsEmpty ? type == CertificateType.X509 : ServerCertificateTypes.Contains(type);

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(
        TlsWriter writer,
        scoped ReadOnlySpan<byte> random,
        scoped ReadOnlySpan<byte> sessionId,
        scoped ReadOnlySpan<TlsCipherSuite> cipherSuites)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.ClientHello);
        writer.WriteUInt16((ushort)ProtocolVersion.Tls12);
        writer.WriteBytes(random);
        writer.WriteVector8(sessionId);
        using (writer.BeginVector16())
            CodePointList<TlsCipherSuite>.Write(writer, cipherSuites);
        writer.WriteVector8([0]);
        return new MessageScope(message, writer.BeginVector16());
    }
}
