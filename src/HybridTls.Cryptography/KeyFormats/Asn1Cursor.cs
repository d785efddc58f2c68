using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// Reads ASN.1 values one after another from a span. Whatever is wrong with the encoding is a <see cref="CryptographicException"/>.
/// </summary>
internal ref struct Asn1Cursor(ReadOnlySpan<byte> source, AsnEncodingRules rules)
{
    private ReadOnlySpan<byte> _rest = source;

    /// <summary>Whether every value has been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The refusal of an encoding.</summary>
    public static CryptographicException Corrupted(string what, Exception? inner = null) =>
        new($"The ASN.1 encoding is not valid: {what}.", inner);

    /// <summary>Whether the next value has this tag (constructed or not).</summary>
    public readonly bool IsNext(Asn1Tag tag)
    {
        if (_rest.IsEmpty)
            return false;
        if (!Asn1Tag.TryDecode(_rest, out Asn1Tag next, out _))
            throw Corrupted("a tag is malformed");
        return next.HasSameClassAndValue(tag);
    }

    /// <summary>Refuses bytes after the last value.</summary>
    public readonly void EnsureAtEnd()
    {
        if (!_rest.IsEmpty)
            throw Corrupted("it is followed by further data");
    }

    /// <summary>Enters a SEQUENCE; the result reads what it holds.</summary>
    public Asn1Cursor ReadSequence()
    {
        try
        {
            AsnDecoder.ReadSequence(_rest, rules, out int offset, out int length, out int consumed);
            Asn1Cursor content = new(_rest.Slice(offset, length), rules);
            _rest = _rest[consumed..];
            return content;
        }
        catch (AsnContentException e)
        {
            throw Corrupted("a SEQUENCE was expected", e);
        }
    }

    /// <summary>Enters the only SEQUENCE of the source and refuses what follows it.</summary>
    public static Asn1Cursor ReadOnlySequence(ReadOnlySpan<byte> source, AsnEncodingRules rules)
    {
        Asn1Cursor outer = new(source, rules);
        Asn1Cursor content = outer.ReadSequence();
        outer.EnsureAtEnd();
        return content;
    }

    /// <summary>Reads an OBJECT IDENTIFIER in dotted form.</summary>
    public string ReadObjectIdentifier()
    {
        try
        {
            string oid = AsnDecoder.ReadObjectIdentifier(_rest, rules, out int consumed);
            _rest = _rest[consumed..];
            return oid;
        }
        catch (AsnContentException e)
        {
            throw Corrupted("an OBJECT IDENTIFIER was expected", e);
        }
    }

    /// <summary>Reads an INTEGER that is neither negative nor greater than 2³¹ − 1.</summary>
    public int ReadCount()
    {
        try
        {
            if (!AsnDecoder.TryReadInt32(_rest, rules, out int value, out int consumed) || value < 0)
                throw Corrupted("an INTEGER is out of range");
            _rest = _rest[consumed..];
            return value;
        }
        catch (AsnContentException e)
        {
            throw Corrupted("an INTEGER was expected", e);
        }
    }

    /// <summary>Reads a NULL.</summary>
    public void ReadNull()
    {
        try
        {
            AsnDecoder.ReadNull(_rest, rules, out int consumed);
            _rest = _rest[consumed..];
        }
        catch (AsnContentException e)
        {
            throw Corrupted("a NULL was expected", e);
        }
    }

    /// <summary>Reads an OCTET STRING of exactly <paramref name="destination"/>'s length.</summary>
    public void ReadOctetString(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        if (ReadOctetStringOfAtMost(destination, tag) != destination.Length)
            throw Corrupted("an OCTET STRING has the wrong length");
    }

    /// <summary>Reads an OCTET STRING into the beginning of <paramref name="destination"/>; returns its length in bytes.</summary>
    public int ReadOctetStringOfAtMost(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        try
        {
            if (!AsnDecoder.TryReadOctetString(_rest, destination, rules, out int consumed, out int written, tag))
                throw Corrupted("an OCTET STRING is too long");
            _rest = _rest[consumed..];
            return written;
        }
        catch (AsnContentException e)
        {
            throw Corrupted("an OCTET STRING was expected", e);
        }
    }

    /// <summary>Reads a BIT STRING of whole bytes, exactly <paramref name="destination"/>'s length.</summary>
    public void ReadBitString(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        try
        {
            if (!AsnDecoder.TryReadBitString(_rest, destination, rules, out int unused, out int consumed, out int written, tag)
                || unused != 0
                || written != destination.Length)
            {
                throw Corrupted("a BIT STRING has the wrong length");
            }

            _rest = _rest[consumed..];
        }
        catch (AsnContentException e)
        {
            throw Corrupted("a BIT STRING was expected", e);
        }
    }

    /// <summary>Skips a value of any type.</summary>
    public void Skip()
    {
        try
        {
            AsnDecoder.ReadEncodedValue(_rest, rules, out _, out _, out int consumed);
            _rest = _rest[consumed..];
        }
        catch (AsnContentException e)
        {
            throw Corrupted("a value is malformed", e);
        }
    }
}
