using HybridTls.Messages;

namespace HybridTls.Fuzz.Targets;

/// <summary>Reads every member of a parsed message: none may throw once the message was accepted.</summary>
internal static class Touch
{
    public static void All(ClientHello hello)
    {
        if (!hello.OffersTls13)
            return;
        hello.KeyShares.TryFind(NamedGroup.X25519MLKem768, out _);
        hello.KeyShares.AreAllIn(hello.SupportedGroups);
        hello.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65);
        hello.ApplicationProtocols.Contains("h2"u8);
        foreach (ReadOnlySpan<byte> name in hello.CertificateAuthorities)
            _ = name.Length;
        foreach (PskIdentity identity in hello.PreSharedKeys.Identities)
            _ = identity.ObfuscatedTicketAge;
        _ = hello.PreSharedKeys.BindersSize;
    }

    public static void All(ServerHello hello) => _ = hello.HasDowngradeSentinel;

    public static void All(HelloRetryRequest request) => _ = request.SessionIdEcho.Length;

    public static void All(EncryptedExtensions extensions) => _ = extensions.Extensions.Count;

    public static void All(CertificateRequest request)
    {
        _ = request.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65);
        foreach (ReadOnlySpan<byte> name in request.CertificateAuthorities)
            _ = name.Length;
    }
}
