using System.Buffers;
using System.Security.Cryptography;

namespace HybridTls.Records;

/// <summary>The receiving half of the record layer: input in any splitting to handshake messages, application data and closure.</summary>
/// <remarks>
/// Does no I/O and shares nothing with the <see cref="RecordWriter"/>. Not thread-safe in itself. After an exception the
/// connection is lost and the reader must not be used again. The rules it enforces: RFC 9846 §5 (ChangeCipherSpec), §5.1
/// (framing, empty fragments, interleaving, key changes), §5.2 (sizes), §6 (alerts).
/// </remarks>
internal sealed class RecordReader(HandshakeMessageLimits? limits = null) : IDisposable
{
    /// <summary>How far the handshake is, as far as records depend on it.</summary>
    private enum Phase
    {
        /// <summary>No ClientHello yet.</summary>
        Start,

        /// <summary>Hellos, without protection.</summary>
        Hello,

        /// <summary>Protected handshake messages.</summary>
        Handshake,

        /// <summary>Data and post-handshake messages.</summary>
        Application,
    }

    private readonly HandshakeReassembly _handshake = new(limits ?? HandshakeMessageLimits.Default);
    private RecordProtection? _protection;
    private Phase _phase;
    private EarlyDataSkip _skip;
    private int _skipBudget = RecordLimits.MaxSkippedEarlyData;
    private int _changeCipherSpecs;
    private int _emptyRecords;
    private int _ignoredAlerts;
    private bool _openedAny;
    private bool _closed;
    private bool _disposed;

    /// <summary>
    /// The most a protected record may hold with its type and padding, once the peer knows the record_size_limit that we sent
    /// (RFC 8449 §4); 2^14 + 1 otherwise.
    /// </summary>
    public int RecordSizeLimit { get; set; } = RecordLimits.MaxInnerPlaintext;

    /// <summary>Whether records are protected.</summary>
    public bool IsProtected => _protection is not null;

    /// <summary>Whether the peer's key nears its limit and we should ask for a KeyUpdate (§5.5).</summary>
    public bool ShouldUpdateKeys => _protection is { ShouldUpdateKeys: true };

    /// <summary>Bytes of handshake messages received and not yet handed out.</summary>
    public int PendingHandshakeBytes => _handshake.Pending;

    /// <summary>How large handshake messages may be.</summary>
    public HandshakeMessageLimits MessageLimits
    {
        set => _handshake.Limits = value;
    }

    /// <summary>The bytes of pooled memory held now.</summary>
    public int BufferedMemory => _handshake.BufferSize;

    /// <summary>The destination that is large enough for any record: 2^14 + 1 bytes, or our record_size_limit.</summary>
    public int MaxDestinationSize => RecordSizeLimit;

    /// <summary>
    /// The first ClientHello was sent, or received whole: from now on to the peer's Finished a ChangeCipherSpec may come, and is dropped
    /// (§5).
    /// </summary>
    public void EnterHello() => _phase = Phase.Hello;

    /// <summary>The peer's handshake key is known: its next records are protected, and hold handshake messages.</summary>
    /// <param name="protection">The key; owned from now on.</param>
    /// <param name="skipsEarlyData">Whether records under an unknown key, which are early data that a server refused, are dropped until
    /// one opens: at most <see cref="RecordLimits.MaxSkippedEarlyData"/> bytes in all.</param>
    /// <exception cref="HybridTlsException">unexpected_message, as for <see cref="UpdateKeys"/>.</exception>
    public void EnterHandshake(RecordProtection protection, bool skipsEarlyData = false)
    {
        UpdateKeys(protection);
        _phase = Phase.Handshake;
        _skip = skipsEarlyData ? EarlyDataSkip.Undecryptable : EarlyDataSkip.None;
    }

    /// <summary>The peer's Finished verified: its next records use the application key, and may hold data, but no ChangeCipherSpec.</summary>
    /// <param name="protection">The key; owned from now on.</param>
    /// <exception cref="HybridTlsException">unexpected_message, as for <see cref="UpdateKeys"/>.</exception>
    public void EnterApplication(RecordProtection protection)
    {
        UpdateKeys(protection);
        _phase = Phase.Application;
    }

    /// <summary>Changes the key and disposes the former.</summary>
    /// <param name="protection">The key; owned from now on.</param>
    /// <exception cref="HybridTlsException">unexpected_message: bytes of handshake messages are left over, which belong to
    /// the key before (§5.1).</exception>
    public void UpdateKeys(RecordProtection protection)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_handshake.Pending > 0)
        {
            protection.Dispose();
            TlsError.Throw(FailureReason.ExcessHandshakeData); // HT-HS-7
        }

        _protection?.Dispose();
        _protection = protection;
    }

    /// <summary>Refuses what the peer sent behind a message that it had to wait for an answer to.</summary>
    /// <exception cref="HybridTlsException">unexpected_message: there is a part of a further message.</exception>
    public void ThrowIfExcess()
    {
        if (_handshake.Pending > 0)
        {
            TlsError.Throw(FailureReason.ExcessBeforeAnswer);
        }
    }

    /// <summary>
    /// A HelloRetryRequest refused early data: its records are dropped until the second ClientHello comes, at most
    /// <see cref="RecordLimits.MaxSkippedEarlyData"/> bytes in all.
    /// </summary>
    public void SkipEarlyDataUntilSecondHello() => _skip = EarlyDataSkip.UntilSecondClientHello;

    /// <summary>Reads as far as the next event.</summary>
    /// <param name="input">The input, split anywhere.</param>
    /// <param name="consumed">Set behind the records that were used up.</param>
    /// <param name="examined">Set to the end when more input is needed, otherwise to <paramref name="consumed"/>.</param>
    /// <param name="destination">Where application data goes; may be empty before <see cref="EnterApplication"/>.
    /// <see cref="MaxDestinationSize"/> bytes are always enough. Bytes behind the data may be overwritten.</param>
    /// <param name="result">The event.</param>
    /// <returns>False when more input is needed.</returns>
    /// <exception cref="HybridTlsException">The peer broke a rule (its alert is to be sent), or sent a fatal alert.</exception>
    public bool TryRead(
        in ReadOnlySequence<byte> input,
        ref SequencePosition consumed,
        ref SequencePosition examined,
        Span<byte> destination,
        out RecordReadResult result)
    {
        if (input.IsSingleSegment)
        {
            bool found = TryRead(input.FirstSpan, out int bytesConsumed, destination, out result);
            consumed = input.GetPosition(bytesConsumed);
            examined = found ? consumed : input.End;
            return found;
        }

        consumed = examined = input.Start;
        if (TryTakeBuffered(out result))
            return true;

        ReadOnlySequence<byte> rest = input;
        while (RecordFraming.TryParseHeader(rest, ProtectedFragmentLimit, out RecordHeader header))
        {
            JudgeHeader(header);
            if (rest.Length < header.RecordSize)
                break;
            if (NeedsLargerDestination(header, destination, out result))
                return true;

            ReadOnlySequence<byte> record = rest.Slice(0, header.RecordSize);
            bool found = record.IsSingleSegment
                ? Process(header, record.FirstSpan, destination, out result)
                : ProcessSplit(header, record, destination, out result);
            rest = rest.Slice(header.RecordSize);
            consumed = examined = rest.Start;
            if (found)
                return true;
        }

        examined = input.End;
        _handshake.ReleaseIfEmpty();
        return false;
    }

    /// <summary>As the other overload, for input in one piece.</summary>
    /// <param name="input">The input.</param>
    /// <param name="consumed">The bytes used up.</param>
    /// <param name="destination">Where application data goes.</param>
    /// <param name="result">The event.</param>
    public bool TryRead(ReadOnlySpan<byte> input, out int consumed, Span<byte> destination, out RecordReadResult result) // HT-REC-2
    {
        consumed = 0;
        if (TryTakeBuffered(out result))
            return true;

        while (RecordFraming.TryParseHeader(input[consumed..], ProtectedFragmentLimit, out RecordHeader header))
        {
            JudgeHeader(header);
            if (input.Length - consumed < header.RecordSize)
                break;
            if (NeedsLargerDestination(header, destination, out result))
                return true;

            bool found = Process(header, input.Slice(consumed, header.RecordSize), destination, out result);
            consumed += header.RecordSize;
            if (found)
                return true;
        }

        _handshake.ReleaseIfEmpty();
        return false;
    }

    /// <summary>What to say of our own certificate when the peer's alert concerns it; null for what the alert says.</summary>
    public string? OwnCertificateHint { get; set; }

    /// <summary>Gives back the memory that messages were put together in, unless a part of one is in it.</summary>
    public void ReleaseMemory() => _handshake.ReleaseIfEmpty();

    /// <summary>Frees the key and zeroes what was received.</summary>
    public void Dispose()
    {
        _disposed = true;
        _protection?.Dispose();
        _handshake.Dispose();
    }

    /// <summary>
    /// The suites of the profile expand by exactly one tag, so a longer record would be found too long after decryption: it is
    /// refused before it is buffered. Early data of unknown keys has the general limit.
    /// </summary>
    private int ProtectedFragmentLimit =>
        _skip != EarlyDataSkip.None ? RecordLimits.MaxProtectedFragment : RecordSizeLimit + RecordLimits.TagSize;

    private bool TryTakeBuffered(out RecordReadResult result)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        result = default;
        if (_closed)
        {
            result = RecordReadResult.CloseNotify();
            return true;
        }

        return TryTakeHandshake(out result);
    }

    private bool TryTakeHandshake(out RecordReadResult result)
    {
        bool found = _handshake.TryTake(out ReadOnlySpan<byte> message);
        result = found ? RecordReadResult.Handshake(message) : default;
        return found;
    }

    /// <summary>What the header alone forbids is refused before the fragment is waited for.</summary>
    private void JudgeHeader(RecordHeader header)
    {
        switch (header.Type)
        {
            case ContentType.ApplicationData when !IsProtected && _skip == EarlyDataSkip.None:
                TlsError.Throw(FailureReason.ProtectedTooEarly);
                break;
            case ContentType.Handshake when IsProtected:
                TlsError.Throw(FailureReason.UnprotectedHandshake); // HT-REC-15
                break;
            case ContentType.Alert when IsProtected && _openedAny:
                TlsError.Throw(FailureReason.UnprotectedAlert); // HT-REC-16
                break;
            case ContentType.ChangeCipherSpec when _phase is not (Phase.Hello or Phase.Handshake) || header.Length != 1:
                TlsError.Throw(FailureReason.ChangeCipherSpec);
                break;
            case ContentType.Handshake or ContentType.Alert when header.Length == 0:
                ThrowEmptyFragment();
                break;
        }
    }

    private bool NeedsLargerDestination(RecordHeader header, Span<byte> destination, out RecordReadResult result)
    {
        result = default;
        int needed = header.Length - RecordLimits.TagSize;
        if (_phase != Phase.Application || header.Type != ContentType.ApplicationData || destination.Length >= needed)
            return false;
        result = RecordReadResult.DestinationTooSmall(needed);
        return true;
    }

    private bool ProcessSplit(
        RecordHeader header, scoped in ReadOnlySequence<byte> record, Span<byte> destination, out RecordReadResult result)
    {
        int innerLength = header.Length - RecordLimits.TagSize;
        if (_protection is not null && _phase == Phase.Application && header.Type == ContentType.ApplicationData && innerLength >= 0)
        {
            // Put together where the plaintext will lie, and decrypted there.
            Span<byte> ends = stackalloc byte[RecordLimits.HeaderSize + RecordLimits.TagSize];
            Span<byte> first = ends[..RecordLimits.HeaderSize];
            Span<byte> tag = ends[RecordLimits.HeaderSize..];
            ReadOnlySequence<byte> fragment = record.Slice(RecordLimits.HeaderSize);
            record.Slice(0, RecordLimits.HeaderSize).CopyTo(first);
            fragment.Slice(0, innerLength).CopyTo(destination);
            fragment.Slice(innerLength).CopyTo(tag);
            bool isOpen = _protection.TryOpen(first, destination[..innerLength], tag, destination, out ContentType type, out int length);
            return ProcessOpened(isOpen, header.RecordSize, innerLength, type, destination[..length], out result);
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(header.RecordSize);
        try
        {
            record.CopyTo(copy);
            return Process(header, copy.AsSpan(0, header.RecordSize), destination, out result);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private bool Process(RecordHeader header, ReadOnlySpan<byte> record, Span<byte> destination, out RecordReadResult result)
    {
        if (header.Type == ContentType.ApplicationData)
        {
            if (_protection is null)
            {
                result = default;
                SkipRecord(record.Length);
                return false;
            }

            return ProcessProtected(_protection, record, destination, out result);
        }

        ReadOnlySpan<byte> fragment = record[RecordLimits.HeaderSize..];
        switch (header.Type)
        {
            case ContentType.Handshake:
                _skip = EarlyDataSkip.None;
                _handshake.Append(fragment);
                return TryTakeHandshake(out result);
            case ContentType.Alert:
                return ProcessAlert(fragment, out result);
            default:
                result = default;
                DropChangeCipherSpec(fragment);
                return false;
        }
    }

    private bool ProcessProtected(
        RecordProtection protection, ReadOnlySpan<byte> record, Span<byte> destination, out RecordReadResult result)
    {
        int innerLength = Math.Max(0, record.Length - RecordLimits.HeaderSize - RecordLimits.TagSize);
        // Until application data may come, all content is the handshake's and is decrypted to where messages are put together.
        Span<byte> plaintext = _phase == Phase.Application ? destination : _handshake.GetTail(innerLength);
        bool isOpen = protection.TryOpen(record, plaintext, out ContentType type, out int length);
        return ProcessOpened(isOpen, record.Length, innerLength, type, plaintext[..length], out result);
    }

    private bool ProcessOpened(
        bool isOpen, int recordLength, int innerLength, ContentType type, Span<byte> content, out RecordReadResult result)
    {
        result = default;
        if (!isOpen)
        {
            if (_skip == EarlyDataSkip.None)
                TlsError.Throw(FailureReason.BadRecordMac); // HT-REC-11
            SkipRecord(recordLength);
            return false;
        }

        // Judged by the header already, except while early data is skipped.
        if (innerLength > RecordSizeLimit)
            TlsError.Throw(FailureReason.ContentTooLong, innerLength, RecordSizeLimit);

        _skip = EarlyDataSkip.None;
        _openedAny = true;
        int length = content.Length;
        switch (type)
        {
            case ContentType.ApplicationData:
                return ProcessApplicationData(length, out result);
            case ContentType.Handshake:
                if (length == 0)
                    ThrowEmptyFragment();
                if (_phase == Phase.Application)
                {
                    _handshake.Append(content);
                    CryptographicOperations.ZeroMemory(content);
                }
                else
                {
                    _handshake.Commit(length);
                }

                return TryTakeHandshake(out result);
            case ContentType.Alert:
                if (length == 0)
                    ThrowEmptyFragment();
                return ProcessAlert(content, out result);
            default:
                TlsError.Throw(FailureReason.ProtectedRecordType, (byte)type); // HT-REC-13
                return false;
        }
    }

    private bool ProcessApplicationData(int length, out RecordReadResult result)
    {
        result = default;
        if (_phase != Phase.Application)
            TlsError.Throw(FailureReason.DataBeforeFinished); // HT-HS-10
        if (_handshake.Pending > 0)
            ThrowInterleaved();
        if (length == 0)
        {
            if (++_emptyRecords > RecordLimits.MaxEmptyRecordsInARow)
                TlsError.Throw(FailureReason.TooManyEmptyRecords); // HT-REC-8
            return false;
        }

        _emptyRecords = 0;
        result = RecordReadResult.ApplicationData(length);
        return true;
    }

    /// <summary>
    /// One alert a record, two bytes; the level is ignored, every description but two is fatal (§6). A fatal one is reported even
    /// between the fragments of a message: that the peer gave up says more than that it did so in the wrong place.
    /// </summary>
    private bool ProcessAlert(ReadOnlySpan<byte> alert, out RecordReadResult result)
    {
        result = default;
        if (alert.Length != 2)
            TlsError.Throw(FailureReason.MalformedAlert, alert.Length); // HT-ALERT-2
        TlsAlert description = (TlsAlert)alert[1];
        if (description is not (TlsAlert.CloseNotify or TlsAlert.UserCanceled))
            throw TlsError.Received(description, OwnCertificateHint);
        if (_handshake.Pending > 0)
            ThrowInterleaved();
        if (description == TlsAlert.UserCanceled)
        {
            if (++_ignoredAlerts > RecordLimits.MaxIgnoredAlerts)
                TlsError.Throw(FailureReason.TooManyIgnoredAlerts); // HT-ALERT-3
            return false;
        }

        _closed = true;
        result = RecordReadResult.CloseNotify();
        return true;
    }

    private void DropChangeCipherSpec(ReadOnlySpan<byte> fragment)
    {
        if (fragment[0] != 1)
            TlsError.Throw(FailureReason.ChangeCipherSpec);
        if (_handshake.Pending > 0)
            ThrowInterleaved();
        if (++_changeCipherSpecs > RecordLimits.MaxChangeCipherSpecs)
            TlsError.Throw(FailureReason.TooManyChangeCipherSpecs); // HT-REC-14
    }

    private void SkipRecord(int recordLength)
    {
        _skipBudget -= Math.Max(recordLength, RecordLimits.MinSkippedRecordCost);
        if (_skipBudget < 0)
            TlsError.Throw(FailureReason.TooMuchEarlyData); // HT-EARLY-2
    }

    private static void ThrowEmptyFragment() =>
        TlsError.Throw(FailureReason.EmptyFragment); // HT-REC-7

    private static void ThrowInterleaved() =>
        TlsError.Throw(FailureReason.InterleavedRecord); // HT-REC-6
}
