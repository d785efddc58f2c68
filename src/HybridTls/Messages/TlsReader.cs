using System.Buffers.Binary;

namespace HybridTls.Messages;

/// <summary>Reads the presentation language of RFC 9846 §3 from a span, without copying. Every failure is decode_error.</summary>
internal ref struct TlsReader // HT-MSG-9
{
    private readonly string _structure;
    private readonly FailureReason _reason;
    private ReadOnlySpan<byte> _remaining;

    /// <summary>Reads <paramref name="source"/>; <paramref name="structure"/> names it in the messages of failures.</summary>
    public TlsReader(ReadOnlySpan<byte> source, string structure, FailureReason reason = FailureReason.MalformedMessage)
    {
        _reason = reason;
        _remaining = source;
        _structure = structure;
    }

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _remaining;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool IsEmpty => _remaining.IsEmpty;

    /// <summary>Reads a uint8.</summary>
    public byte ReadUInt8() => ReadBytes(1)[0];

    /// <summary>Reads a uint16.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    /// <summary>Reads a uint24.</summary>
    public int ReadUInt24()
    {
        ReadOnlySpan<byte> bytes = ReadBytes(3);
        return bytes[0] << 16 | bytes[1] << 8 | bytes[2];
    }

    /// <summary>Reads a uint32.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    /// <summary>Reads a fixed number of bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _remaining.Length)
            TlsError.Throw(_reason, _structure, $"{count} bytes expected, {_remaining.Length} left");
        ReadOnlySpan<byte> bytes = _remaining[..count];
        _remaining = _remaining[count..];
        return bytes;
    }

    /// <summary>Reads a vector whose length in bytes is a uint8 within the bounds.</summary>
    public ReadOnlySpan<byte> ReadVector8(int minimum = 0, int maximum = 0xFF) => ReadVector(ReadUInt8(), minimum, maximum);

    /// <summary>Reads a vector whose length in bytes is a uint16 within the bounds.</summary>
    public ReadOnlySpan<byte> ReadVector16(int minimum = 0, int maximum = 0xFFFF) => ReadVector(ReadUInt16(), minimum, maximum);

    /// <summary>Reads a vector whose length in bytes is a uint24 within the bounds.</summary>
    public ReadOnlySpan<byte> ReadVector24(int minimum = 0, int maximum = 0xFFFFFF) => ReadVector(ReadUInt24(), minimum, maximum);

    /// <summary>Demands that nothing is left: trailing bytes are decode_error (RFC 9846 §4.3, §6.2).</summary>
    public readonly void ExpectEnd() // HT-MSG-1
    {
        if (!_remaining.IsEmpty)
            TlsError.Throw(_reason, _structure, $"{_remaining.Length} bytes too many");
    }

    private ReadOnlySpan<byte> ReadVector(int length, int minimum, int maximum)
    {
        if (length < minimum || length > maximum)
            TlsError.Throw(_reason, _structure, $"a vector of {length} bytes, where {minimum} to {maximum} are allowed");
        return ReadBytes(length);
    }
}
