using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A forward reader of DER or BER (X.690) over a span that knows where it stands in the whole, so that parts are kept as ranges.
/// </summary>
/// <remarks>
/// Malformed input leaves as <see cref="AsnContentException"/>; whoever owns the outermost bytes turns it into an alert, or by
/// <see cref="Malformed"/> into what an import throws.
/// </remarks>
internal ref struct Asn1Reader
{
    private readonly AsnEncodingRules _rules;
    private ReadOnlySpan<byte> _rest;
    private int _position;

    /// <summary>Reads <paramref name="data"/>, whose first byte stands at <paramref name="position"/> of the whole.</summary>
    public Asn1Reader(ReadOnlySpan<byte> data, int position = 0, AsnEncodingRules rules = AsnEncodingRules.DER)
    {
        _rest = data;
        _position = position;
        _rules = rules;
    }

    /// <summary>What an import throws for an encoding that is not valid.</summary>
    public static CryptographicException Malformed(AsnContentException exception) =>
        new($"The ASN.1 encoding is not valid: {exception.Message}", exception);

    /// <summary>Enters the only SEQUENCE of the source and refuses what follows it.</summary>
    public static Asn1Reader OnlySequence(ReadOnlySpan<byte> source, AsnEncodingRules rules = AsnEncodingRules.DER)
    {
        Asn1Reader outer = new(source, 0, rules);
        Asn1Reader content = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return content;
    }

    /// <summary>Whether values remain.</summary>
    public readonly bool HasData => !_rest.IsEmpty;

    /// <summary>Reads one value of any type with its header.</summary>
    public ReadOnlySpan<byte> ReadEncoded(out Range range)
    {
        AsnDecoder.ReadEncodedValue(_rest, _rules, out _, out _, out int consumed);
        range = _position..(_position + consumed);
        return Take(consumed);
    }

    /// <summary>Reads one value of any type and gives its tag and content.</summary>
    public ReadOnlySpan<byte> ReadAny(out Asn1Tag tag)
    {
        tag = AsnDecoder.ReadEncodedValue(_rest, _rules, out int offset, out int length, out int consumed);
        return Take(consumed).Slice(offset, length);
    }

    /// <summary>Enters a SEQUENCE (or an implicitly tagged one).</summary>
    public Asn1Reader ReadSequence(Asn1Tag? tag = null) => ReadConstructed(tag ?? Asn1Tag.Sequence, out _);

    /// <summary>Enters a SEQUENCE and tells its range with the header.</summary>
    public Asn1Reader ReadSequence(out Range encoded) => ReadConstructed(Asn1Tag.Sequence, out encoded);

    /// <summary>Enters a SET; the order of its members is the caller's concern.</summary>
    public Asn1Reader ReadSet() => ReadConstructed(Asn1Tag.SetOf, out _);

    /// <summary>Enters the constructed value with the given tag.</summary>
    public Asn1Reader ReadConstructed(Asn1Tag tag, out Range encoded)
    {
        Asn1Tag found = AsnDecoder.ReadEncodedValue(_rest, _rules, out int offset, out int length, out int consumed);
        if (!found.IsConstructed || !found.HasSameClassAndValue(tag))
            throw new AsnContentException($"Expected {tag}, found {found}.");
        encoded = _position..(_position + consumed);
        int inner = _position + offset;
        return new Asn1Reader(Take(consumed).Slice(offset, length), inner, _rules);
    }

    /// <summary>Whether the next value carries <paramref name="tag"/> (primitive or constructed).</summary>
    public readonly bool NextIs(Asn1Tag tag) =>
        !_rest.IsEmpty && Asn1Tag.TryDecode(_rest, out Asn1Tag next, out _) && next.HasSameClassAndValue(tag);

    /// <summary>Reads an OBJECT IDENTIFIER and returns its content bytes, to be compared with <see cref="Oids"/>.</summary>
    public ReadOnlySpan<byte> ReadOid()
    {
        ReadOnlySpan<byte> content = ReadAny(out Asn1Tag tag);
        if (tag != Asn1Tag.ObjectIdentifier || content.IsEmpty || content[^1] >= 0x80)
            throw new AsnContentException("Not an OBJECT IDENTIFIER.");
        bool first = true;
        foreach (byte octet in content)
        {
            // X.690 §8.19.2: a sub-identifier never begins with the padding octet 0x80.
            if (first && octet == 0x80)
                throw new AsnContentException("An OBJECT IDENTIFIER is not minimal.");
            first = octet < 0x80;
        }

        return content;
    }

    /// <summary>Reads an OBJECT IDENTIFIER in dotted form.</summary>
    public string ReadDottedOid()
    {
        string oid = AsnDecoder.ReadObjectIdentifier(_rest, _rules, out int consumed);
        Take(consumed);
        return oid;
    }

    /// <summary>Reads a BOOLEAN (DER: 0x00 or 0xFF).</summary>
    public bool ReadBoolean()
    {
        bool value = AsnDecoder.ReadBoolean(_rest, _rules, out int consumed);
        Take(consumed);
        return value;
    }

    /// <summary>Reads an INTEGER as its big-endian two's complement bytes.</summary>
    public ReadOnlySpan<byte> ReadInteger(Asn1Tag? tag = null)
    {
        ReadOnlySpan<byte> value = AsnDecoder.ReadIntegerBytes(_rest, _rules, out int consumed, tag);
        Take(consumed);
        return value;
    }

    /// <summary>Reads an INTEGER that is neither negative nor greater than 2³¹ − 1.</summary>
    public int ReadCount()
    {
        if (!AsnDecoder.TryReadInt32(_rest, _rules, out int value, out int consumed) || value < 0)
            throw new AsnContentException("An INTEGER is out of range.");
        Take(consumed);
        return value;
    }

    /// <summary>Reads a NULL.</summary>
    public void ReadNull()
    {
        AsnDecoder.ReadNull(_rest, _rules, out int consumed);
        Take(consumed);
    }

    /// <summary>Reads an OCTET STRING of exactly <paramref name="destination"/>'s length.</summary>
    public void CopyOctets(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        if (CopyOctetsUpTo(destination, tag) != destination.Length)
            throw new AsnContentException("An OCTET STRING has the wrong length.");
    }

    /// <summary>Reads an OCTET STRING into the beginning of <paramref name="destination"/>; returns its length in bytes.</summary>
    public int CopyOctetsUpTo(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        if (!AsnDecoder.TryReadOctetString(_rest, destination, _rules, out int consumed, out int written, tag))
            throw new AsnContentException("An OCTET STRING is too long.");
        Take(consumed);
        return written;
    }

    /// <summary>Reads a BIT STRING of whole bytes, exactly <paramref name="destination"/>'s length.</summary>
    public void CopyBitOctets(scoped Span<byte> destination, Asn1Tag? tag = null)
    {
        if (!AsnDecoder.TryReadBitString(_rest, destination, _rules, out int unused, out int consumed, out int written, tag)
            || unused != 0
            || written != destination.Length)
        {
            throw new AsnContentException("A BIT STRING has the wrong length.");
        }

        Take(consumed);
    }

    /// <summary>Reads an OCTET STRING.</summary>
    public ReadOnlySpan<byte> ReadOctets(out Range content)
    {
        ReadOnlySpan<byte> before = _rest;
        int position = _position;
        AsnDecoder.ReadEncodedValue(before, _rules, out int offset, out int length, out _);
        if (!AsnDecoder.TryReadPrimitiveOctetString(before, _rules, out ReadOnlySpan<byte> value, out int consumed))
            throw new AsnContentException("An OCTET STRING is not primitive.");
        Take(consumed);
        content = (position + offset)..(position + offset + length);
        return value;
    }

    /// <summary>Reads a BIT STRING of whole octets.</summary>
    public ReadOnlySpan<byte> ReadBitOctets(out Range content)
    {
        int position = _position;
        if (!AsnDecoder.TryReadPrimitiveBitString(
                _rest, _rules, out int unused, out ReadOnlySpan<byte> value, out int consumed)
            || unused != 0)
            throw new AsnContentException("A BIT STRING is not of whole octets.");
        Take(consumed);
        content = (position + consumed - value.Length)..(position + consumed);
        return value;
    }

    /// <summary>
    /// Reads a named bit list (keyUsage) of at most <paramref name="maximum"/> octets, whose last bit is one (X.690 §11.2.2).
    /// </summary>
    public ReadOnlySpan<byte> ReadNamedBits(int maximum)
    {
        if (!AsnDecoder.TryReadPrimitiveBitString(
                _rest, _rules, out int unused, out ReadOnlySpan<byte> value, out int consumed)
            || value.Length > maximum || (!value.IsEmpty && (value[^1] & (1 << unused)) == 0))
            throw new AsnContentException("A list of named bits is too long or ends in zeros.");
        Take(consumed);
        return value;
    }

    /// <summary>Reads a Time (RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime without fractions from 2050 on.</summary>
    public DateTimeOffset ReadTime()
    {
        DateTimeOffset time;
        int consumed;
        if (NextIs(Asn1Tag.UtcTime))
        {
            time = AsnDecoder.ReadUtcTime(_rest, _rules, out consumed, twoDigitYearMax: 2049);
        }
        else
        {
            time = AsnDecoder.ReadGeneralizedTime(_rest, _rules, out consumed);
            if (time.Year < 2050 || time.Ticks % TimeSpan.TicksPerSecond != 0)
                throw new AsnContentException("A GeneralizedTime before 2050 or with fractions (RFC 5280 §4.1.2.5).");
        }

        Take(consumed);
        return time;
    }

    /// <summary>Refuses bytes after the last value.</summary>
    public readonly void ThrowIfNotEmpty()
    {
        if (HasData)
            throw new AsnContentException("Bytes remain after the last value.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        _position += count;
        return taken;
    }
}
