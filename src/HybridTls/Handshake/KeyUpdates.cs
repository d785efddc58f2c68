using System.Buffers;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Handshake;

/// <summary>
/// The renewal of keys after the handshake (RFC 9846 §4.7.3). The reading and the writing side run on different threads and share no
/// lock: the reader only leaves two marks, which the writer takes up before its next data, as the RFC allows.
/// </summary>
internal sealed class KeyUpdates(HandshakeMachine machine, TrafficSecret own, TrafficSecret peer, ulong? usageLimit)
{
    /// <summary>How many KeyUpdates a peer may send without application data between them.</summary>
    public const int MaxWithoutData = 32;

    private int _withoutData;
    private volatile bool _answerOwed;
    private volatile bool _renewPeer;

    // Set by the writer when it asks, cleared by the reader when the answer came: never two of ours at a time (§4.7.3).
    private volatile bool _requestOutstanding;

    /// <summary>Takes the peer's KeyUpdate: its next records use the next key (reading side).</summary>
    /// <exception cref="HybridTlsException">unexpected_message: too many without data between; as the message's parser says.</exception>
    public void Receive(in HandshakeMessage message)
    {
        KeyUpdateRequest request = KeyUpdate.Parse(message.Body);
        // Those that we asked for are no flood.
        if (!_requestOutstanding && ++_withoutData > MaxWithoutData)
            TlsError.Throw(TlsAlert.UnexpectedMessage, $"The peer sent more than {MaxWithoutData} KeyUpdates without data between them.",
                FailureReason.TooManyKeyUpdates);
        peer.Update();
        machine.Reader.SetKeys(peer.CreateProtection(usageLimit));
        _renewPeer = false;
        _requestOutstanding = false;
        if (request == KeyUpdateRequest.Requested)
            _answerOwed = true;
    }

    /// <summary>Notes a ticket: a flood of them without data is refused like one of KeyUpdates (reading side).</summary>
    /// <exception cref="HybridTlsException">unexpected_message: too many without data between.</exception>
    public void TicketReceived()
    {
        if (++_withoutData > MaxWithoutData)
            TlsError.Throw(TlsAlert.UnexpectedMessage, $"The peer sent more than {MaxWithoutData} messages without data between them.");
    }

    /// <summary>Notes that the peer sent data, and whether its key nears the limit (reading side).</summary>
    public void DataReceived()
    {
        _withoutData = 0;
        if (!_renewPeer && !_requestOutstanding && machine.Reader.ShouldUpdateKeys)
            _renewPeer = true;
    }

    /// <summary>Whether a KeyUpdate has to go out before the next data (writing side).</summary>
    public bool IsDue => _answerOwed || machine.Writer.ShouldUpdateKeys || (_renewPeer && !_requestOutstanding);

    /// <summary>Writes a KeyUpdate if one is due and changes our key (writing side).</summary>
    public void WriteIfDue(IBufferWriter<byte> output)
    {
        if (IsDue)
            Write(output, requestPeer: _renewPeer);
    }

    /// <summary>Writes a KeyUpdate and changes our key (writing side).</summary>
    /// <param name="output">Where the record goes.</param>
    /// <param name="requestPeer">Also asks the peer for a new key, unless it still owes us one.</param>
    public void Write(IBufferWriter<byte> output, bool requestPeer)
    {
        bool ask = requestPeer && !_requestOutstanding;
        _answerOwed = false;
        if (ask)
        {
            _requestOutstanding = true;
            _renewPeer = false;
        }

        using TlsWriter writer = new(capacity: 8);
        KeyUpdate.Write(writer, ask ? KeyUpdateRequest.Requested : KeyUpdateRequest.NotRequested);
        machine.Writer.WriteHandshake(output, writer.Written);
        own.Update();
        machine.Writer.SetKeys(own.CreateProtection(usageLimit));
    }
}
