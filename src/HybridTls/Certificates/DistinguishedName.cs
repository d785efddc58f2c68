using System.Buffers;
using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Names (RFC 5280 §4.1.2.4): their form, their comparison (§7.1) and their words.</summary>
internal static class DistinguishedName
{
    // Far beyond any real name; they bound what comparing names of a hostile chain costs.
    private const int MaxParts = 32;
    private const int MaxSize = 4096;

    private static readonly Asn1Tag Utf8String = new(UniversalTagNumber.UTF8String);
    private static readonly Asn1Tag PrintableString = new(UniversalTagNumber.PrintableString);
    private static readonly Asn1Tag Ia5String = new(UniversalTagNumber.IA5String);

    /// <summary>Checks that <paramref name="encoded"/> is a Name; tells whether it has any part.</summary>
    /// <exception cref="AsnContentException">It is not.</exception>
    public static bool Check(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > MaxSize)
            throw new AsnContentException($"A name is longer than {MaxSize} bytes.");
        Asn1Reader name = Open(encoded);
        bool any = name.HasData;
        int parts = 0;
        while (name.HasData)
        {
            Asn1Reader part = name.ReadSet();
            do
            {
                Asn1Reader attribute = part.ReadSequence();
                attribute.ReadOid();
                attribute.ReadAny(out _);
                attribute.ThrowIfNotEmpty();
                if (++parts > MaxParts)
                    throw new AsnContentException($"A name has more than {MaxParts} parts.");
            }
            while (part.HasData);
        }

        return any;
    }

    /// <summary>
    /// A form of a checked name in which equal names (§7.1: strings without regard to ASCII case and to runs of spaces) are equal
    /// bytes, and in which a name within a subtree (§4.2.1.10) begins with the subtree's form.
    /// </summary>
    public static byte[] Canonicalize(ReadOnlySpan<byte> encoded)
    {
        var canonical = new ArrayBufferWriter<byte>(Math.Max(encoded.Length, 16));
        for (Asn1Reader name = Open(encoded); name.HasData;)
        {
            var attributes = new List<byte[]>(1);
            for (Asn1Reader part = name.ReadSet(); part.HasData;)
                attributes.Add(CanonicalAttribute(part.ReadSequence()));
            attributes.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
            canonical.Write([(byte)attributes.Count]);
            foreach (byte[] attribute in attributes)
                canonical.Write(attribute);
        }

        return canonical.WrittenSpan.ToArray();
    }

    /// <summary>The name in words, safe to print.</summary>
    public static string Describe(ReadOnlySpan<byte> encoded)
    {
        string text;
        try
        {
            text = new X500DistinguishedName(encoded).Name;
        }
        catch (CryptographicException)
        {
            return "(an unreadable name)";
        }

        return text.Length == 0 ? "(an empty name)" : "\"" + Printable(text) + "\"";
    }

    /// <summary>What a peer sent, made safe and short for a message or a log.</summary>
    public static string Printable(string text)
    {
        var safe = new StringBuilder(Math.Min(text.Length, 200));
        foreach (char character in text)
        {
            if (safe.Length >= 200)
                return safe.Append('…').ToString();
            bool hidden = char.IsControl(character) || char.IsSurrogate(character)
                || char.GetUnicodeCategory(character) == UnicodeCategory.Format;
            safe.Append(hidden ? '?' : character);
        }

        return safe.ToString();
    }

    private static Asn1Reader Open(ReadOnlySpan<byte> encoded)
    {
        var outer = new Asn1Reader(encoded);
        Asn1Reader name = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return name;
    }

    private static byte[] CanonicalAttribute(Asn1Reader attribute)
    {
        ReadOnlySpan<byte> oid = attribute.ReadOid();
        ReadOnlySpan<byte> value = attribute.ReadAny(out Asn1Tag tag);
        bool comparable = tag == Utf8String || tag == PrintableString || tag == Ia5String;
        byte[] canonical = new byte[2 * sizeof(int) + 1 + oid.Length + value.Length];
        int length = 2 * sizeof(int);
        oid.CopyTo(canonical.AsSpan(length));
        length += oid.Length;
        // Strings of the comparable kinds share one mark; every other value keeps its tag's number.
        canonical[length++] = comparable ? (byte)0xFF : (byte)Math.Min(tag.TagValue, 0xFE);
        length += comparable ? Fold(value, canonical.AsSpan(length)) : CopyAll(value, canonical.AsSpan(length));
        BinaryPrimitives.WriteInt32BigEndian(canonical, length);
        BinaryPrimitives.WriteInt32BigEndian(canonical.AsSpan(sizeof(int)), oid.Length);
        return canonical[..length];
    }

    // §7.1 asks for stringprep; what differs beyond ASCII's case and its spaces counts as different, which only ever refuses.
    private static int Fold(ReadOnlySpan<byte> value, Span<byte> folded)
    {
        int length = 0;
        bool afterSpace = false;
        foreach (byte character in value.Trim((byte)' '))
        {
            if (character == ' ' && afterSpace)
                continue;
            afterSpace = character == ' ';
            folded[length++] = character is >= (byte)'A' and <= (byte)'Z' ? (byte)(character | 0x20) : character;
        }

        return length;
    }

    private static int CopyAll(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        value.CopyTo(destination);
        return value.Length;
    }
}
