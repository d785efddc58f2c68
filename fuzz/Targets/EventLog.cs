using System.Buffers;
using System.Buffers.Binary;

namespace HybridTls.Fuzz.Targets;

/// <summary>What a reader delivered, in order, as bytes that can be compared.</summary>
internal sealed class EventLog
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The outcome: how the last event was called.</summary>
    public string Outcome { get; private set; } = "nothing";

    /// <summary>Adds an event with its content.</summary>
    public void Add(string kind, ReadOnlySpan<byte> content)
    {
        Outcome = kind;
        foreach (char character in kind)
            _bytes.Write([(byte)character]);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), content.Length);
        _bytes.Advance(4);
        _bytes.Write(content);
    }

    /// <summary>Adds an event with its content.</summary>
    public void Add(string kind, in ReadOnlySequence<byte> content) => Add(kind, content.ToArray());

    /// <summary>Adds the end: a refusal that a reader of records may have.</summary>
    public void Add(HybridTlsException exception)
    {
        bool documented = exception.Failure == HybridTlsFailure.AlertReceived || exception is
        {
            Failure: HybridTlsFailure.AlertSent,
            Alert: TlsAlert.UnexpectedMessage or TlsAlert.RecordOverflow or TlsAlert.DecodeError or TlsAlert.ProtocolVersion
                or TlsAlert.IllegalParameter or TlsAlert.BadRecordMac,
        };
        Properties.Check(documented, $"An undocumented refusal: {exception.Failure} {exception.Alert} {exception.Message}");
        Add($"{exception.Failure} {exception.Alert}", []);

        // A received alert may have any number: one outcome for all.
        Outcome = exception.Failure == HybridTlsFailure.AlertReceived
            ? "AlertReceived"
            : $"{exception.Failure} {exception.Alert}: {Properties.WithoutNumbers(exception.Message)}";
    }

    /// <summary>Demands that another way of delivery gave the same.</summary>
    public void CheckSame(EventLog other, string how) => Properties.CheckEqual(
        _bytes.WrittenSpan,
        other._bytes.WrittenSpan,
        $"Splitting changes nothing ({how}; {Outcome}; {other.Outcome})");
}
