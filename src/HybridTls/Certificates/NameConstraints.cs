using System.Formats.Asn1;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>
/// nameConstraints (RFC 5280 §4.2.1.10) over dNSName, iPAddress and directoryName; other constrained forms are refused when they occur.
/// </summary>
internal sealed class NameConstraints
{
    private static readonly Asn1Tag Permitted = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Excluded = new(TagClass.ContextSpecific, 1);

    private readonly ReadOnlyMemory<byte> _der;
    private readonly List<Subtree> _subtrees = [];
    private readonly bool _critical;

    private NameConstraints(ReadOnlyMemory<byte> der, bool critical)
    {
        _der = der;
        _critical = critical;
    }

    /// <summary>Parses the extension; <paramref name="reader"/> stands inside <paramref name="der"/>.</summary>
    public static NameConstraints Parse(ReadOnlyMemory<byte> der, ref Asn1Reader reader, bool critical)
    {
        var constraints = new NameConstraints(der, critical);
        Asn1Reader lists = reader.ReadSequence();
        if (!lists.HasData)
            throw new AsnContentException("nameConstraints is empty.");
        if (lists.NextIs(Permitted))
            constraints.ReadSubtrees(lists.ReadConstructed(Permitted, out _), isExcluded: false);
        if (lists.NextIs(Excluded))
            constraints.ReadSubtrees(lists.ReadConstructed(Excluded, out _), isExcluded: true);
        lists.ThrowIfNotEmpty();
        return constraints;
    }

    /// <summary>Checks every name of <paramref name="certificate"/>; each comparison takes one from <paramref name="budget"/>.</summary>
    /// <returns>What is violated, in words; null when nothing.</returns>
    public string? FindViolation(ParsedCertificate certificate, ref int budget)
    {
        ReadOnlySpan<byte> subject = certificate.Subject.Span;
        if (subject.Length > 2 && FindViolation(GeneralNameForm.DirectoryName, subject, ref budget) is { } violation)
            return violation;
        Range range = certificate.Extensions.SubjectAlternativeNames;
        if (range.Equals(default))
            return null;
        var outer = new Asn1Reader(certificate.Der.Span[range]);
        for (Asn1Reader names = outer.ReadSequence(); names.HasData;)
        {
            GeneralName name = GeneralName.Read(ref names);
            if (FindViolation(name.Form, name.Value, ref budget) is { } found)
                return found;
        }

        return null;
    }

    private string? FindViolation(GeneralNameForm form, ReadOnlySpan<byte> name, ref int budget)
    {
        bool restricted = false;
        bool permitted = false;
        // Once for all comparisons: a hostile chain has room for thousands, with names of 4 kB.
        ReadOnlySpan<byte> canonical = form == GeneralNameForm.DirectoryName ? DistinguishedName.Canonicalize(name) : default;
        foreach (Subtree subtree in _subtrees)
        {
            if (--budget < 0)
                return "checking its names takes more work than allowed";
            if (subtree.Form != form)
                continue;
            if (!IsUnderstood(form))
            {
                // §4.2.1.10: a constraint of an unknown form on a name that occurs → process it or reject; a non-critical one may be
                // passed over.
                if (_critical)
                    return $"the name constraints restrict {form} names, which is not supported";
                continue;
            }

            bool within = subtree.Canonical is { } parts ? canonical.StartsWith(parts) : IsWithin(form, name, _der.Span[subtree.Value]);
            if (subtree.IsExcluded && (within || (form == GeneralNameForm.DnsName && IsWildcardOver(name, _der.Span[subtree.Value]))))
                return $"the {form} {Words(form, name)} is excluded";
            restricted |= !subtree.IsExcluded;
            permitted |= !subtree.IsExcluded && within;
        }

        return restricted && !permitted ? $"the {form} {Words(form, name)} is not among the permitted ones" : null;
    }

    private static bool IsUnderstood(GeneralNameForm form) =>
        form is GeneralNameForm.DnsName or GeneralNameForm.IPAddress or GeneralNameForm.DirectoryName;

    private static bool IsWithin(GeneralNameForm form, ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree) => form switch
    {
        GeneralNameForm.DnsName => IsDnsNameWithin(name, subtree),
        _ => IsAddressWithin(name, subtree),
    };

    // A name satisfies the constraint by adding zero or more labels to its left. A leading dot, as some authorities write it, demands one
    // or more.
    private static bool IsDnsNameWithin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree)
    {
        if (subtree.IsEmpty)
            return true;
        if (name.Length < subtree.Length || !System.Text.Ascii.EqualsIgnoreCase(name[^subtree.Length..], subtree))
            return false;
        return name.Length == subtree.Length || subtree[0] == '.' || name[^(subtree.Length + 1)] == '.';
    }

    // "*.example.com" would also stand for the excluded "secret.example.com".
    private static bool IsWildcardOver(ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree)
    {
        if (!name.StartsWith("*."u8))
            return false;
        subtree = subtree.TrimStart((byte)'.');
        int dot = subtree.IndexOf((byte)'.');
        return dot >= 0 && System.Text.Ascii.EqualsIgnoreCase(subtree[(dot + 1)..], name[2..]);
    }

    // Address and mask, 8 or 32 octets; addresses of the other family are not within.
    private static bool IsAddressWithin(ReadOnlySpan<byte> address, ReadOnlySpan<byte> subtree)
    {
        if (subtree.Length != 2 * address.Length)
            return false;
        for (int i = 0; i < address.Length; i++)
        {
            if (((address[i] ^ subtree[i]) & subtree[address.Length + i]) != 0)
                return false;
        }

        return true;
    }

    private static string Words(GeneralNameForm form, ReadOnlySpan<byte> name) => form switch
    {
        GeneralNameForm.DnsName => DistinguishedName.Printable(System.Text.Encoding.ASCII.GetString(name)),
        GeneralNameForm.IPAddress when name.Length is 4 or 16 => new System.Net.IPAddress(name).ToString(),
        GeneralNameForm.DirectoryName => DistinguishedName.Describe(name),
        _ => "",
    };

    // GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }: with RFC 5280 minimum is 0 and maximum absent.
    private void ReadSubtrees(Asn1Reader list, bool isExcluded)
    {
        do
        {
            Asn1Reader subtree = list.ReadSequence();
            GeneralName name = GeneralName.Read(ref subtree);
            subtree.ThrowIfNotEmpty();
            if (name.Form == GeneralNameForm.IPAddress && !IsAddressAndMask(name.Value))
                throw new AsnContentException("An address constraint is not an address and a contiguous mask.");
            _der.Span.Overlaps(name.Value, out int offset);
            Range value = name.Value.IsEmpty ? default : offset..(offset + name.Value.Length);
            _subtrees.Add(new Subtree(
                name.Form, value, name.Form == GeneralNameForm.DirectoryName ? DistinguishedName.Canonicalize(name.Value) : null, isExcluded));
        }
        while (list.HasData);
    }

    private static bool IsAddressAndMask(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (8 or 32))
            return false;
        bool ended = false;
        foreach (byte octet in value[(value.Length / 2)..])
        {
            byte gap = unchecked((byte)~octet);
            if ((ended && octet != 0) || (gap & (gap + 1)) != 0)
                return false;
            ended |= octet != 0xFF;
        }

        return true;
    }

    private readonly record struct Subtree(GeneralNameForm Form, Range Value, byte[]? Canonical, bool IsExcluded);
}
