using System.Formats.Asn1;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>One GeneralName (RFC 5280 §4.2.1.6): its form and its content.</summary>
internal readonly ref struct GeneralName
{
    private GeneralName(GeneralNameForm form, ReadOnlySpan<byte> value)
    {
        Form = form;
        Value = value;
    }

    /// <summary>Which alternative of the CHOICE.</summary>
    public GeneralNameForm Form { get; }

    /// <summary>The characters of a name, the octets of an address, the encoded Name of a directoryName.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Reads one name; the bytes of a string form must be IA5 (ASCII).</summary>
    public static GeneralName Read(ref Asn1Reader reader)
    {
        ReadOnlySpan<byte> content = reader.ReadAny(out Asn1Tag tag);
        if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue > 8)
            throw new AsnContentException("Not a GeneralName.");
        var form = (GeneralNameForm)tag.TagValue;
        bool constructed = form is GeneralNameForm.OtherName or GeneralNameForm.X400Address
            or GeneralNameForm.DirectoryName or GeneralNameForm.EdiPartyName;
        if (tag.IsConstructed != constructed)
            throw new AsnContentException($"A {form} is encoded in the wrong way.");
        if (form is GeneralNameForm.Rfc822Name or GeneralNameForm.DnsName or GeneralNameForm.Uri && !System.Text.Ascii.IsValid(content))
            throw new AsnContentException($"A {form} is not ASCII.");
        if (form == GeneralNameForm.DirectoryName)
            DistinguishedName.Check(content);
        return new GeneralName(form, content);
    }
}
