namespace HybridTls.Messages;

/// <summary>CertificateRequest (RFC 9846 §4.4.2), read in place and checked: no member throws.</summary>
internal readonly ref struct CertificateRequest
{
    private CertificateRequest(ReadOnlySpan<byte> context, ExtensionBlock extensions)
    {
        Context = context;
        Extensions = extensions;
    }

    /// <summary>certificate_request_context: empty in the handshake, echoed in the Certificate.</summary>
    public ReadOnlySpan<byte> Context { get; }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>signature_algorithms, which is always there.</summary>
    public CodePointList<SignatureScheme> SignatureAlgorithms
    {
        get
        {
            Extensions.TryGet(ExtensionType.SignatureAlgorithms, out ReadOnlySpan<byte> data);
            return SignatureAlgorithmsExtension.Parse(data);
        }
    }

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="HybridTlsException">
    /// The structure is wrong (decode_error); as <see cref="ExtensionBlock.Parse"/> says; without signature_algorithms
    /// (missing_extension).
    /// </exception>
    public static CertificateRequest Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body, "CertificateRequest");
        ReadOnlySpan<byte> context = reader.ReadVector8();
        ReadOnlySpan<byte> extensionBytes = reader.ReadVector16();
        reader.ExpectEnd();
        ExtensionBlock extensions = ExtensionBlock.Parse(extensionBytes, ExtensionContext.CertificateRequest);
        if (!extensions.Types.Contains(ExtensionType.SignatureAlgorithms))
            TlsError.Throw(FailureReason.RequestSignatureAlgorithms);
        return new CertificateRequest(context, extensions);
    }

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(TlsWriter writer, scoped ReadOnlySpan<byte> context = default)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.CertificateRequest);
        writer.WriteVector8(context);
        return new MessageScope(message, writer.BeginVector16());
    }

    /// <summary>signature_algorithms_cert.</summary>
    public bool TryGetSignatureAlgorithmsCert(out CodePointList<SignatureScheme> schemes)
    {
        bool found = Extensions.TryGet(ExtensionType.SignatureAlgorithmsCert, out ReadOnlySpan<byte> data);
        schemes = found ? SignatureAlgorithmsExtension.Parse(data) : default;
        return found;
    }

    /// <summary>certificate_authorities.</summary>
    public bool TryGetCertificateAuthorities(out OpaqueList names)
    {
        bool found = Extensions.TryGet(ExtensionType.CertificateAuthorities, out ReadOnlySpan<byte> data);
        names = found ? CertificateAuthoritiesExtension.Parse(data) : default;
        return found;
    }

    /// <summary>compress_certificate.</summary>
    public bool TryGetCompressCertificate(out CodePointList<CertificateCompressionAlgorithm> algorithms)
    {
        bool found = Extensions.TryGet(ExtensionType.CompressCertificate, out ReadOnlySpan<byte> data);
        algorithms = found ? CompressCertificateExtension.Parse(data) : default;
        return found;
    }
}
