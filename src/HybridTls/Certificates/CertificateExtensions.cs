using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>The extensions of a certificate that path validation looks at (RFC 5280 §4.2), parsed once.</summary>
internal sealed class CertificateExtensions
{
    /// <summary>More extensions than any certificate needs.</summary>
    public const int Limit = 64;

    // RFC 9881 §5: a signature key never enciphers nor agrees on keys.
    private const X509KeyUsageFlags NotForSigning = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment |
        X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.EncipherOnly | X509KeyUsageFlags.DecipherOnly;

    private const X509KeyUsageFlags ForSigning = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation |
        X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>Whether basicConstraints says cA.</summary>
    public bool IsAuthority { get; private set; }

    /// <summary>pathLenConstraint; null without one.</summary>
    public int? PathLength { get; private set; }

    /// <summary>keyUsage as encoded in DER's bit order; null without the extension.</summary>
    public X509KeyUsageFlags? KeyUsage { get; private set; }

    /// <summary>Whether extendedKeyUsage is present; without it every purpose is allowed.</summary>
    public bool HasExtendedKeyUsage { get; private set; }

    /// <summary>Whether the purposes include serverAuth (or any).</summary>
    public bool AllowsServerAuthentication { get; private set; }

    /// <summary>Whether the purposes include clientAuth (or any).</summary>
    public bool AllowsClientAuthentication { get; private set; }

    /// <summary>Where the GeneralNames of subjectAltName stand; empty without the extension.</summary>
    public Range SubjectAlternativeNames { get; private set; }

    /// <summary>nameConstraints; null without the extension.</summary>
    public NameConstraints? NameConstraints { get; private set; }

    /// <summary>Where the subject key identifier's octets stand; empty without one.</summary>
    public Range SubjectKeyIdentifier { get; private set; }

    /// <summary>Where the authority key identifier's key id stands; empty without one.</summary>
    public Range AuthorityKeyIdentifier { get; private set; }

    /// <summary>The first critical extension that is not understood, in dotted form; null without one.</summary>
    public string? UnknownCritical { get; private set; }

    /// <summary>What keyUsage breaks of RFC 9881 §5 for an ML-DSA key; null when nothing.</summary>
    public string? KeyUsageProblem => KeyUsage switch
    {
        null => null,
        var usage when (usage & NotForSigning) != 0 => "its keyUsage names encipherment or key agreement, which RFC 9881 §5 forbids for " +
            "ML-DSA",
        var usage when (usage & ForSigning) == 0 => "its keyUsage names no signing purpose (RFC 9881 §5)",
        _ => null,
    };

    /// <summary>Parses the list of extensions of the certificate <paramref name="der"/>.</summary>
    public static CertificateExtensions Parse(ReadOnlyMemory<byte> der, Asn1Reader list)
    {
        var extensions = new CertificateExtensions();
        Span<Range> seen = stackalloc Range[Limit];
        int count = 0;
        if (!list.HasData)
            throw new AsnContentException("The list of extensions is empty.");
        while (list.HasData)
        {
            Asn1Reader extension = list.ReadSequence();
            ReadOnlySpan<byte> oid = extension.ReadOid();
            bool critical = false;
            if (extension.NextIs(Asn1Tag.Boolean))
            {
                critical = extension.ReadBoolean();
                if (!critical)
                    throw new AsnContentException("DER omits the default FALSE of critical.");
            }

            extension.ReadOctets(out Range value);
            extension.ThrowIfNotEmpty();

            // RFC 5280 §4.2: at most one instance of a particular extension.
            if (count == Limit)
                throw new AsnContentException($"More than {Limit} extensions.");
            der.Span.Overlaps(oid, out int at);
            for (int i = 0; i < count; i++)
            {
                if (der.Span[seen[i]].SequenceEqual(oid))
                    throw new AsnContentException($"The extension {Oids.ToDotted(oid)} appears twice.");
            }

            seen[count++] = at..(at + oid.Length);
            extensions.Read(der, oid, critical, value);
        }

        return extensions;
    }

    private void Read(ReadOnlyMemory<byte> der, ReadOnlySpan<byte> oid, bool critical, Range value)
    {
        var reader = new Asn1Reader(der.Span[value], value.Start.Value);
        if (oid.SequenceEqual(Oids.KeyUsage))
            ReadKeyUsage(ref reader);
        else if (oid.SequenceEqual(Oids.BasicConstraints))
            ReadBasicConstraints(ref reader);
        else if (oid.SequenceEqual(Oids.ExtendedKeyUsage))
            ReadExtendedKeyUsage(ref reader);
        else if (oid.SequenceEqual(Oids.SubjectAlternativeName))
            ReadSubjectAlternativeNames(ref reader);
        else if (oid.SequenceEqual(Oids.NameConstraints))
            NameConstraints = NameConstraints.Parse(der, ref reader, critical);
        else if (oid.SequenceEqual(Oids.SubjectKeyIdentifier))
            ReadSubjectKeyIdentifier(ref reader);
        else if (oid.SequenceEqual(Oids.AuthorityKeyIdentifier))
            ReadAuthorityKeyIdentifier(ref reader);
        else
        {
            // Policies restrict nothing here, since no policy is ever required; what could require one
            // (policyConstraints, inhibitAnyPolicy) is unknown and so refused when critical (RFC 5280 §4.2).
            if (critical && !oid.SequenceEqual(Oids.CertificatePolicies))
                UnknownCritical ??= Oids.ToDotted(oid);
            return;
        }

        reader.ThrowIfNotEmpty();
    }

    // §4.2.1.3: nine bits, at least one is set.
    private void ReadKeyUsage(ref Asn1Reader reader)
    {
        ReadOnlySpan<byte> bits = reader.ReadNamedBits(maximum: 2);
        if (bits.IsEmpty)
            throw new AsnContentException("keyUsage is empty.");
        // X509KeyUsageFlags has the first octet as it is encoded, and decipherOnly, the top bit of the second, as 0x8000.
        KeyUsage = (X509KeyUsageFlags)(bits.Length == 1 ? bits[0] : bits[0] | (bits[1] << 8));
    }

    // §4.2.1.9: pathLenConstraint only together with cA.
    private void ReadBasicConstraints(ref Asn1Reader reader)
    {
        Asn1Reader constraints = reader.ReadSequence();
        if (constraints.NextIs(Asn1Tag.Boolean))
        {
            IsAuthority = constraints.ReadBoolean();
            if (!IsAuthority)
                throw new AsnContentException("DER omits the default FALSE of cA.");
        }

        if (constraints.HasData)
        {
            ReadOnlySpan<byte> length = constraints.ReadInteger();
            if (!IsAuthority || length[0] >= 0x80)
                throw new AsnContentException("pathLenConstraint is negative or without cA.");
            // Anything of more than one octet is beyond every chain that is looked at.
            PathLength = length.Length > 1 ? int.MaxValue : length[0];
        }

        constraints.ThrowIfNotEmpty();
    }

    // §4.2.1.12: at least one purpose.
    private void ReadExtendedKeyUsage(ref Asn1Reader reader)
    {
        Asn1Reader purposes = reader.ReadSequence();
        HasExtendedKeyUsage = true;
        do
        {
            ReadOnlySpan<byte> purpose = purposes.ReadOid();
            bool any = purpose.SequenceEqual(Oids.AnyExtendedKeyUsage);
            AllowsServerAuthentication |= any || purpose.SequenceEqual(Oids.ServerAuthentication);
            AllowsClientAuthentication |= any || purpose.SequenceEqual(Oids.ClientAuthentication);
        }
        while (purposes.HasData);
    }

    // §4.2.1.6: at least one name.
    private void ReadSubjectAlternativeNames(ref Asn1Reader reader)
    {
        Asn1Reader names = reader.ReadSequence(out Range encoded);
        do
            GeneralName.Read(ref names);
        while (names.HasData);
        SubjectAlternativeNames = encoded;
    }

    private void ReadSubjectKeyIdentifier(ref Asn1Reader reader)
    {
        reader.ReadOctets(out Range content);
        SubjectKeyIdentifier = content;
    }

    // §4.2.1.1: SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber }, all optional.
    private void ReadAuthorityKeyIdentifier(ref Asn1Reader reader)
    {
        Asn1Reader identifier = reader.ReadSequence();
        if (identifier.NextIs(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            ReadOnlySpan<byte> value = identifier.ReadEncoded(out Range encoded);
            var content = new Asn1Reader(value, encoded.Start.Value);
            ReadOnlySpan<byte> octets = content.ReadAny(out _);
            AuthorityKeyIdentifier = (encoded.End.Value - octets.Length)..encoded.End.Value;
        }

        while (identifier.HasData)
        {
            identifier.ReadAny(out Asn1Tag tag);
            if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is not (1 or 2))
                throw new AsnContentException("authorityKeyIdentifier holds an unknown field.");
        }
    }
}
