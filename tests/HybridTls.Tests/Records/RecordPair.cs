using System.Buffers;
using HybridTls.Cryptography;
using HybridTls.Records;

namespace HybridTls.Tests.Records;

/// <summary>Keys for both sides, hand-made records, and a reader driven to its end.</summary>
internal static class RecordPair
{
    public static RecordProtection Protection(byte generation = 1, ulong? usageLimit = null)
    {
        byte[] key = new byte[32];
        key[0] = generation;
        return new RecordProtection(AeadAlgorithm.Aes256Gcm, key, new byte[12], usageLimit);
    }

    public static RecordReader ProtectedReader(bool application = true, HandshakeMessageLimits? limits = null)
    {
        RecordReader reader = new(limits);
        if (application)
            reader.EnterApplication(Protection());
        else
            reader.EnterHandshake(Protection());
        return reader;
    }

    public static RecordReader HelloReader()
    {
        RecordReader reader = new();
        reader.EnterHello();
        return reader;
    }

    /// <summary>A reader in the handshake that drops refused early data: under a handshake key, or after a HelloRetryRequest.</summary>
    public static RecordReader SkippingReader(EarlyDataSkip skip)
    {
        RecordReader reader = HelloReader();
        if (skip == EarlyDataSkip.Undecryptable)
            reader.EnterHandshake(Protection(), skipsEarlyData: true);
        else
            reader.SkipEarlyDataUntilSecondHello();
        return reader;
    }

    public static byte[] Plain(ContentType type, params byte[] content) =>
        [(byte)type, 3, 3, (byte)(content.Length >> 8), (byte)content.Length, .. content];

    public static byte[] Sealed(RecordProtection protection, ContentType type, byte[] content, int padding = 0)
    {
        byte[] record = new byte[RecordProtection.GetRecordSize(content.Length, padding)];
        protection.Seal(type, content, record, padding);
        return record;
    }

    public static byte[] Message(byte type, int length) =>
        [type, (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. Enumerable.Range(0, length).Select(i => (byte)i)];

    /// <summary>Reads all events of one input; throws what the reader throws.</summary>
    public static List<string> Events(RecordReader reader, ReadOnlySequence<byte> input, Action<string>? onEvent = null)
    {
        List<string> events = [];
        byte[] destination = new byte[reader.MaxDestinationSize];
        SequencePosition consumed = default;
        SequencePosition examined = default;
        while (reader.TryRead(input, ref consumed, ref examined, destination, out RecordReadResult result))
        {
            string text = Describe(result, destination);
            events.Add(text);
            input = input.Slice(consumed);
            onEvent?.Invoke(text);
            if (result.Kind == RecordReadKind.CloseNotify)
                break;
        }

        return events;
    }

    public static List<string> Events(RecordReader reader, params byte[][] records) =>
        Events(reader, new ReadOnlySequence<byte>(Join(records)));

    public static TlsAlert? Alert(RecordReader reader, params byte[][] records) =>
        Assert.Throws<HybridTlsException>(() => Events(reader, records)).Alert;

    public static byte[] Join(params byte[][] records) => [.. records.SelectMany(record => record)];

    public static string Describe(RecordReadResult result, byte[] destination) => result.Kind switch
    {
        RecordReadKind.Handshake => $"handshake {Convert.ToHexString(result.HandshakeMessage)}",
        RecordReadKind.ApplicationData => $"data {Convert.ToHexString(destination.AsSpan(0, result.Length))}",
        _ => result.Kind.ToString(),
    };
}
