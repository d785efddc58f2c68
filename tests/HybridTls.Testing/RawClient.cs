using System.Buffers;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Tests.Handshake;
using HybridTls.Tests.KeySchedule;

namespace HybridTls.Tests.Transport;

/// <summary>
/// A client written anew from the key schedule and the record layer, so that it can offer what <see cref="ClientHandshake"/> never does:
/// a PSK, early data, post-handshake authentication. It believes whom it talks to.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private readonly Stream _transport;
    private readonly X25519MLKem768 _keyShare = X25519MLKem768.Generate();
    private readonly Transcript _transcript = new();
    private readonly CipherSuiteParameters _suite = CipherSuiteParameters.Aes256GcmSha384;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly RecordReader _reader = new();
    private readonly RecordWriter _writer = new();
    private readonly byte[] _destination = new byte[RecordLimits.MaxInnerPlaintext];
    private readonly byte[] _received = new byte[128 * 1024];
    private byte[]? _psk;
    private int _start;
    private int _end;

    public RawClient(Stream transport)
    {
        _reader.EnterHello();
        _transport = transport;
        Schedule = new SecretSchedule(_suite);
        using ClientHandshake template = new(TestIdentities.ClientOptions(), _output);
        template.Start();
        byte[] share = new byte[X25519MLKem768.ClientShareSizeInBytes];
        _keyShare.ExportClientShare(share);
        Share = [0x04, 0xC4, 0x11, 0xEC, 0x04, 0xC0, .. share];
        Hello = new EditableMessage(_output.WrittenSpan[RecordLimits.HeaderSize..].ToArray());
        Hello.SetSuites(_suite.Id);
        Hello.Set(ExtensionType.KeyShare, Share);
        _output.Clear();
    }

    /// <summary>The ClientHello that is to be sent; a test changes it.</summary>
    public EditableMessage Hello { get; }

    /// <summary>A key_share extension with our share.</summary>
    public byte[] Share { get; }

    public SecretSchedule Schedule { get; }

    /// <summary>The messages of the server's flight.</summary>
    public List<HandshakeType> Flight { get; } = [];

    /// <summary>The extensions of EncryptedExtensions.</summary>
    public List<ExtensionType> Accepted { get; private set; } = [];

    /// <summary>Whether the server took the PSK.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>The last ticket that came, with its PSK and its age_add.</summary>
    public (byte[] Identity, byte[] Psk, uint AgeAdd) Ticket { get; private set; }

    /// <summary>Adds a PSK from outside with its binder, and perhaps an offer of early data under it.</summary>
    public byte[] OfferPsk(ReadOnlySpan<byte> identity, bool earlyData)
    {
        byte[] psk = RandomNumberGenerator.GetBytes(48);
        OfferPsk(identity, psk, age: 0, resumption: false, earlyData);
        return psk;
    }

    /// <summary>Adds a ticket that another client got, and an offer of early data under it.</summary>
    public byte[] OfferTicket((byte[] Identity, byte[] Psk, uint AgeAdd) ticket)
    {
        OfferPsk(ticket.Identity, ticket.Psk, ticket.AgeAdd, resumption: true, earlyData: true);
        return _psk = ticket.Psk;
    }

    /// <summary>Puts the ClientHello into the output.</summary>
    public void WriteHello()
    {
        byte[] hello = Hello.ToArray();
        _transcript.Append(hello);
        _writer.WriteHandshake(_output, hello);
    }

    /// <summary>Puts 0-RTT records under a key that the server never learns, and the ChangeCipherSpec before them, into the output.</summary>
    public void WriteEarlyData(int records, int size)
    {
        using RecordWriter writer = new();
        writer.WriteChangeCipherSpec(_output);
        writer.SetKeys(new RecordProtection(_suite.Aead, RandomNumberGenerator.GetBytes(_suite.KeySize), new byte[RecordProtection.IvSize]));
        for (int i = 0; i < records; i++)
            writer.WriteApplicationData(_output, RandomNumberGenerator.GetBytes(size));
    }

    public async Task FlushAsync()
    {
        byte[] bytes = _output.WrittenSpan.ToArray();
        _output.Clear();
        await _transport.WriteAsync(bytes, TestContext.Current.CancellationToken);
    }

    /// <summary>Takes a HelloRetryRequest and puts the second ClientHello, as <see cref="Hello"/> then says, into the output.</summary>
    public async Task ReadRetryAsync()
    {
        byte[] retry = await ReadMessageAsync();
        Assert.True(ServerHello.IsHelloRetryRequest(retry.AsSpan(4)));
        _transcript.SelectSuite(_suite);
        _transcript.ReplaceWithMessageHash();
        _transcript.Append(retry);
    }

    /// <summary>Reads the server's flight and answers it with Finished.</summary>
    public async Task FinishAsync()
    {
        byte[] hello = await ReadMessageAsync();
        Assert.Equal((byte)HandshakeType.ServerHello, hello[0]);
        ReadServerHello(hello);
        while (Flight.LastOrDefault() != HandshakeType.Finished)
        {
            byte[] message = await ReadMessageAsync();
            Flight.Add((HandshakeType)message[0]);
            if (message[0] == (byte)HandshakeType.EncryptedExtensions)
                Accepted = [.. new EditableMessage(message).Extensions.Select(static extension => extension.Type)];
            _transcript.Append(message);
        }

        byte[] hash = new byte[_suite.HashSize], verifyData = new byte[_suite.HashSize];
        _transcript.GetHash(hash);
        Schedule.ClientHandshake.ComputeVerifyData(hash, verifyData);
        byte[] finished = [20, 0, 0, (byte)verifyData.Length, .. verifyData];
        _writer.WriteHandshake(_output, finished);
        Schedule.StartApplication(hash);
        _transcript.Append(finished);
        _transcript.GetHash(hash);
        Schedule.FinishHandshake(hash);
        _writer.SetKeys(Schedule.ClientApplication.CreateProtection());
        _reader.EnterApplication(Schedule.ServerApplication.CreateProtection());
        await FlushAsync();
    }

    /// <summary>Sends application data.</summary>
    public async Task SendAsync(byte[] data)
    {
        _writer.WriteApplicationData(_output, data);
        await FlushAsync();
    }

    /// <summary>Reads a record of application data, and passes over messages such as tickets.</summary>
    public async Task<byte[]> ReadDataAsync()
    {
        while (true)
        {
            (RecordReadKind kind, byte[] content) = await ReadAsync();
            if (kind == RecordReadKind.ApplicationData)
                return content;
            Assert.Equal((RecordReadKind.Handshake, (byte)HandshakeType.NewSessionTicket), (kind, content[0]));
            ReadTicket(content);
        }
    }

    public void Dispose()
    {
        _keyShare.Dispose();
        _transcript.Dispose();
        _reader.Dispose();
        _writer.Dispose();
        Schedule.Dispose();
    }

    private void OfferPsk(ReadOnlySpan<byte> identity, byte[] psk, uint age, bool resumption, bool earlyData)
    {
        Hello.Set(ExtensionType.PskKeyExchangeModes, 1, 1);
        if (earlyData)
            Hello.Set(ExtensionType.EarlyData);
        byte[] entry = [(byte)(identity.Length >> 8), (byte)identity.Length, .. identity, (byte)(age >> 24), (byte)(age >> 16), (byte)(age >> 8), (byte)age];
        Hello.Remove(ExtensionType.PreSharedKey);
        Hello.Set(ExtensionType.PreSharedKey, [(byte)(entry.Length >> 8), (byte)entry.Length, .. entry, 0, 49, 48, .. new byte[48]]);
        using SecretBlock secrets = new();
        EarlySecret early = new(_suite, secrets, psk);
        byte[] binder = new byte[48];
        early.ComputeBinder(resumption, CryptographicOperations.HashData(_suite.Hash, Hello.ToArray().AsSpan()[..^51]), binder);
        Hello.Set(ExtensionType.PreSharedKey, [(byte)(entry.Length >> 8), (byte)entry.Length, .. entry, 0, 49, 48, .. binder]);
    }

    private void ReadServerHello(byte[] message)
    {
        ServerHello hello = ServerHello.Parse(message.AsSpan(4));
        IsResumed = hello.Extensions.Types.Contains(ExtensionType.PreSharedKey);
        if (IsResumed)
            Schedule.StartEarly(_psk);
        KeyShareEntry share = hello.KeyShare;
        byte[] secret = new byte[64], hash = new byte[_suite.HashSize];
        _keyShare.Finish(share.KeyExchange, secret);
        _transcript.SelectSuite(_suite);
        _transcript.Append(message);
        _transcript.GetHash(hash);
        Schedule.StartHandshake(secret, hash);
        _reader.EnterHandshake(Schedule.ServerHandshake.CreateProtection());
        _writer.SetKeys(Schedule.ClientHandshake.CreateProtection());
    }

    private void ReadTicket(byte[] message)
    {
        NewSessionTicket ticket = NewSessionTicket.Parse(message.AsSpan(4));
        Assert.False(ticket.Extensions.Contains(ExtensionType.EarlyData));
        byte[] psk = new byte[_suite.HashSize];
        Schedule.Resumption!.DerivePsk(ticket.Nonce, psk);
        Ticket = (ticket.Ticket.ToArray(), psk, ticket.AgeAdd);
    }

    private async Task<byte[]> ReadMessageAsync()
    {
        (RecordReadKind kind, byte[] message) = await ReadAsync();
        Assert.Equal(RecordReadKind.Handshake, kind);
        return message;
    }

    private async Task<(RecordReadKind Kind, byte[] Content)> ReadAsync()
    {
        while (true)
        {
            if (TryRead(out RecordReadKind kind, out byte[] content))
                return (kind, content);
            int count = await _transport.ReadAsync(_received.AsMemory(_end), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, count);
            _end += count;
        }
    }

    private bool TryRead(out RecordReadKind kind, out byte[] content)
    {
        bool found = _reader.TryRead(_received.AsSpan(_start, _end - _start), out int consumed, _destination, out RecordReadResult result);
        _start += consumed;
        kind = found ? result.Kind : RecordReadKind.None;
        content = kind == RecordReadKind.Handshake ? result.HandshakeMessage.ToArray()
            : kind == RecordReadKind.ApplicationData ? _destination[..result.Length] : [];
        return found;
    }
}
