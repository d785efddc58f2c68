using System.Net.Security;

namespace HybridTls.Messages;

/// <summary>ClientHello (RFC 9846 §4.2.2), read in place.</summary>
/// <remarks>
/// If TLS 1.3 is offered, everything has been checked and no member throws. If it is not (<see cref="OffersTls13"/>), only the
/// structure has been: the rules of TLS 1.3 do not bind such a client, which is to be refused with protocol_version.
/// </remarks>
internal readonly ref struct ClientHello
{
    /// <summary>The size of the random in bytes.</summary>
    public const int RandomSize = 32;

    /// <summary>The largest legacy_session_id in bytes.</summary>
    public const int MaxSessionIdSize = 32;

    private ClientHello(
        ProtocolVersion legacyVersion,
        ReadOnlySpan<byte> random,
        ReadOnlySpan<byte> sessionId,
        CodePointList<TlsCipherSuite> cipherSuites,
        ReadOnlySpan<byte> compressionMethods,
        ExtensionBlock extensions,
        bool offersTls13)
    {
        LegacyVersion = legacyVersion;
        Random = random;
        SessionId = sessionId;
        CipherSuites = cipherSuites;
        CompressionMethods = compressionMethods;
        Extensions = extensions;
        OffersTls13 = offersTls13;
    }

    /// <summary>legacy_version: plays no part in the negotiation.</summary>
    public ProtocolVersion LegacyVersion { get; }

    /// <summary>The 32 bytes of random.</summary>
    public ReadOnlySpan<byte> Random { get; }

    /// <summary>legacy_session_id, at most 32 bytes: to be echoed.</summary>
    public ReadOnlySpan<byte> SessionId { get; }

    /// <summary>The cipher suites in order of preference.</summary>
    public CodePointList<TlsCipherSuite> CipherSuites { get; }

    /// <summary>legacy_compression_methods: one zero byte if TLS 1.3 is offered.</summary>
    public ReadOnlySpan<byte> CompressionMethods { get; }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Whether supported_versions holds TLS 1.3.</summary>
    public bool OffersTls13 { get; }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong (decode_error); as <see cref="ExtensionBlock.Parse"/> says; pre_shared_key is not the last extension,
    /// or the compression methods are not just null (illegal_parameter).
    /// </exception>
    public static ClientHello Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "ClientHello", FailureReason.MalformedClientHello);
        var legacyVersion = (ProtocolVersion)reader.ReadUInt16();
        ReadOnlySpan<byte> random = reader.ReadBytes(RandomSize);
        ReadOnlySpan<byte> sessionId = reader.ReadVector8(maximum: MaxSessionIdSize);
        var cipherSuites = new CodePointList<TlsCipherSuite>(reader.ReadVector16(minimum: 2), "ClientHello");
        ReadOnlySpan<byte> compressionMethods = reader.ReadVector8(minimum: 1);

        // Clients of older versions may leave out the extensions with their length (§4.2.2).
        ReadOnlySpan<byte> extensionBytes = reader.IsEmpty ? default : reader.ReadVector16();
        reader.ExpectEnd();

        ExtensionBlock extensions = ExtensionBlock.ParseStructure(extensionBytes);
        bool offersTls13 = extensions.TryGet(ExtensionType.SupportedVersions, out ReadOnlySpan<byte> versions)
            && SupportedVersionsExtension.ParseOffered(versions).Contains(ProtocolVersion.Tls13);
        if (offersTls13)
        {
            if (legacyVersion <= ProtocolVersion.Ssl3)
                TlsError.Throw(FailureReason.LegacyVersion, "ClientHello", (ushort)legacyVersion);
            if (compressionMethods is not [0])
                TlsError.Throw(FailureReason.CompressionMethods);
            extensions.Validate(ExtensionContext.ClientHello);
            ThrowIfPreSharedKeyIsNotLast(extensions);
        }

        return new ClientHello(legacyVersion, random, sessionId, cipherSuites, compressionMethods, extensions, offersTls13);
    }

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

    /// <summary>The host name of server_name; false if the extension is absent or names no host.</summary>
    public bool TryGetServerName(out ReadOnlySpan<byte> hostName)
    {
        hostName = Extensions.TryGet(ExtensionType.ServerName, out ReadOnlySpan<byte> data) ? ServerNameExtension.Parse(data) : default;
        return !hostName.IsEmpty;
    }

    /// <summary>supported_groups.</summary>
    public bool TryGetSupportedGroups(out CodePointList<NamedGroup> groups)
    {
        bool found = Extensions.TryGet(ExtensionType.SupportedGroups, out ReadOnlySpan<byte> data);
        groups = found ? SupportedGroupsExtension.Parse(data) : default;
        return found;
    }

    /// <summary>key_share.</summary>
    public bool TryGetKeyShares(out KeyShareList shares)
    {
        bool found = Extensions.TryGet(ExtensionType.KeyShare, out ReadOnlySpan<byte> data);
        shares = found ? KeyShareList.Parse(data) : default;
        return found;
    }

    /// <summary>signature_algorithms.</summary>
    public bool TryGetSignatureAlgorithms(out CodePointList<SignatureScheme> schemes)
    {
        bool found = Extensions.TryGet(ExtensionType.SignatureAlgorithms, out ReadOnlySpan<byte> data);
        schemes = found ? SignatureAlgorithmsExtension.Parse(data) : default;
        return found;
    }

    /// <summary>signature_algorithms_cert.</summary>
    public bool TryGetSignatureAlgorithmsCert(out CodePointList<SignatureScheme> schemes)
    {
        bool found = Extensions.TryGet(ExtensionType.SignatureAlgorithmsCert, out ReadOnlySpan<byte> data);
        schemes = found ? SignatureAlgorithmsExtension.Parse(data) : default;
        return found;
    }

    /// <summary>application_layer_protocol_negotiation.</summary>
    public bool TryGetApplicationProtocols(out OpaqueList protocols)
    {
        bool found = Extensions.TryGet(ExtensionType.ApplicationLayerProtocolNegotiation, out ReadOnlySpan<byte> data);
        protocols = found ? AlpnExtension.ParseOffered(data) : default;
        return found;
    }

    /// <summary>record_size_limit in bytes.</summary>
    public bool TryGetRecordSizeLimit(out int limit)
    {
        bool found = Extensions.TryGet(ExtensionType.RecordSizeLimit, out ReadOnlySpan<byte> data);
        limit = found ? RecordSizeLimitExtension.Parse(data) : 0;
        return found;
    }

    /// <summary>compress_certificate.</summary>
    public bool TryGetCompressCertificate(out CodePointList<CertificateCompressionAlgorithm> algorithms)
    {
        bool found = Extensions.TryGet(ExtensionType.CompressCertificate, out ReadOnlySpan<byte> data);
        algorithms = found ? CompressCertificateExtension.Parse(data) : default;
        return found;
    }

    /// <summary>client_certificate_type.</summary>
    public bool TryGetClientCertificateTypes(out ReadOnlySpan<CertificateType> types)
    {
        bool found = Extensions.TryGet(ExtensionType.ClientCertificateType, out ReadOnlySpan<byte> data);
        types = found ? CertificateTypeExtension.ParseOffered(data) : default;
        return found;
    }

    /// <summary>server_certificate_type.</summary>
    public bool TryGetServerCertificateTypes(out ReadOnlySpan<CertificateType> types)
    {
        bool found = Extensions.TryGet(ExtensionType.ServerCertificateType, out ReadOnlySpan<byte> data);
        types = found ? CertificateTypeExtension.ParseOffered(data) : default;
        return found;
    }

    /// <summary>Whether the client accepts a server that presents its key so: one that names no types accepts X.509 alone (RFC 7250 §4.1).</summary>
    public bool AcceptsServerCertificateType(CertificateType type) =>
        TryGetServerCertificateTypes(out ReadOnlySpan<CertificateType> types) ? types.Contains(type) : type == CertificateType.X509;

    /// <summary>certificate_authorities.</summary>
    public bool TryGetCertificateAuthorities(out OpaqueList names)
    {
        bool found = Extensions.TryGet(ExtensionType.CertificateAuthorities, out ReadOnlySpan<byte> data);
        names = found ? CertificateAuthoritiesExtension.Parse(data) : default;
        return found;
    }

    /// <summary>cookie.</summary>
    public bool TryGetCookie(out ReadOnlySpan<byte> cookie)
    {
        bool found = Extensions.TryGet(ExtensionType.Cookie, out ReadOnlySpan<byte> data);
        cookie = found ? CookieExtension.Parse(data) : default;
        return found;
    }

    /// <summary>psk_key_exchange_modes.</summary>
    public bool TryGetPskKeyExchangeModes(out ReadOnlySpan<PskKeyExchangeMode> modes)
    {
        bool found = Extensions.TryGet(ExtensionType.PskKeyExchangeModes, out ReadOnlySpan<byte> data);
        modes = found ? PskKeyExchangeModesExtension.Parse(data) : default;
        return found;
    }

    /// <summary>pre_shared_key.</summary>
    public bool TryGetPreSharedKeys(out OfferedPsks psks)
    {
        bool found = Extensions.TryGet(ExtensionType.PreSharedKey, out ReadOnlySpan<byte> data);
        psks = found ? OfferedPsks.Parse(data) : default;
        return found;
    }

    /// <summary>ticket_request.</summary>
    public bool TryGetTicketRequest(out byte newSessionCount, out byte resumptionCount)
    {
        bool found = Extensions.TryGet(ExtensionType.TicketRequest, out ReadOnlySpan<byte> data);
        (newSessionCount, resumptionCount) = found ? TicketRequestExtension.Parse(data) : default;
        return found;
    }

    private static void ThrowIfPreSharedKeyIsNotLast(ExtensionBlock extensions)
    {
        if (!extensions.Types.Contains(ExtensionType.PreSharedKey))
            return;
        ExtensionType last = default;
        foreach (Extension extension in extensions)
            last = extension.Type;
        if (last != ExtensionType.PreSharedKey)
            TlsError.Throw(FailureReason.PreSharedKeyNotLast);
    }
}
