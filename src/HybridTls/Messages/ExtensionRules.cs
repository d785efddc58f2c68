using In = HybridTls.Messages.ExtensionContext;

namespace HybridTls.Messages;

/// <summary>Which extension belongs in which message: the table of RFC 9846 §4.3.</summary>
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
        _ => In.None, // HT-MSG-6
    };

    private static readonly ExtensionSet Recognised = ExtensionSet.Of(Enum.GetValues<ExtensionType>());

    private static readonly Dictionary<ExtensionContext, ExtensionSet> ByMessage = Enum.GetValues<ExtensionContext>().ToDictionary(
        static context => context,
        static context => ExtensionSet.Of([.. Enum.GetValues<ExtensionType>().Where(type => (Permitted(type) & context) != 0)]));

    /// <summary>Refuses a recognised extension in a message where it does not belong.</summary>
    /// <exception cref="HybridTlsException">There is one (illegal_parameter).</exception>
    public static void ThrowIfMisplaced(ExtensionSet types, ExtensionContext context)
    {
        if (types.Intersect(Recognised).Except(ByMessage[context]).Lowest is { } misplaced)
            TlsError.Throw(FailureReason.MisplacedExtension, misplaced, context); // HT-MSG-5
    }
}
