namespace HybridTls.Records;

/// <summary>One event of a <see cref="RecordReader"/>.</summary>
internal readonly ref struct RecordReadResult
{
    private RecordReadResult(RecordReadKind kind, int length, ReadOnlySpan<byte> message)
    {
        Kind = kind;
        Length = length;
        HandshakeMessage = message;
    }

    /// <summary>What was found.</summary>
    public RecordReadKind Kind { get; }

    /// <summary>The bytes of application data in the destination, or the bytes the destination must have.</summary>
    public int Length { get; }

    /// <summary>The message with its four-byte header (as the transcript wants it); valid until the reader's next call.</summary>
    public ReadOnlySpan<byte> HandshakeMessage { get; }

    internal static RecordReadResult Handshake(ReadOnlySpan<byte> message) => new(RecordReadKind.Handshake, message.Length, message);

    internal static RecordReadResult ApplicationData(int length) => new(RecordReadKind.ApplicationData, length, default);

    internal static RecordReadResult CloseNotify() => new(RecordReadKind.CloseNotify, 0, default);

    internal static RecordReadResult DestinationTooSmall(int length) => new(RecordReadKind.DestinationTooSmall, length, default);
}
