using System.Formats.Asn1;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>A certificate (RFC 5280 §4.1) as path validation needs it: parsed strictly from DER, without copies.</summary>
internal sealed class ParsedCertificate
{
    /// <summary>The longest certificate that is parsed, in bytes; one with ML-DSA-65 takes about 5.5 kB.</summary>
    public const int MaxSize = 64 * 1024;

    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag IssuerUniqueId = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag SubjectUniqueId = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag ExtensionList = new(TagClass.ContextSpecific, 3);

    private Range _toBeSigned;
    private Range _signature;
    private Range _issuer;
    private Range _subject;
    private Range _publicKeyInfo;
    private VerificationKey? _key;
    private byte[]? _canonicalIssuer;
    private byte[]? _canonicalSubject;

    private ParsedCertificate(ReadOnlyMemory<byte> der) => Der = der;

    /// <summary>The certificate's bytes, which must not change.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>The signed part.</summary>
    public ReadOnlySpan<byte> ToBeSigned => Der.Span[_toBeSigned];

    /// <summary>The signature's octets.</summary>
    public ReadOnlySpan<byte> Signature => Der.Span[_signature];

    /// <summary>The issuer as an encoded Name.</summary>
    public ReadOnlySpan<byte> Issuer => Der.Span[_issuer];

    /// <summary>The subject as an encoded Name.</summary>
    public ReadOnlyMemory<byte> Subject => Der[_subject];

    /// <summary>The SubjectPublicKeyInfo, encoded.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => Der[_publicKeyInfo];

    /// <summary>The first instant of validity.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    /// <summary>The last second of validity.</summary>
    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>The extensions.</summary>
    public CertificateExtensions Extensions { get; private set; } = null!;

    /// <summary>Why the key cannot be used here (not ML-DSA-65), in words; null when it can.</summary>
    public string? KeyProblem { get; private set; }

    /// <summary>The algorithm that signed the certificate when it is not ML-DSA-65; null when it is.</summary>
    public string? ForeignSignatureAlgorithm { get; private set; }

    /// <summary>The key of the subject.</summary>
    /// <exception cref="InvalidOperationException"><see cref="KeyProblem"/> is not null.</exception>
    public VerificationKey Key =>
        KeyProblem is null
            ? _key ??= new VerificationKey(SubjectPublicKeyInfo[(MLDsaPublicKeyInfo.EncodedSize - MLDsaPublicKeyInfo.KeySize)..])
            : throw new InvalidOperationException(KeyProblem);

    /// <summary>
    /// The certificate whose key is known to have signed this one; set only on those that <see cref="RecentCertificates"/> keeps.
    /// </summary>
    public ParsedCertificate? VerifiedBy { get; set; }

    /// <summary>Whether issuer and subject are the same Name.</summary>
    public bool IsSelfIssued => HasIssuer(this);

    /// <summary>Whether the issuer's name is the subject's name of <paramref name="other"/> (RFC 5280 §7.1).</summary>
    public bool HasIssuer(ParsedCertificate other) =>
        Issuer.SequenceEqual(other.Subject.Span) || CanonicalIssuer.AsSpan().SequenceEqual(other.CanonicalSubject);

    /// <summary>Whether both certificates name the same subject (RFC 5280 §7.1).</summary>
    public bool HasSubject(ParsedCertificate other) =>
        Subject.Span.SequenceEqual(other.Subject.Span) || CanonicalSubject.AsSpan().SequenceEqual(other.CanonicalSubject);

    /// <summary>Whether the other is the same certificate, byte by byte.</summary>
    public bool IsSameAs(ParsedCertificate other) => Der.Span.SequenceEqual(other.Der.Span);

    /// <summary>The subject in words, for messages.</summary>
    public string Describe() => DistinguishedName.Describe(Subject.Span);

    /// <summary>Parses <paramref name="der"/>, which must not change afterwards.</summary>
    /// <exception cref="HybridTlsException">bad_certificate: malformed; unsupported_certificate: not version 3.</exception>
    public static ParsedCertificate Parse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > MaxSize)
            throw TlsError.Create(FailureReason.CertificateTooLong, der.Length, MaxSize);
        try
        {
            var certificate = new ParsedCertificate(der);
            certificate.Read();
            return certificate;
        }
        catch (AsnContentException exception)
        {
            throw TlsError.CreateFrom(exception, FailureReason.MalformedCertificate, exception.Message); // HT-CERT-10
        }
    }

    private byte[] CanonicalIssuer => _canonicalIssuer ??= DistinguishedName.Canonicalize(Issuer);

    private byte[] CanonicalSubject => _canonicalSubject ??= DistinguishedName.Canonicalize(Subject.Span);

    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
    private void Read()
    {
        var outer = new Asn1Reader(Der.Span);
        Asn1Reader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        Asn1Reader toBeSigned = certificate.ReadSequence(out _toBeSigned);
        ReadOnlySpan<byte> algorithm = certificate.ReadEncoded(out _);
        certificate.ReadBitOctets(out _signature);
        certificate.ThrowIfNotEmpty();
        ReadToBeSigned(toBeSigned, algorithm);
    }

    private void ReadToBeSigned(Asn1Reader reader, ReadOnlySpan<byte> outerAlgorithm)
    {
        ReadVersion(ref reader);
        ReadOnlySpan<byte> serial = reader.ReadInteger();
        if (serial.Length > 20)
            throw new AsnContentException("The serial number is longer than 20 octets (RFC 5280 §4.1.2.2).");

        // §4.1.1.2: both places name the same algorithm.
        ReadOnlySpan<byte> innerAlgorithm = reader.ReadEncoded(out _);
        if (!innerAlgorithm.SequenceEqual(outerAlgorithm))
            throw new AsnContentException("signatureAlgorithm differs from the signed signature field (RFC 5280 §4.1.1.2).");
        ReadAlgorithm(innerAlgorithm);

        ReadOnlySpan<byte> issuer = reader.ReadEncoded(out _issuer);
        if (!DistinguishedName.Check(issuer))
            throw new AsnContentException("The issuer is empty (RFC 5280 §4.1.2.4).");
        Asn1Reader validity = reader.ReadSequence();
        NotBefore = validity.ReadTime();
        NotAfter = validity.ReadTime();
        validity.ThrowIfNotEmpty();
        DistinguishedName.Check(reader.ReadEncoded(out _subject));
        ReadPublicKey(reader.ReadEncoded(out _publicKeyInfo));

        if (reader.NextIs(IssuerUniqueId))
            reader.ReadAny(out _);
        if (reader.NextIs(SubjectUniqueId))
            reader.ReadAny(out _);
        if (reader.NextIs(ExtensionList))
        {
            Asn1Reader tagged = reader.ReadConstructed(ExtensionList, out _);
            Asn1Reader list = tagged.ReadSequence();
            tagged.ThrowIfNotEmpty();
            Extensions = CertificateExtensions.Parse(Der, list);
        }
        else
        {
            Extensions = new CertificateExtensions();
        }

        reader.ThrowIfNotEmpty();
    }

    // [0] EXPLICIT Version DEFAULT v1: what says nothing is version 1, and only version 3 can state what its key may do.
    private static void ReadVersion(ref Asn1Reader reader)
    {
        ReadOnlySpan<byte> version = [];
        if (reader.NextIs(Version))
        {
            Asn1Reader tagged = reader.ReadConstructed(Version, out _);
            version = tagged.ReadInteger();
            tagged.ThrowIfNotEmpty();
        }

        if (!version.SequenceEqual((ReadOnlySpan<byte>)[2]))
            throw TlsError.Create(FailureReason.CertificateVersion);
    }

    // AlgorithmIdentifier; ML-DSA's has no parameters (RFC 9881 §2).
    private void ReadAlgorithm(ReadOnlySpan<byte> encoded)
    {
        var reader = new Asn1Reader(encoded);
        Asn1Reader identifier = reader.ReadSequence();
        ReadOnlySpan<byte> oid = identifier.ReadOid();
        if (!oid.SequenceEqual(Oids.MLDsa65))
            ForeignSignatureAlgorithm = Oids.DescribeAlgorithm(oid);
        else if (identifier.HasData)
            throw new AsnContentException("ML-DSA-65's algorithm identifier has parameters (RFC 9881 §2).");
    }

    private void ReadPublicKey(ReadOnlySpan<byte> encoded)
    {
        if (MLDsaPublicKeyInfo.IsMLDsa65(encoded))
            return;
        var outer = new Asn1Reader(encoded);
        Asn1Reader info = outer.ReadSequence();
        Asn1Reader identifier = info.ReadSequence();
        ReadOnlySpan<byte> oid = identifier.ReadOid();
        info.ReadBitOctets(out _);
        info.ThrowIfNotEmpty();
        KeyProblem = MLDsaPublicKeyInfo.Describe(encoded, "The certificate's key");
        if (oid.SequenceEqual(Oids.MLDsa65))
            throw new AsnContentException(KeyProblem);
    }
}
