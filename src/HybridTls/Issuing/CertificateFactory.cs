using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;

namespace HybridTls.Issuing;

/// <summary>Makes self-signed certificates and certificate signing requests with ML-DSA-65 keys (RFC 9881).</summary>
public static class CertificateFactory
{
    /// <summary>Issues a certificate that the key signs itself: peers trust it by naming it as their anchor.</summary>
    /// <param name="key">An ML-DSA-65 key with its private part; any implementation of the BCL's class.</param>
    /// <param name="profile">What the certificate says.</param>
    /// <returns>The certificate, without the private key.</returns>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65.</exception>
    /// <exception cref="ArgumentException">A name is neither a host name nor an address.</exception>
    public static X509Certificate2 CreateSelfSigned(MLDsa key, CertificateProfile profile)
    {
        ArgumentNullException.ThrowIfNull(key);
        CertificateRequest request = CertificateTemplate.ForEndEntity(CertificateTemplate.PublicKeyOf(key), profile);
        return CertificateTemplate.Sign(
            request, request.SubjectName, null, key, CertificateTemplate.ValidityOf(profile, DateTimeOffset.MaxValue));
    }

    /// <summary>Makes a signing request (PKCS#10, RFC 2986) in DER; <see cref="PemEncoding"/> writes it as "CERTIFICATE REQUEST".</summary>
    /// <param name="key">An ML-DSA-65 key with its private part.</param>
    /// <param name="profile">The subject, names and purposes to ask for; the validity is the authority's choice.</param>
    /// <exception cref="CryptographicException">The key is not ML-DSA-65.</exception>
    /// <exception cref="ArgumentException">A name is neither a host name nor an address.</exception>
    public static byte[] CreateSigningRequest(MLDsa key, CertificateProfile profile)
    {
        ArgumentNullException.ThrowIfNull(key);
        CertificateRequest request = CertificateTemplate.ForEndEntity(CertificateTemplate.PublicKeyOf(key), profile);
        return request.CreateSigningRequest(new MLDsaSignatureGenerator(key));
    }
}
