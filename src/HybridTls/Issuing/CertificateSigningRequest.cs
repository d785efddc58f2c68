using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Issuing;

/// <summary>A certificate signing request (PKCS#10, RFC 2986) whose signature proves that the requester holds the ML-DSA-65 key.</summary>
public sealed class CertificateSigningRequest
{
    private const string Label = "CERTIFICATE REQUEST";

    private CertificateSigningRequest(byte[] publicKeyInfo, X500DistinguishedName subject, IReadOnlyList<string> names)
    {
        SubjectPublicKeyInfo = publicKeyInfo;
        Subject = subject;
        Names = names;
    }

    /// <summary>The key, SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The subject that is asked for.</summary>
    public X500DistinguishedName Subject { get; }

    /// <summary>The host names and IP addresses that are asked for.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads a request in DER and verifies its signature.</summary>
    /// <exception cref="CryptographicException">It is malformed, not for an ML-DSA-65 key, or its signature does not verify.</exception>
    public static CertificateSigningRequest Load(ReadOnlySpan<byte> source)
    {
        if (source.Length > ParsedCertificate.MaxSize)
            throw new CryptographicException($"A request of {source.Length} bytes is longer than the limit of " +
                $"{ParsedCertificate.MaxSize}.");
        try
        {
            byte[] publicKeyInfo = Verify(source);
            CertificateRequest request = CertificateRequest.LoadSigningRequest(source, HashAlgorithmName.SHA512, out _,
                CertificateRequestLoadOptions.SkipSignatureValidation | CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            return new CertificateSigningRequest(publicKeyInfo, request.SubjectName, ReadNames(request));
        }
        catch (AsnContentException exception)
        {
            throw new CryptographicException("The certificate request is malformed: " + exception.Message, exception);
        }
    }

    /// <summary>Reads the first "CERTIFICATE REQUEST" block of a PEM text and verifies its signature.</summary>
    /// <exception cref="CryptographicException">There is none, or as <see cref="Load"/> says.</exception>
    public static CertificateSigningRequest LoadPem(ReadOnlySpan<char> pem)
    {
        foreach (PemBlock block in new PemBlocks(pem))
        {
            if (block.Label is Label)
                return Load(block.Decode());
        }

        throw new CryptographicException($"The text holds no certificate request: expected -----BEGIN {Label}-----.");
    }

    // CertificationRequest ::= SEQUENCE { info SEQUENCE { version, subject, subjectPKInfo, [0] attributes }, algorithm, signature }
    private static byte[] Verify(ReadOnlySpan<byte> source)
    {
        var outer = new Asn1Reader(source);
        Asn1Reader request = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        Asn1Reader info = request.ReadSequence(out Range toBeSigned);
        Asn1Reader algorithm = request.ReadSequence();
        if (!algorithm.ReadOid().SequenceEqual(Oids.MLDsa65) || algorithm.HasData)
            throw new CryptographicException("The certificate request is not signed with ML-DSA-65: make it with an ML-DSA-65 key.");
        ReadOnlySpan<byte> signature = request.ReadBitOctets(out _);
        request.ThrowIfNotEmpty();
        info.ReadInteger();
        info.ReadEncoded(out _);
        ReadOnlySpan<byte> publicKeyInfo = info.ReadEncoded(out _);
        if (!MLDsaPublicKeyInfo.IsMLDsa65(publicKeyInfo))
            throw new CryptographicException(MLDsaPublicKeyInfo.Describe(publicKeyInfo, "The key of the certificate request"));
        byte[] copy = publicKeyInfo.ToArray();
        var key = new VerificationKey(copy.AsMemory(MLDsaPublicKeyInfo.EncodedSize - MLDsaPublicKeyInfo.KeySize));
        return key.Verify(source[toBeSigned], signature)
            ? copy
            : throw new CryptographicException("The signature of the certificate request does not verify: it was changed, or made with " +
                "another key.");
    }

    private static List<string> ReadNames(CertificateRequest request)
    {
        var names = new List<string>();
        foreach (X509Extension extension in request.CertificateExtensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension alternative)
                continue;
            names.AddRange(alternative.EnumerateDnsNames());
            names.AddRange(alternative.EnumerateIPAddresses().Select(static (IPAddress address) => address.ToString()));
        }

        return names;
    }
}
