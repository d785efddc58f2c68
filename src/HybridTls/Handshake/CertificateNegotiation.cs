using HybridTls.Certificates;
using HybridTls.Messages;

namespace HybridTls.Handshake;

/// <summary>How the sides of a full handshake present their keys (RFC 9846 §4.3.3, RFC 7250, RFC 8879): a resumption needs none of it.</summary>
internal sealed class CertificateNegotiation
{
    /// <summary>How we present our key (RFC 7250).</summary>
    public CertificateType ServerCertificateType { get; private init; }

    /// <summary>How the client presents its key (RFC 7250).</summary>
    public CertificateType ClientCertificateType { get; private init; }

    /// <summary>Whether the client asked how, and we request a certificate.</summary>
    public bool AnswersClientCertificateType { get; private init; }

    /// <summary>The compression of our certificate (RFC 8879).</summary>
    public CertificateCompressionAlgorithm? Compression { get; private init; }

    /// <summary>Chooses.</summary>
    /// <exception cref="HybridTlsException">There is no common ground; the alert is the one of RFC 9846 §4.2.1 and §9.2.</exception>
    public static CertificateNegotiation Negotiate(in ClientHello hello, HybridTlsServerOptions options)
    {
        if (!hello.Has(ExtensionType.SignatureAlgorithms))
            TlsError.Throw(FailureReason.NoSignatureAlgorithms);
        if (!hello.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65))
            TlsError.Throw(FailureReason.NoSharedSignatureScheme); // HT-NEG-3

        bool requestsCertificate = options.ClientCertificateMode != ClientAuthenticationMode.NoCertificate;
        bool namesClientTypes = !hello.ClientCertificateTypes.IsEmpty;
        return new CertificateNegotiation
        {
            ServerCertificateType = SelectServerType(hello, options.Credential!),
            ClientCertificateType = requestsCertificate
                ? SelectClientType(namesClientTypes ? hello.ClientCertificateTypes : [CertificateType.X509], options)
                : CertificateType.X509,
            AnswersClientCertificateType = requestsCertificate && namesClientTypes,
            Compression = SelectCompression(hello, options),
        };
    }

    private static CertificateType SelectServerType(in ClientHello hello, HybridTlsCredential credential)
    {
        CertificateType type = HandshakeMachine.CertificateTypeOf(credential);
        if (!hello.AcceptsServerCertificateType(type))
            TlsError.Throw(credential.IsRawPublicKey ? FailureReason.RawPublicKeyNotAccepted : FailureReason.CertificateNotAccepted);
        return type;
    }

    private static CertificateType SelectClientType(ReadOnlySpan<CertificateType> offered, HybridTlsServerOptions options)
    {
        if (options.PeerCertificateTypes is { } preferred)
        {
            foreach (CertificateType type in preferred)
            {
                if (offered.Contains(type))
                    return type;
            }
        }
        else
        {
            foreach (CertificateType type in offered)
            {
                if (type == CertificateType.X509 || (type == CertificateType.RawPublicKey && options.AcceptRawPublicKeys))
                    return type;
            }
        }

        throw TlsError.Create(FailureReason.RawPublicKeyOnly);
    }

    private static CertificateCompressionAlgorithm? SelectCompression(in ClientHello hello, HybridTlsServerOptions options)
    {
        foreach (CertificateCompressionAlgorithm algorithm in CertificateCompressor.Algorithms(options.CertificateCompression))
        {
            if (hello.CompressCertificate.Contains(algorithm))
                return algorithm;
        }

        return null;
    }
}
