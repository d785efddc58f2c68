using System.Buffers;
using System.Buffers.Binary;
using HybridTls.Cryptography;
using HybridTls.Records;

namespace HybridTls.Fuzz.Targets;

/// <summary>
/// Protected records, both ways. The input is a list of orders of five bytes (what, length, padding, damage): what was sealed is
/// opened as it was, in any splitting; one flipped bit is bad_record_mac.
/// </summary>
internal static class ProtectionTarget
{
    private const int OrderSize = 5;
    private const int MaxOrders = 16;

    /// <summary>Seals and opens.</summary>
    public static string Fuzz(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return "no orders";
        var algorithm = (AeadAlgorithm)(input[0] % 3);
        if (!AeadCipher.IsSupported(algorithm))
            return "not supported";
        var expected = new EventLog();
        var output = new ArrayBufferWriter<byte>();
        Seal(algorithm, input[1..], output, expected);
        byte[] bytes = output.WrittenSpan.ToArray();
        expected.CheckSame(Open(algorithm, bytes, segments: null), "sealed and opened");
        expected.CheckSame(Open(algorithm, bytes, Splitting.Random(bytes)), "sealed and opened in segments");
        return $"{algorithm} {expected.Outcome}";
    }

    private static void Seal(AeadAlgorithm algorithm, ReadOnlySpan<byte> orders, ArrayBufferWriter<byte> output, EventLog expected)
    {
        using RecordProtection protection = Protection(algorithm);
        for (int i = 0; i < MaxOrders && orders.Length >= OrderSize; i++, orders = orders[OrderSize..])
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(orders[1..]) % (RecordLimits.MaxContent + 1);
            int padding = Math.Min(orders[3] * 8, RecordLimits.MaxContent - length);
            (ContentType type, byte[] content) = (orders[0] % 8) switch
            {
                0 => (ContentType.Alert, new byte[] { 1, 0 }),
                1 => (ContentType.Alert, [2, 40]),
                2 => (ContentType.Handshake, KeyUpdate),
                3 => ((ContentType)orders[0], MessageSeeds.Pattern(length, i)),
                _ => (ContentType.ApplicationData, MessageSeeds.Pattern(length, i)),
            };
            int size = RecordProtection.GetRecordSize(content.Length, padding);
            Span<byte> record = output.GetSpan(size)[..size];
            Properties.Check(protection.Seal(type, content, record, padding) == size, "A record has the size that was announced.");
            bool damaged = orders[4] % 4 == 3;
            if (damaged)
                record[RecordLimits.HeaderSize + orders[4] * 31 % (size - RecordLimits.HeaderSize)] ^= (byte)(1 << (orders[4] >> 2) % 8);
            output.Advance(size);
            if (!Expect(expected, type, content, damaged))
                return;
        }

        expected.Add("more needed", []);
    }

    private static ReadOnlySpan<byte> KeyUpdateMessage => [24, 0, 0, 1, 0];

    private static byte[] KeyUpdate => KeyUpdateMessage.ToArray();

    /// <summary>Adds what the reader must say to a record.</summary>
    /// <returns>Whether anything can follow.</returns>
    private static bool Expect(EventLog expected, ContentType type, byte[] content, bool damaged)
    {
        switch (type)
        {
            case var _ when damaged:
                expected.Add($"{HybridTlsFailure.AlertSent} {TlsAlert.BadRecordMac}", []);
                return false;
            case ContentType.Alert when content is [1, 0]:
                expected.Add("close_notify", []);
                return false;
            case ContentType.Alert when content is [2, 40]:
                expected.Add($"{HybridTlsFailure.AlertReceived} {TlsAlert.HandshakeFailure}", []);
                return false;
            case ContentType.Handshake when content.AsSpan().SequenceEqual(KeyUpdateMessage):
                expected.Add("message", content);
                return true;
            case ContentType.ApplicationData:
                if (content.Length > 0)
                    expected.Add("data", content);
                return true;
            default:
                // Orders give no other type that a record may have: their numbers are 3, 11, 19 …
                expected.Add($"{HybridTlsFailure.AlertSent} {TlsAlert.UnexpectedMessage}", []);
                return false;
        }
    }

    private static EventLog Open(AeadAlgorithm algorithm, byte[] bytes, IEnumerable<int>? segments)
    {
        var log = new EventLog();
        using var reader = new RecordReader();
        reader.EnterApplication(Protection(algorithm));
        byte[] destination = new byte[reader.MaxDestinationSize];
        ReadOnlySequence<byte> sequence = segments is null ? new(bytes) : Splitting.Segmented(bytes, segments);
        try
        {
            SequencePosition consumed = sequence.Start;
            SequencePosition examined = sequence.Start;
            while (reader.TryRead(sequence, ref consumed, ref examined, destination, out RecordReadResult result))
            {
                sequence = sequence.Slice(consumed);
                switch (result.Kind)
                {
                    case RecordReadKind.ApplicationData:
                        log.Add("data", destination.AsSpan(0, result.Length));
                        break;
                    case RecordReadKind.Handshake:
                        log.Add("message", result.HandshakeMessage);
                        break;
                    case RecordReadKind.CloseNotify:
                        log.Add("close_notify", []);
                        return log;
                    default:
                        throw new FuzzFailureException($"The largest destination is large enough, and yet: {result.Kind}.");
                }
            }

            Properties.Check(sequence.Slice(consumed).IsEmpty, "All records are consumed.");
        }
        catch (HybridTlsException exception)
        {
            log.Add(exception);
            return log;
        }

        log.Add("more needed", []);
        return log;
    }

    private static RecordProtection Protection(AeadAlgorithm algorithm) =>
        new(algorithm, MessageSeeds.Pattern(AeadCipher.GetKeySize(algorithm), 1), MessageSeeds.Pattern(RecordProtection.IvSize, 2));
}
