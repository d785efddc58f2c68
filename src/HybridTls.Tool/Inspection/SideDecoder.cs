using System.Text;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Tool.Connections;

namespace HybridTls.Tool.Inspection;

/// <summary>Decodes what one side sent: records, their protection, their messages. Nothing that a capture holds makes it fail.</summary>
internal sealed class SideDecoder(Direction sender, ConnectionFacts facts) : IDisposable
{
    private const int PreviewLength = 60;

    private readonly HandshakeReassembly _reassembly = new(HandshakeMessageLimits.Default);
    private readonly List<LoggedKeys> _laterKeys = [];
    private byte[] _bytes = [];
    private int _start;
    private long _offset;
    private bool _keysLoaded;
    private bool _lost;
    private LoggedKeys? _keys;
    private bool _changeKeys;

    /// <summary>Takes the next bytes and returns the records that they complete.</summary>
    public IEnumerable<InspectedRecord> Feed(byte[] bytes)
    {
        _bytes = [.. Pending, .. bytes];
        _start = 0;
        while (!_lost && TryTake(out byte[] record, out InspectedRecord? unreadable))
        {
            if (unreadable is not null)
            {
                yield return unreadable;
                yield break;
            }

            yield return Decode(record);
            _offset += record.Length;
        }
    }

    /// <summary>What is left at the end: an incomplete record; null if nothing is.</summary>
    public InspectedRecord? End() => Pending.Length == 0 || _lost ? null : new InspectedRecord(
        sender, _offset, (ContentType)Pending[0], Pending.Length, null, false,
        [new Detail("incomplete record", $"{Layout.Bytes(Pending.Length)} at the end of the capture")]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reassembly.Dispose();
        _keys?.Dispose();
        foreach (LoggedKeys keys in _laterKeys)
            keys.Dispose();
    }

    private ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start);

    private bool TryTake(out byte[] record, out InspectedRecord? unreadable)
    {
        record = [];
        unreadable = null;
        try
        {
            if (!RecordFraming.TryParseHeader(Pending, RecordLimits.MaxProtectedFragment, out RecordHeader header)
                || Pending.Length < header.RecordSize)
                return false;
            record = Pending[..header.RecordSize].ToArray();
            _start += record.Length;
            return true;
        }
        catch (HybridTlsException exception)
        {
            _lost = true;
            unreadable = new InspectedRecord(sender, _offset, ContentType.Invalid, Pending.Length, null, false,
                [new Detail("no TLS record", exception.Message)]);
            return true;
        }
    }

    private InspectedRecord Decode(byte[] record)
    {
        RecordHeader header = RecordHeader.Read(record);
        ReadOnlySpan<byte> content = record.AsSpan(RecordLimits.HeaderSize);
        if (header.Type != ContentType.ApplicationData)
            return new InspectedRecord(sender, _offset, header.Type, record.Length, null, true, Describe(header.Type, content));

        byte[] plaintext = new byte[record.Length];
        if (!TryOpen(record, plaintext, out ContentType type, out int length, out string protection))
            return new InspectedRecord(sender, _offset, ContentType.ApplicationData, record.Length, protection, false, []);
        List<Detail> contents = Describe(type, plaintext.AsSpan(0, length));
        int padding = record.Length - RecordLimits.ProtectedOverhead - length;
        if (padding > 0)
            contents.Add(new Detail("padding", Layout.Bytes(padding)));
        ChangeKeysIfDue();
        return new InspectedRecord(sender, _offset, type, record.Length, protection, true, contents);
    }

    /// <summary>Opens a record with the present keys, else with those that come next: a log need not hold all of them.</summary>
    private bool TryOpen(byte[] record, byte[] plaintext, out ContentType type, out int length, out string protection)
    {
        LoadKeys();
        protection = facts.KeyLog is null ? "encrypted"
            : facts.Suite is null ? "encrypted; the capture has no ServerHello with a cipher suite that is known here"
            : _keys is null && _laterKeys.Count == 0 ? "encrypted; the key log has no secret for it"
            : "encrypted; the key log's secrets do not open it";
        type = ContentType.ApplicationData;
        length = 0;
        try
        {
            if (_keys is not null && _keys.TryOpen(record, plaintext, out type, out length))
            {
                protection = _keys.Name;
                return true;
            }

            for (int i = 0; i < _laterKeys.Count; i++)
            {
                if (!_laterKeys[i].TryOpen(record, plaintext, out type, out length))
                    continue;
                _keys?.Dispose();
                _keys = _laterKeys[i];
                foreach (LoggedKeys skipped in _laterKeys[..i])
                    skipped.Dispose();
                _laterKeys.RemoveRange(0, i + 1);
                protection = _keys.Name;
                return true;
            }

            return false;
        }
        catch (HybridTlsException exception)
        {
            protection = "decrypted, but malformed: " + exception.Message;
            return false;
        }
    }

    private void LoadKeys()
    {
        if (_keysLoaded || facts.KeyLog is null || facts.Suite is null)
            return;
        _keysLoaded = true;
        foreach ((string label, string name) in KeyLogFile.LabelsOf(sender))
        {
            if (facts.KeyLog.Find(facts.ClientRandom, label) is { } secret && secret.Length == facts.Suite.HashSize)
                _laterKeys.Add(new LoggedKeys(facts.Suite, secret, name));
        }
    }

    private void ChangeKeysIfDue()
    {
        if (_changeKeys)
            _keys?.Update();
        _changeKeys = false;
    }

    private List<Detail> Describe(ContentType type, ReadOnlySpan<byte> content)
    {
        switch (type)
        {
            case ContentType.Handshake:
                return DescribeMessages(content);
            case ContentType.Alert when content.Length == 2:
                return [new Detail("alert", $"{(TlsAlert)content[1]} ({content[1]})")];
            case ContentType.ChangeCipherSpec:
                return [new Detail("change_cipher_spec", "for middleboxes only")];
            case ContentType.ApplicationData:
                Detail data = new("application data", Layout.Bytes(content.Length));
                data.Add("begins", Preview(content));
                data.AddHidden("hex", Convert.ToHexStringLower(content));
                return [data];
            default:
                return [new Detail($"record of type {(byte)type}", Layout.Bytes(content.Length))];
        }
    }

    private List<Detail> DescribeMessages(ReadOnlySpan<byte> content)
    {
        List<Detail> messages = [];
        try
        {
            _reassembly.Append(content);
            while (_reassembly.TryTake(out ReadOnlySpan<byte> whole))
            {
                messages.Add(MessageDescription.Describe(whole, sender, facts));
                _changeKeys |= (HandshakeType)whole[0] == HandshakeType.KeyUpdate;
            }
        }
        catch (HybridTlsException exception)
        {
            messages.Add(new Detail("malformed", exception.Message));
        }

        if (_reassembly.Pending > 0)
            messages.Add(new Detail("part of a message", $"{Layout.Bytes(_reassembly.Pending)} so far, it goes on in the next record"));
        return messages;
    }

    private static string Preview(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> start = content[..Math.Min(content.Length, PreviewLength)];
        string dots = content.Length > start.Length ? "…" : "";
        foreach (byte value in start)
        {
            if (value is < 0x20 and not ((byte)'\r' or (byte)'\n' or (byte)'\t') or >= 0x7F)
                return Convert.ToHexStringLower(start) + dots;
        }

        string text = Encoding.ASCII.GetString(start)
            .Replace("\r", "\\r", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal);
        return $"\"{text}\"{dots}";
    }
}
