using HybridTls.Messages;

namespace HybridTls.Fuzz.Targets;

/// <summary>Reads every member of a parsed message: none may throw once the message was accepted.</summary>
internal static class Touch
{
    public static void All(ClientHello hello)
    {
        if (!hello.OffersTls13)
            return;
        hello.TryGetServerName(out _);
        hello.TryGetSupportedGroups(out CodePointList<NamedGroup> groups);
        if (hello.TryGetKeyShares(out KeyShareList shares))
        {
            shares.TryFind(NamedGroup.X25519MLKem768, out _);
            shares.AreAllIn(groups);
        }

        hello.TryGetSignatureAlgorithms(out CodePointList<SignatureScheme> schemes);
        schemes.Contains(SignatureScheme.MLDsa65);
        hello.TryGetSignatureAlgorithmsCert(out _);
        if (hello.TryGetApplicationProtocols(out OpaqueList protocols))
            protocols.Contains("h2"u8);
        hello.TryGetRecordSizeLimit(out _);
        hello.TryGetCompressCertificate(out _);
        hello.TryGetClientCertificateTypes(out _);
        hello.TryGetServerCertificateTypes(out _);
        hello.TryGetCertificateAuthorities(out _);
        hello.TryGetCookie(out _);
        hello.TryGetPskKeyExchangeModes(out _);
        if (hello.TryGetPreSharedKeys(out OfferedPsks psks))
            _ = psks.BindersSize;
        hello.TryGetTicketRequest(out _, out _);
    }

    public static void All(ServerHello hello)
    {
        _ = hello.HasDowngradeSentinel;
        if (hello.SelectedVersion != ProtocolVersion.Tls13)
            return;
        hello.TryGetKeyShare(out _);
        hello.TryGetPreSharedKey(out _);
    }

    public static void All(HelloRetryRequest request)
    {
        if (request.SelectedVersion != ProtocolVersion.Tls13)
            return;
        request.TryGetSelectedGroup(out _);
        request.TryGetCookie(out _);
    }

    public static void All(EncryptedExtensions extensions)
    {
        extensions.TryGetApplicationProtocol(out _);
        extensions.TryGetSupportedGroups(out _);
        extensions.TryGetRecordSizeLimit(out _);
        extensions.TryGetClientCertificateType(out _);
        extensions.TryGetServerCertificateType(out _);
        extensions.TryGetTicketHint(out _);
    }

    public static void All(CertificateRequest request)
    {
        _ = request.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65);
        request.TryGetSignatureAlgorithmsCert(out _);
        request.TryGetCertificateAuthorities(out _);
        request.TryGetCompressCertificate(out _);
    }
}
