using System.Buffers;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Handshake;

/// <summary>
/// The renewal of keys after the handshake (RFC 9846 §4.7.3). The reading and the writing side run on different threads and share no
/// lock: the reader only leaves two marks, which the writer takes up before its next data, as the RFC allows. A side that only reads
/// would never do so: <see cref="IsOverdue"/> tells the reader to send what has waited for too long.
/// </summary>
internal sealed class KeyUpdates
{
    /// <summary>How many KeyUpdates and tickets a peer may send without application data between them.</summary>
    public const int MaxWithoutData = 32;

    /// <summary>How many records of data are received before a KeyUpdate that waits for our next data goes out without any.</summary>
    public const int MaxRecordsUnanswered = 256;

    private readonly HandshakeMachine _machine;
    private readonly TrafficSecret _own;
    private readonly TrafficSecret _peer;
    private readonly KeyUsage _usage;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan? _maxAge;

    // The writer's.
    private long _ownSince;

    // The reader's.
    private long _peerSince;
    private long _waitingSince;
    private int _waiting;
    private int _withoutData;

    private volatile bool _answerOwed;
    private volatile bool _renewPeer;

    // Set by the writer when it asks, cleared by the reader when the answer came: never two of ours at a time (§4.7.3).
    private volatile bool _requestOutstanding;

    /// <summary>Creates the rules for one connection, whose keys are new.</summary>
    public KeyUpdates(HandshakeMachine machine, TrafficSecret own, TrafficSecret peer, KeyUsage usage)
    {
        _machine = machine;
        _own = own;
        _peer = peer;
        _usage = usage;
        _timeProvider = machine.Options.TimeProvider;
        _maxAge = machine.Options.KeyUpdateAfter;
        if (_maxAge is not null)
            _ownSince = _peerSince = _timeProvider.GetTimestamp();
    }

    /// <summary>Takes the peer's KeyUpdate: its next records use the next key (reading side).</summary>
    /// <exception cref="HybridTlsException">unexpected_message: too many without data between; as the message's parser says.</exception>
    public void Receive(in HandshakeMessage message)
    {
        KeyUpdateRequest request = KeyUpdate.Parse(message.Body);
        // Those that we asked for are no flood.
        if (!_requestOutstanding && ++_withoutData > MaxWithoutData)
            TlsError.Throw(FailureReason.TooManyKeyUpdates, MaxWithoutData); // HT-KU-6
        _peer.Update();
        _machine.Reader.UpdateKeys(_peer.CreateProtection(_usage));
        if (_maxAge is not null)
            _peerSince = _timeProvider.GetTimestamp();
        _renewPeer = false;
        _requestOutstanding = false;
        if (request == KeyUpdateRequest.Requested)
            _answerOwed = true; // HT-KU-2
    }

    /// <summary>Notes a ticket: a flood of them without data is refused like one of KeyUpdates (reading side).</summary>
    /// <exception cref="HybridTlsException">unexpected_message: too many without data between.</exception>
    public void TicketReceived()
    {
        if (++_withoutData > MaxWithoutData)
            TlsError.Throw(FailureReason.TooManyTickets, MaxWithoutData); // HT-LIM-6
    }

    /// <summary>Notes that a record of data came, and whether the peer's key has served long enough (reading side).</summary>
    public void DataReceived()
    {
        _withoutData = 0;
        if (!_renewPeer && !_requestOutstanding && (_machine.Reader.ShouldUpdateKeys || IsOld(_peerSince)))
            _renewPeer = true;
        if (!IsWaiting)
        {
            _waiting = 0;
            return;
        }

        if (_waiting++ == 0 && _maxAge is not null)
            _waitingSince = _timeProvider.GetTimestamp();
    }

    /// <summary>
    /// Whether an answer or a request has waited in vain for data of ours, so that the reader should have it sent (reading side).
    /// </summary>
    public bool IsOverdue => _waiting > 0 && IsWaiting && (_waiting > MaxRecordsUnanswered || IsOld(_waitingSince)); // HT-KU-9

    /// <summary>Whether a KeyUpdate has to go out before the next data (writing side).</summary>
    public bool IsDue => CanUpdate && (IsWaiting || _machine.Writer.ShouldUpdateKeys || IsOld(_ownSince)); // HT-KU-5

    /// <summary>Whether our key may have a successor: a sender's epochs are bounded, and requests are ignored at the end (§4.7.3).</summary>
    public bool CanUpdate => _own.Generation < TrafficSecret.MaxGeneration; // HT-KU-7

    private bool IsWaiting => _answerOwed || (_renewPeer && !_requestOutstanding);

    /// <summary>Writes a KeyUpdate if one is due and changes our key (writing side).</summary>
    public void WriteIfDue(IBufferWriter<byte> output)
    {
        if (IsDue)
            Write(output, requestPeer: _renewPeer);
    }

    /// <summary>Writes a KeyUpdate and changes our key (writing side).</summary>
    /// <param name="output">Where the record goes.</param>
    /// <param name="requestPeer">Also asks the peer for a new key, unless it still owes us one.</param>
    /// <exception cref="InvalidOperationException">There are no epochs left.</exception>
    public void Write(IBufferWriter<byte> output, bool requestPeer) // HT-KU-1
    {
        if (!CanUpdate)
            throw new InvalidOperationException("The keys of this connection were updated as often as RFC 9846 §4.7.3 allows.");
        bool ask = requestPeer && !_requestOutstanding; // HT-KU-4
        _answerOwed = false;
        if (ask)
        {
            _requestOutstanding = true;
            _renewPeer = false;
        }

        using TlsWriter writer = new(capacity: 8);
        KeyUpdate.Write(writer, ask ? KeyUpdateRequest.Requested : KeyUpdateRequest.NotRequested); // HT-KU-3
        _machine.Writer.WriteHandshake(output, writer.Written);
        _own.Update();
        _machine.Writer.SetKeys(_own.CreateProtection(_usage));
        if (_maxAge is not null)
            _ownSince = _timeProvider.GetTimestamp();
    }

    private bool IsOld(long since) => _maxAge is { } maxAge && _timeProvider.GetElapsedTime(since) >= maxAge; // HT-KU-8
}
