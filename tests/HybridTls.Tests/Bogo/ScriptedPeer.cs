using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls.Tests.Bogo;

/// <summary>
/// The runner's side of a connection: the library's own handshake, whose messages pass through a script before they are protected and
/// sent. The script sees each in the clear and may change, drop, join or add; the records are then made here, with the keys of the
/// handshake, so that they may also be such as the library would never send.
/// </summary>
internal sealed class ScriptedPeer : IDisposable
{
    private readonly Stream _transport;
    private readonly PooledBuffer _written = new();
    private readonly PooledBuffer _received = new();
    private readonly RecordReader _tap = new();
    private RecordProtection? _keys;

    public ScriptedPeer(Stream transport, Func<PooledBuffer, HandshakeMachine> create)
    {
        _transport = transport;
        Machine = create(_written);
    }

    /// <summary>The handshake.</summary>
    public HandshakeMachine Machine { get; }

    /// <summary>What is sent instead of a message; null sends nothing.</summary>
    public Func<HandshakeType, byte[], byte[]?> Edit { get; set; } = static (_, message) => message;

    /// <summary>Called before a message is sent.</summary>
    public Action<HandshakeType> Before { get; set; } = static _ => { };

    /// <summary>Called after a message was sent, and the keys changed that change after it.</summary>
    public Action<HandshakeType> After { get; set; } = static _ => { };

    /// <summary>Called with each handshake message of the shim.</summary>
    public Action<byte[]> Received { get; set; } = static _ => { };

    /// <summary>The most bytes of handshake messages in one record.</summary>
    public int HandshakeFragment { get; set; } = RecordLimits.MaxContent;

    /// <summary>Zeros behind the content of each protected record.</summary>
    public int Padding { get; set; }

    /// <summary>Why the connection failed on our side: mostly the alert of the shim. Null while it has not.</summary>
    public HybridTlsException? Failure { get; private set; }

    /// <summary>Runs the handshake.</summary>
    /// <returns>Whether it succeeded; otherwise see <see cref="Failure"/>.</returns>
    public async Task<bool> HandshakeAsync()
    {
        try
        {
            (Machine as ClientHandshake)?.Start();
            while (true)
            {
                Forward();
                if (Machine.IsEstablished)
                    return true;
                if (Machine.Pending != HostTask.None)
                    await HandshakeDriver.ServeAsync(Machine, CancellationToken.None);
                else if (!Process() && !await ReceiveAsync())
                    return false;
            }
        }
        catch (HybridTlsException exception)
        {
            Failure = exception;
            return false;
        }
    }

    /// <summary>Reads application data; empty at the end of the connection, or at its failure.</summary>
    public async Task<byte[]> ReadAsync()
    {
        byte[] destination = new byte[RecordLimits.MaxInnerPlaintext];
        try
        {
            while (true)
            {
                (RecordReadKind kind, byte[] content) = TryRead(destination);
                if (kind == RecordReadKind.ApplicationData)
                    return content;
                if (kind == RecordReadKind.CloseNotify || (kind == RecordReadKind.None && !await ReceiveAsync()))
                    return [];
                if (kind == RecordReadKind.Handshake)
                    Machine.Receive(HandshakeMessage.Parse(content));
            }
        }
        catch (HybridTlsException exception)
        {
            Failure = exception;
            return [];
        }
    }

    /// <summary>Reads exactly so many bytes, or fewer if the connection ends before.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        List<byte> bytes = [];
        while (bytes.Count < count && await ReadAsync() is { Length: > 0 } some)
            bytes.AddRange(some);
        return [.. bytes];
    }

    /// <summary>Sends data and expects the shim's echo of it.</summary>
    public async Task ExpectEchoAsync(int length = 20)
    {
        byte[] data = new byte[length];
        Random.Shared.NextBytes(data);
        SendData(data);
        Assert.Equal(data.Select(static b => (byte)~b), await ReadAsync(length));
    }

    /// <summary>Sends application data in full records.</summary>
    public void SendData(ReadOnlySpan<byte> data)
    {
        for (; !data.IsEmpty; data = data[Math.Min(data.Length, RecordLimits.MaxContent)..])
            SendRecord(ContentType.ApplicationData, data[..Math.Min(data.Length, RecordLimits.MaxContent)]);
    }

    /// <summary>Sends one record, protected if there are keys.</summary>
    public void SendRecord(ContentType type, ReadOnlySpan<byte> content)
    {
        byte[] record;
        if (_keys is null)
        {
            record = [(byte)type, 3, 3, (byte)(content.Length >> 8), (byte)content.Length, .. content];
        }
        else
        {
            record = new byte[RecordProtection.GetRecordSize(content.Length, Padding)];
            _keys.Seal(type, content, record, Padding);
        }

        SendRaw(record);
    }

    /// <summary>Sends an alert.</summary>
    public void SendAlert(byte level, TlsAlert alert) => SendRecord(ContentType.Alert, [level, (byte)alert]);

    /// <summary>Sends a KeyUpdate and changes our key.</summary>
    public void SendKeyUpdate(KeyUpdateRequest request)
    {
        SendRecord(ContentType.Handshake, [24, 0, 0, 1, (byte)request]);
        Machine.ApplicationKeys.Of(Machine.Self).Update();
        SetKeys(Machine.ApplicationKeys.Of(Machine.Self));
    }

    /// <summary>Sends bytes as they are. That the shim may have closed already is no failure of ours: its alert is still to be read.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _transport.Write(bytes);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>The next protected record gets a damaged tag.</summary>
    public void SendDamagedRecord(ContentType type, ReadOnlySpan<byte> content)
    {
        byte[] record = new byte[RecordProtection.GetRecordSize(content.Length, 0)];
        _keys!.Seal(type, content, record);
        record[^1] ^= 1;
        SendRaw(record);
    }

    /// <summary>Reads until the shim's alert, or the end.</summary>
    public async Task DrainAsync()
    {
        while (Failure is null && (await ReadAsync()).Length > 0)
        {
        }
    }

    public void Dispose()
    {
        Machine.Dispose();
        _tap.Dispose();
        _keys?.Dispose();
        _written.Dispose();
        _received.Dispose();
        _transport.Dispose();
    }

    /// <summary>Takes apart what the handshake wrote, lets the script have its way, and sends it.</summary>
    private void Forward()
    {
        // A client's handshake keys protect what follows its last ClientHello; a server's begin in the midst of a flight.
        if (_keys is null && Machine is ClientHandshake && Machine.Reader.IsProtected)
            UseHandshakeKeys();
        while (true)
        {
            if (_keys is null)
                _tap.EnterHello();
            bool found = _tap.TryRead(_written.Span, out int consumed, default, out RecordReadResult result);
            byte[] message = found && result.Kind == RecordReadKind.Handshake ? result.HandshakeMessage.ToArray() : [];
            _written.Consume(consumed);
            if (!found)
                return;
            if (message.Length > 0)
                Send(message);
        }
    }

    private void Send(byte[] message)
    {
        HandshakeType type = (HandshakeType)message[0];
        Before(type);
        byte[]? edited = Edit(type, message);
        for (ReadOnlySpan<byte> rest = edited; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, HandshakeFragment)..])
            SendRecord(ContentType.Handshake, rest[..Math.Min(rest.Length, HandshakeFragment)]);
        if (type == HandshakeType.ServerHello && !ServerHello.IsHelloRetryRequest(message.AsSpan(4)))
            UseHandshakeKeys();
        if (type == HandshakeType.Finished)
        {
            SetKeys(Machine.ApplicationKeys.Of(Machine.Self));
            _tap.UpdateKeys(Machine.ApplicationKeys.Of(Machine.Self).CreateProtection());
        }

        After(type);
    }

    private void UseHandshakeKeys()
    {
        TrafficSecret secret = Machine.Keys.Of(Machine.Self);
        SetKeys(secret);
        _tap.EnterHandshake(secret.CreateProtection());
    }

    private void SetKeys(TrafficSecret secret)
    {
        _keys?.Dispose();
        _keys = secret.CreateProtection();
    }

    /// <summary>The next event of what has come; <see cref="RecordReadKind.None"/> when more must come.</summary>
    private (RecordReadKind Kind, byte[] Content) TryRead(byte[] destination)
    {
        bool found = Machine.Reader.TryRead(_received.Span, out int consumed, destination, out RecordReadResult result);
        byte[] content = !found ? []
            : result.Kind == RecordReadKind.Handshake ? result.HandshakeMessage.ToArray()
            : result.Kind == RecordReadKind.ApplicationData ? destination[..result.Length]
            : [];
        _received.Consume(consumed);
        return (found ? result.Kind : RecordReadKind.None, content);
    }

    /// <summary>Takes one message, so that the secrets of each stage can be seen before they are discarded.</summary>
    private bool Process()
    {
        (RecordReadKind kind, byte[] content) = TryRead([]);
        if (kind == RecordReadKind.Handshake)
        {
            Received(content);
            Machine.Receive(HandshakeMessage.Parse(content));
        }
        else if (kind != RecordReadKind.None)
            throw TlsError.Received(TlsAlert.CloseNotify);
        return kind != RecordReadKind.None;
    }

    private async Task<bool> ReceiveAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        int count;
        try
        {
            count = await _transport.ReadAsync(_received.GetMemory(16 * 1024), limit.Token);
        }
        catch (IOException)
        {
            count = 0;
        }

        _received.Advance(count);
        return count > 0;
    }
}
