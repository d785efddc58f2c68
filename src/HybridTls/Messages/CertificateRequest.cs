namespace HybridTls.Messages;

/// <summary>CertificateRequest (RFC 9846 §4.4.2), read in place: each extension once.</summary>
internal readonly ref struct CertificateRequest
{
    private CertificateRequest(ReadOnlySpan<byte> context, ExtensionBlock extensions)
    {
        Context = context;
        Extensions = extensions;
        if (!extensions.TryGet(ExtensionType.SignatureAlgorithms, out ReadOnlySpan<byte> data))
            TlsError.Throw(FailureReason.RequestSignatureAlgorithms);
        SignatureAlgorithms = SignatureAlgorithmsExtension.Parse(data);
        SignatureAlgorithmsCert = extensions.TryGet(ExtensionType.SignatureAlgorithmsCert, out data)
            ? SignatureAlgorithmsExtension.Parse(data) : default;
        CertificateAuthorities = extensions.TryGet(ExtensionType.CertificateAuthorities, out data)
            ? CertificateAuthoritiesExtension.Parse(data) : default;
        CompressCertificate = extensions.TryGet(ExtensionType.CompressCertificate, out data) ? CompressCertificateExtension.Parse(data) : default;
    }

    /// <summary>certificate_request_context: empty in the handshake, echoed in the Certificate.</summary>
    public ReadOnlySpan<byte> Context { get; }

    /// <summary>The extensions.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>signature_algorithms, which is always there.</summary>
    public CodePointList<SignatureScheme> SignatureAlgorithms { get; }

    /// <summary>signature_algorithms_cert.</summary>
    public CodePointList<SignatureScheme> SignatureAlgorithmsCert { get; }

    /// <summary>certificate_authorities: empty if it is not there.</summary>
    public OpaqueList CertificateAuthorities { get; }

    /// <summary>compress_certificate.</summary>
    public CodePointList<CertificateCompressionAlgorithm> CompressCertificate { get; }

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
        return new CertificateRequest(context, ExtensionBlock.Parse(extensionBytes, ExtensionContext.CertificateRequest));
    }

    /// <summary>Writes the message up to its extensions; disposing the scope closes it.</summary>
    public static MessageScope Begin(TlsWriter writer, scoped ReadOnlySpan<byte> context = default)
    {
        LengthScope message = writer.BeginMessage(HandshakeType.CertificateRequest);
        writer.WriteVector8(context);
        return new MessageScope(message, writer.BeginVector16());
    }
}
