using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;

namespace HybridTls.Issuing;

/// <summary>
/// An authority: its certificate and its ML-DSA-65 key, which issue certificates for servers, clients and authorities below.
/// </summary>
/// <remarks>The caller keeps the key and disposes it; the authority disposes its certificate.</remarks>
public sealed class CertificateAuthority : IDisposable
{
    private readonly MLDsa _key;

    /// <summary>Takes an existing authority.</summary>
    /// <param name="certificate">The authority's certificate, which is copied.</param>
    /// <param name="key">Its private key; any implementation of the BCL's class.</param>
    /// <exception cref="CryptographicException">The certificate is no authority's, or the key is another's.</exception>
    public CertificateAuthority(X509Certificate2 certificate, MLDsa key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        CredentialChain chain = CredentialChain.FromOrdered([certificate.RawData]);
        CertificateTemplate.PublicKeyOf(key);
        chain.ThrowIfNotKeyOfLeaf(key.ExportMLDsaPublicKey());
        if (!chain.Leaf.Extensions.IsAuthority)
            throw new CryptographicException($"The certificate {chain.Leaf.Describe()} is no authority's: its basicConstraints lack cA.");
        Certificate = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
        PathLength = chain.Leaf.Extensions.PathLength;
        _key = key;
    }

    /// <summary>The authority's certificate: peers name it (or one above it) as their trust anchor.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>How many authorities may stand below this one; null for any number.</summary>
    public int? PathLength { get; }

    /// <summary>Creates a root: an authority whose certificate its own key signs.</summary>
    /// <param name="subject">The name, such as CN=Example Root.</param>
    /// <param name="key">An ML-DSA-65 key with its private part.</param>
    /// <param name="lifetime">How long the certificate is valid; ten years without a value.</param>
    /// <param name="pathLength">How many authorities may stand below it; null for any number.</param>
    /// <param name="timeProvider">Tells what time it is.</param>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65, or the subject is no distinguished name.</exception>
    public static CertificateAuthority CreateRoot(
        string subject, MLDsa key, TimeSpan? lifetime = null, int? pathLength = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        CertificateRequest request = CertificateTemplate.ForAuthority(CertificateTemplate.PublicKeyOf(key), subject, pathLength);
        using X509Certificate2 certificate = CertificateTemplate.Sign(
            request, request.SubjectName, null, key,
            CertificateTemplate.ValidityOf(AuthorityProfile(lifetime, timeProvider), DateTimeOffset.MaxValue));
        return new CertificateAuthority(certificate, key);
    }

    /// <summary>Issues the certificate of an authority below this one.</summary>
    /// <param name="subject">The name, such as CN=Example Issuing.</param>
    /// <param name="key">The ML-DSA-65 key of the new authority, with its private part.</param>
    /// <param name="lifetime">How long the certificate is valid; ten years without a value, never longer than this authority's.</param>
    /// <param name="pathLength">How many authorities may stand below the new one; none without a value.</param>
    /// <param name="timeProvider">Tells what time it is.</param>
    /// <exception cref="InvalidOperationException">This authority's pathLenConstraint allows no such authority below it.</exception>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65, or the subject is no distinguished name.</exception>
    public CertificateAuthority IssueAuthority(
        string subject, MLDsa key, TimeSpan? lifetime = null, int pathLength = 0, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(pathLength);
        if (PathLength is { } limit && pathLength >= limit)
            throw new InvalidOperationException($"{Certificate.Subject} allows {limit} authorities below it (pathLenConstraint): an " +
                $"authority with path length {pathLength} does not fit.");
        CertificateRequest request = CertificateTemplate.ForAuthority(CertificateTemplate.PublicKeyOf(key), subject, pathLength);
        using X509Certificate2 certificate = Sign(request, AuthorityProfile(lifetime, timeProvider));
        return new CertificateAuthority(certificate, key);
    }

    /// <summary>Issues a certificate for a server or a client.</summary>
    /// <param name="subjectKey">Its ML-DSA-65 key; the public part is enough.</param>
    /// <param name="profile">What the certificate says.</param>
    /// <returns>The certificate, without a private key.</returns>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65.</exception>
    /// <exception cref="ArgumentException">A name is neither a host name nor an address.</exception>
    public X509Certificate2 Issue(MLDsa subjectKey, CertificateProfile profile)
    {
        ArgumentNullException.ThrowIfNull(subjectKey);
        return Sign(CertificateTemplate.ForEndEntity(CertificateTemplate.PublicKeyOf(subjectKey), profile), profile);
    }

    /// <summary>Issues the certificate that a request asks for; what it says is <paramref name="profile"/>'s alone.</summary>
    /// <param name="request">
    /// The request, of which only the key is taken. Its names are a wish: look at them, then put what may stand into the profile.
    /// </param>
    /// <param name="profile">What the certificate says.</param>
    /// <exception cref="ArgumentException">A name is neither a host name nor an address.</exception>
    public X509Certificate2 Issue(CertificateSigningRequest request, CertificateProfile profile)
    {
        ArgumentNullException.ThrowIfNull(request);
        PublicKey key = PublicKey.CreateFromSubjectPublicKeyInfo(request.SubjectPublicKeyInfo.Span, out _);
        return Sign(CertificateTemplate.ForEndEntity(key, profile), profile);
    }

    /// <summary>Disposes the certificate; the key stays with the caller.</summary>
    public void Dispose() => Certificate.Dispose();

    private static CertificateProfile AuthorityProfile(TimeSpan? lifetime, TimeProvider? timeProvider) =>
        new() { Lifetime = lifetime ?? TimeSpan.FromDays(3653), TimeProvider = timeProvider ?? TimeProvider.System };

    private X509Certificate2 Sign(CertificateRequest request, CertificateProfile profile)
    {
        var subjectKeyIdentifier = Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault();
        return CertificateTemplate.Sign(
            request, Certificate.SubjectName, subjectKeyIdentifier, _key,
            CertificateTemplate.ValidityOf(profile, Certificate.NotAfter.ToUniversalTime()));
    }
}
