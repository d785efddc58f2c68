using System.Buffers;

namespace HybridTls.Records;

/// <summary>The sending half of the record layer: messages, data and alerts to records, written straight into the output's memory.</summary>
/// <remarks>Does no I/O and shares nothing with the <see cref="RecordReader"/>. Not thread-safe in itself.</remarks>
internal sealed class RecordWriter : IDisposable
{
    private RecordProtection? _protection;
    private int _recordSizeLimit = RecordLimits.MaxInnerPlaintext;
    private bool _disposed;

    /// <summary>
    /// The most a protected record may hold with its type and padding: the peer's record_size_limit (RFC 8449 §4), at most
    /// 2^14 + 1. Records without protection are not subject to it.
    /// </summary>
    public int RecordSizeLimit
    {
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, RecordLimits.MinRecordSizeLimit);
            _recordSizeLimit = Math.Min(value, RecordLimits.MaxInnerPlaintext);
        }
    }

    /// <summary>The most content of any record, protected or not. Default: 2^14 bytes.</summary>
    public int MaxFragment { get; set; } = RecordLimits.MaxContent;

    /// <summary>Pads the inner plaintext of each protected record to a multiple of this many bytes (§5.4); zero for none.</summary>
    public int PaddingMultiple { get; set; }

    /// <summary>The legacy version of records without protection: <see cref="RecordHeader.InitialVersion"/> suits an initial ClientHello.</summary>
    public ushort PlaintextVersion { get; set; } = RecordHeader.Version;

    /// <summary>Whether records are protected.</summary>
    public bool IsProtected => _protection is not null;

    /// <summary>Whether our key nears its limit: send a KeyUpdate and call <see cref="SetKeys"/> before more data (§5.5).</summary>
    public bool ShouldUpdateKeys => _protection is { ShouldUpdateKeys: true };

    /// <summary>The most content that the next record can carry.</summary>
    public int MaxContent => Math.Min(IsProtected ? _recordSizeLimit - 1 : RecordLimits.MaxContent, MaxFragment); // HT-REC-19

    /// <summary>Changes the key; takes ownership of it and disposes the former.</summary>
    public void SetKeys(RecordProtection protection)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _protection?.Dispose();
        _protection = protection;
    }

    /// <summary>Writes one or several whole handshake messages in as few records as the limit allows.</summary>
    public void WriteHandshake(IBufferWriter<byte> output, ReadOnlySpan<byte> messages) => Write(output, ContentType.Handshake, messages);

    /// <summary>Writes application data; data beyond one record's limit in several. Nothing is written for empty data.</summary>
    /// <exception cref="HybridTlsException">internal_error: <see cref="ShouldUpdateKeys"/> was ignored until the limit.</exception>
    public void WriteApplicationData(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        ThrowIfNotProtected();
        Write(output, ContentType.ApplicationData, data);
    }

    /// <summary>Writes one record of application data without copying it first, unless it is to be padded.</summary>
    /// <param name="output">Where the record goes.</param>
    /// <param name="contentAndRoom">At most <see cref="MaxContent"/> bytes and one more behind them, which is used and restored.</param>
    public void WriteApplicationDataBorrowed(IBufferWriter<byte> output, Span<byte> contentAndRoom)
    {
        RecordProtection protection = ThrowIfNotProtected();
        int length = contentAndRoom.Length - 1;
        int padding = GetPadding(length);
        Span<byte> record = output.GetSpan(RecordProtection.GetRecordSize(length, padding));
        output.Advance(padding == 0
            ? protection.SealBorrowed(ContentType.ApplicationData, contentAndRoom, record)
            : protection.Seal(ContentType.ApplicationData, contentAndRoom[..length], record, padding));
    }

    /// <summary>Writes an alert; close_notify and user_canceled as warnings, all others as fatal (§6).</summary>
    public void WriteAlert(IBufferWriter<byte> output, TlsAlert alert)
    {
        byte level = alert is TlsAlert.CloseNotify or TlsAlert.UserCanceled ? (byte)1 : (byte)2; // HT-ALERT-6
        Write(output, ContentType.Alert, [level, (byte)alert]);
    }

    /// <summary>Writes the ChangeCipherSpec that middleboxes expect (appendix E.4): never protected.</summary>
    public void WriteChangeCipherSpec(IBufferWriter<byte> output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        WritePlaintext(output, ContentType.ChangeCipherSpec, [1], RecordHeader.Version);
    }

    /// <summary>Frees the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        _protection?.Dispose();
    }

    private RecordProtection ThrowIfNotProtected()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _protection ?? throw new InvalidOperationException("Application data is never sent without protection.");
    }

    private void Write(IBufferWriter<byte> output, ContentType type, ReadOnlySpan<byte> content)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!content.IsEmpty)
        {
            ReadOnlySpan<byte> fragment = content[..Math.Min(content.Length, MaxContent)];
            if (_protection is null)
            {
                WritePlaintext(output, type, fragment, PlaintextVersion);
            }
            else
            {
                int padding = GetPadding(fragment.Length);
                Span<byte> record = output.GetSpan(RecordProtection.GetRecordSize(fragment.Length, padding));
                output.Advance(_protection.Seal(type, fragment, record, padding));
            }

            content = content[fragment.Length..];
        }
    }

    private static void WritePlaintext(IBufferWriter<byte> output, ContentType type, ReadOnlySpan<byte> fragment, ushort version)
    {
        Span<byte> record = output.GetSpan(RecordLimits.HeaderSize + fragment.Length);
        RecordHeader.Write(record, type, fragment.Length, version);
        fragment.CopyTo(record[RecordLimits.HeaderSize..]);
        output.Advance(RecordLimits.HeaderSize + fragment.Length);
    }

    private int GetPadding(int contentLength)
    {
        if (PaddingMultiple <= 1)
            return 0;
        int inner = contentLength + 1;
        int padded = (inner + PaddingMultiple - 1) / PaddingMultiple * PaddingMultiple;
        return Math.Min(padded, _recordSizeLimit) - inner; // HT-REC-21
    }
}
