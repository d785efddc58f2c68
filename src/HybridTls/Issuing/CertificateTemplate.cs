using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Issuing;

/// <summary>What certificates of this profile say (RFC 5280 §4.2, RFC 9881 §5), over the BCL's writer.</summary>
internal static class CertificateTemplate
{
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>The public key in the BCL's form.</summary>
    /// <exception cref="CryptographicException">It is not ML-DSA-65.</exception>
    public static PublicKey PublicKeyOf(MLDsa key) =>
        key.Algorithm == MLDsaAlgorithm.MLDsa65
            ? PublicKey.CreateFromSubjectPublicKeyInfo(MLDsaPublicKeyInfo.Encode(key.ExportMLDsaPublicKey()), out _)
            : throw new CryptographicException($"The key is {key.Algorithm.Name}: HybridTls needs an ML-DSA-65 key.");

    /// <summary>A server's or client's certificate.</summary>
    public static CertificateRequest ForEndEntity(PublicKey key, CertificateProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if ((profile.Purposes & (CertificatePurposes.Server | CertificatePurposes.Client)) == 0)
            throw new ArgumentException("The profile names no purpose: a certificate is for servers, clients or both.", nameof(profile));
        X500DistinguishedName? subject = profile.Subject ?? SubjectOf(profile.Names);
        if (subject is null)
            throw new ArgumentException("The profile names neither a subject nor a host.", nameof(profile));

        CertificateRequest request = Create(subject, key, authority: false, pathLength: null, X509KeyUsageFlags.DigitalSignature);
        var purposes = new OidCollection();
        if ((profile.Purposes & CertificatePurposes.Server) != 0)
            purposes.Add(new Oid(Oids.ServerAuthenticationDotted));
        if ((profile.Purposes & CertificatePurposes.Client) != 0)
            purposes.Add(new Oid(Oids.ClientAuthenticationDotted));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, critical: false));
        if (profile.Names.Count > 0)
            request.CertificateExtensions.Add(AlternativeNames(profile.Names));
        return request;
    }

    /// <summary>An authority's certificate.</summary>
    public static CertificateRequest ForAuthority(PublicKey key, string subject, int? pathLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return Create(
            new X500DistinguishedName(subject), key, authority: true, pathLength, X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign);
    }

    /// <summary>From when to when: whole seconds, not beyond <paramref name="latest"/>.</summary>
    public static (DateTimeOffset NotBefore, DateTimeOffset NotAfter) ValidityOf(CertificateProfile profile, DateTimeOffset latest)
    {
        if (profile.Lifetime <= TimeSpan.Zero)
            throw new ArgumentException("The lifetime is not positive.", nameof(profile));
        DateTimeOffset now = profile.TimeProvider.GetUtcNow();
        DateTimeOffset notBefore = profile.NotBefore ?? now - ClockDifference;
        DateTimeOffset start = profile.NotBefore ?? now;
        DateTimeOffset notAfter = DateTimeOffset.MaxValue - start > profile.Lifetime ? start + profile.Lifetime : DateTimeOffset.MaxValue;
        if (notAfter > latest)
            notAfter = latest;
        return notBefore < notAfter
            ? (notBefore, notAfter)
            : throw new ArgumentException($"The certificate would expire ({notAfter:u}, with its issuer) before it is valid " +
                $"({notBefore:u}).", nameof(profile));
    }

    /// <summary>Signs with the key of the issuer; the serial number has 126 random bits.</summary>
    public static X509Certificate2 Sign(
        CertificateRequest request,
        X500DistinguishedName issuer,
        X509SubjectKeyIdentifierExtension? issuerKeyIdentifier,
        MLDsa issuerKey,
        (DateTimeOffset NotBefore, DateTimeOffset NotAfter) validity)
    {
        if (issuerKeyIdentifier is not null)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuerKeyIdentifier));

        // RFC 5280 §4.1.2.2: positive; the second bit set keeps the length the same, whatever the others are.
        Span<byte> serial = stackalloc byte[16];
        Entropy.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return request.Create(issuer, new MLDsaSignatureGenerator(issuerKey), validity.NotBefore, validity.NotAfter, serial);
    }

    private static CertificateRequest Create(
        X500DistinguishedName subject, PublicKey key, bool authority, int? pathLength, X509KeyUsageFlags usage)
    {
        // The hash name is required by the type and says nothing for ML-DSA.
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA512);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(authority, pathLength is not null, pathLength ?? 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(
            new X509SubjectKeyIdentifierExtension(key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false));
        return request;
    }

    private static X500DistinguishedName? SubjectOf(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return null;
        var builder = new X500DistinguishedNameBuilder();
        // X.520's upper bound of a common name is 64 characters.
        builder.AddCommonName(names[0].Length <= 64 ? names[0] : names[0][..64]);
        return builder.Build();
    }

    /// <summary>Reads a name that a certificate is to carry: a host name, which may begin with a wildcard, or an address.</summary>
    public static bool TryParseName(string text, out HostName name, out bool wildcard)
    {
        wildcard = text.StartsWith("*.", StringComparison.Ordinal);
        return HostName.TryParse(wildcard ? text[2..] : text, out name) && !(wildcard && name.IsAddress);
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (string text in names)
        {
            if (!TryParseName(text, out HostName name, out bool wildcard))
                throw new ArgumentException($"\"{text}\" is neither a host name nor an IP address.", nameof(names));
            if (name.DnsName is { } dnsName)
                builder.AddDnsName(wildcard ? "*." + dnsName : dnsName);
            else
                builder.AddIpAddress(IPAddress.Parse(name.ToString()));
        }

        return builder.Build();
    }
}
