using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls;
using HybridTls.Cryptography;
using HybridTls.Issuing;

namespace GrpcOrHttp2;

/// <summary>An authority and what it issued. In production the services load theirs: <c>HybridTlsCredential.FromPemFiles</c>.</summary>
internal sealed class Identities : IDisposable
{
    private readonly MLDsa _key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
    private readonly CertificateAuthority _authority;

    public Identities()
    {
        _authority = CertificateAuthority.CreateRoot("CN=Services", _key);
        Trusted = PeerValidation.TrustAnchors(_authority.Certificate);
    }

    /// <summary>Trusts whoever the authority issued a certificate.</summary>
    public PeerValidation Trusted { get; }

    public HybridTlsCredential Issue(string name, CertificatePurposes purposes, params string[] hosts)
    {
        MLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using X509Certificate2 certificate = _authority.Issue(
            key, new CertificateProfile { Subject = new X500DistinguishedName($"CN={name}"), Names = hosts, Purposes = purposes });
        return HybridTlsCredential.Create(certificate, key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }
}
