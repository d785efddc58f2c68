using In = HybridTls.Messages.ExtensionContext;

namespace HybridTls.Messages;

/// <summary>Which extension belongs into which message, and how it reads there: the table of RFC 9846 §4.3.</summary>
internal static class ExtensionRules
{
    /// <summary>The messages into which <paramref name="type"/> belongs; <see cref="In.None"/> if it is not recognised.</summary>
    public static ExtensionContext Permitted(ExtensionType type) => type switch
    {
        ExtensionType.ServerName => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.SupportedGroups => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.SignatureAlgorithms => In.ClientHello | In.CertificateRequest,
        ExtensionType.ApplicationLayerProtocolNegotiation => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.ClientCertificateType => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.ServerCertificateType => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.Padding => In.ClientHello,
        ExtensionType.CompressCertificate => In.ClientHello | In.CertificateRequest,
        ExtensionType.RecordSizeLimit => In.ClientHello | In.EncryptedExtensions,
        ExtensionType.PreSharedKey => In.ClientHello | In.ServerHello,
        ExtensionType.EarlyData => In.ClientHello | In.EncryptedExtensions | In.NewSessionTicket,
        ExtensionType.SupportedVersions => In.ClientHello | In.ServerHello | In.HelloRetryRequest,
        ExtensionType.Cookie => In.ClientHello | In.HelloRetryRequest,
        ExtensionType.PskKeyExchangeModes => In.ClientHello,
        ExtensionType.CertificateAuthorities => In.ClientHello | In.CertificateRequest,
        ExtensionType.PostHandshakeAuth => In.ClientHello,
        ExtensionType.SignatureAlgorithmsCert => In.ClientHello | In.CertificateRequest,
        ExtensionType.KeyShare => In.ClientHello | In.ServerHello | In.HelloRetryRequest,
        ExtensionType.TicketRequest => In.ClientHello | In.EncryptedExtensions,
        _ => In.None,
    };

    /// <summary>Refuses a recognised extension in a message where it does not belong, or whose content does not parse.</summary>
    /// <exception cref="HybridTlsException">It does not belong there (illegal_parameter), or as its reader says.</exception>
    public static void Validate(ExtensionContext context, ExtensionType type, ReadOnlySpan<byte> data)
    {
        ExtensionContext permitted = Permitted(type);
        if (permitted == In.None)
            return;
        if ((permitted & context) == 0)
            TlsError.Throw(FailureReason.MisplacedExtension, type, context);

        switch (context, type)
        {
            case (In.ClientHello, ExtensionType.ServerName):
                ServerNameExtension.Parse(data);
                break;
            case (_, ExtensionType.ServerName):
                ServerNameExtension.ParseAcknowledgement(data);
                break;
            case (_, ExtensionType.SupportedGroups):
                SupportedGroupsExtension.Parse(data);
                break;
            case (_, ExtensionType.SignatureAlgorithms or ExtensionType.SignatureAlgorithmsCert):
                SignatureAlgorithmsExtension.Parse(data);
                break;
            case (In.ClientHello, ExtensionType.ApplicationLayerProtocolNegotiation):
                AlpnExtension.ParseOffered(data);
                break;
            case (_, ExtensionType.ApplicationLayerProtocolNegotiation):
                AlpnExtension.ParseSelected(data);
                break;
            case (In.ClientHello, ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType):
                CertificateTypeExtension.ParseOffered(data);
                break;
            case (_, ExtensionType.ClientCertificateType or ExtensionType.ServerCertificateType):
                CertificateTypeExtension.ParseSelected(data);
                break;
            case (_, ExtensionType.CompressCertificate):
                CompressCertificateExtension.Parse(data);
                break;
            case (_, ExtensionType.RecordSizeLimit):
                RecordSizeLimitExtension.Parse(data);
                break;
            case (In.ClientHello, ExtensionType.PreSharedKey):
                OfferedPsks.Parse(data);
                break;
            case (_, ExtensionType.PreSharedKey):
                PreSharedKeyExtension.ParseSelected(data);
                break;
            case (In.NewSessionTicket, ExtensionType.EarlyData):
                EarlyDataExtension.ParseMaxSize(data);
                break;
            case (_, ExtensionType.EarlyData):
                EarlyDataExtension.ParseIndication(data);
                break;
            case (In.ClientHello, ExtensionType.SupportedVersions):
                SupportedVersionsExtension.ParseOffered(data);
                break;
            case (_, ExtensionType.SupportedVersions):
                SupportedVersionsExtension.ParseSelected(data);
                break;
            case (_, ExtensionType.Cookie):
                CookieExtension.Parse(data);
                break;
            case (_, ExtensionType.PskKeyExchangeModes):
                PskKeyExchangeModesExtension.Parse(data);
                break;
            case (_, ExtensionType.CertificateAuthorities):
                CertificateAuthoritiesExtension.Parse(data);
                break;
            case (_, ExtensionType.PostHandshakeAuth):
                PostHandshakeAuthExtension.Parse(data);
                break;
            case (In.ClientHello, ExtensionType.KeyShare):
                KeyShareList.Parse(data);
                break;
            case (In.HelloRetryRequest, ExtensionType.KeyShare):
                KeyShareExtension.ParseSelectedGroup(data);
                break;
            case (_, ExtensionType.KeyShare):
                KeyShareExtension.ParseServerShare(data);
                break;
            case (In.ClientHello, ExtensionType.TicketRequest):
                TicketRequestExtension.Parse(data);
                break;
            case (_, ExtensionType.TicketRequest):
                TicketRequestExtension.ParseHint(data);
                break;
            default:
                break; // padding: its content is ignored (RFC 7685)
        }
    }
}
