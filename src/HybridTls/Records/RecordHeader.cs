using System.Buffers.Binary;

namespace HybridTls.Records;

/// <summary>The five bytes before every record (RFC 9846 §5.1).</summary>
internal readonly record struct RecordHeader(ContentType Type, ushort LegacyVersion, ushort Length)
{
    /// <summary>The version every record but the first ClientHello's is written with; ignored when read.</summary>
    public const ushort Version = 0x0303;

    /// <summary>The version an initial ClientHello may be written with, for servers that would refuse a newer one.</summary>
    public const ushort InitialVersion = 0x0301;

    /// <summary>The record's size with its header, in bytes.</summary>
    public int RecordSize => RecordLimits.HeaderSize + Length;

    /// <summary>Reads a header from at least five bytes, judging nothing.</summary>
    public static RecordHeader Read(ReadOnlySpan<byte> bytes) =>
        new((ContentType)bytes[0], BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]));

    /// <summary>Writes the five bytes.</summary>
    public static void Write(Span<byte> destination, ContentType type, int length, ushort version = Version)
    {
        destination[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], (ushort)length);
    }
}
