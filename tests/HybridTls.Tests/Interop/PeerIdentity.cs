namespace HybridTls.Tests.Interop;

/// <summary>A chain and its key, in the forms that both sides load.</summary>
internal sealed record PeerIdentity(string CertificatePem, string KeyPem)
{
    private HybridTlsCredential? _credential;

    public HybridTlsCredential Credential => _credential ??= HybridTlsCredential.FromPem(CertificatePem, KeyPem);
}
