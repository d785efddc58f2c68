using System.Buffers;
using System.Security.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

namespace HybridTls.Handshake;

/// <summary>
/// What both sides of a handshake have in common: the flight that is being written, the transcript, the key schedule, the two halves
/// of the record layer. It takes complete messages and writes records; it does no I/O and never awaits. Where the host has to decide
/// it stops with a <see cref="Pending"/> task.
/// </summary>
internal abstract partial class HandshakeMachine : IDisposable
{
    private readonly TlsWriter _flight = new(capacity: 4096);
    private SecretBlock? _secrets;
    private EarlySecret? _early;
    private HandshakeSecrets? _keys;
    private ApplicationSecrets? _applicationKeys;
    private Established? _established;
    private bool _sentChangeCipherSpec;
    private bool _owesChangeCipherSpec;
    private bool _disposed;

    private protected HandshakeMachine(HybridTlsOptions options, PeerRole self, IBufferWriter<byte> output)
    {
        Self = self;
        Output = output;
        Reader = new RecordReader(LimitsOf(options));
    }

    /// <summary>The receiving half of the record layer.</summary>
    public RecordReader Reader { get; }

    /// <summary>The sending half of the record layer.</summary>
    public RecordWriter Writer { get; } = new();

    /// <summary>What the host has to do before the handshake goes on.</summary>
    public HostTask Pending { get; private protected set; }

    /// <summary>Whether application data may flow.</summary>
    public abstract bool IsEstablished { get; }

    /// <summary>What was agreed on; null until the handshake is complete.</summary>
    public NegotiatedParameters? Parameters => _established?.Parameters;

    /// <summary>What the connection has once the handshake is complete.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public Established Established => _established ?? throw new InvalidOperationException("The handshake is not complete.");

    /// <summary>The secrets of the handshake, from ServerHello on.</summary>
    /// <exception cref="InvalidOperationException">ServerHello has not come yet.</exception>
    internal HandshakeSecrets Keys => _keys ?? throw new InvalidOperationException("There are no keys before ServerHello.");

    /// <summary>The memory of all secrets, for the tests that scan it; null before there are any.</summary>
    internal SecretBlock? Secrets => _secrets;

    /// <summary>Which side we are.</summary>
    public PeerRole Self { get; }

    /// <summary>Where records go; the host sends them whenever this machine returns.</summary>
    public IBufferWriter<byte> Output { get; }

    /// <summary>Our options; a server's may be replaced by the ClientHello.</summary>
    public abstract HybridTlsOptions Options { get; }

    private protected Transcript Transcript { get; } = new();

    private protected CipherSuiteParameters Suite => Keys.Suite;

    /// <summary>The secret of the session that is offered, or that is being resumed, until ServerHello.</summary>
    private protected EarlySecret? Early => _early;

    /// <summary>The secret of tickets; null if none is made, or no longer.</summary>
    private protected ResumptionSecret? Resumption { get; set; }

    /// <summary>The secrets of application data, from the server's Finished on.</summary>
    /// <exception cref="InvalidOperationException">It has not come yet.</exception>
    internal ApplicationSecrets ApplicationKeys => _applicationKeys ?? throw new InvalidOperationException("There are no keys of application data before the server's Finished.");

    /// <summary>Takes one message: the only way by which a peer changes the state.</summary>
    /// <exception cref="HybridTlsException">The message is not allowed now, or breaks a rule; the connection is lost.</exception>
    public abstract void Receive(in HandshakeMessage message);

    /// <summary>
    /// Takes what the peer sent, as far as the handshake can go: until it is complete, waits for the host, or needs more bytes.
    /// </summary>
    /// <param name="input">Bytes from the transport.</param>
    /// <returns>The number of bytes used; the rest is to be offered again.</returns>
    /// <exception cref="HybridTlsException">The peer broke a rule or sent an alert.</exception>
    public int Process(ReadOnlySpan<byte> input) // HT-HS-6
    {
        int used = 0;
        while (CanReceive)
        {
            bool found = Reader.TryRead(input[used..], out int consumed, default, out RecordReadResult result);
            used += consumed;
            if (!found)
                break;
            Receive(result);
        }

        return used;
    }

    /// <summary>As the other overload, for input in pieces; only a record that lies in two of them is copied.</summary>
    /// <returns>Where the bytes used end.</returns>
    public SequencePosition Process(in ReadOnlySequence<byte> input)
    {
        SequencePosition used = input.Start, examined = input.Start;
        while (CanReceive && Reader.TryRead(input.Slice(used), ref used, ref examined, default, out RecordReadResult result))
            Receive(result);
        return used;
    }

    private bool CanReceive => Pending == HostTask.None && !IsEstablished; // HT-HS-4

    private void Receive(in RecordReadResult result)
    {
        if (result.Kind != RecordReadKind.Handshake)
            throw TlsError.Received(TlsAlert.CloseNotify);
        Receive(HandshakeMessage.Parse(result.HandshakeMessage));
    }

    /// <summary>Whether an alert was written.</summary>
    public bool AlertWritten { get; private set; }

    /// <summary>Writes the alert of a failure that we found, or close_notify.</summary>
    public void WriteAlert(TlsAlert alert)
    {
        AlertWritten = true;
        // What comes next is protected, and a middlebox expects a ChangeCipherSpec before it, whatever it is.
        if (_owesChangeCipherSpec && !_sentChangeCipherSpec)
            Writer.WriteChangeCipherSpec(Output);
        Writer.WriteAlert(Output, alert);
    }

    /// <summary>Zeroes every secret.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected virtual void Dispose(bool disposing) // HT-KEY-7
    {
        _flight.Dispose();
        Transcript.Dispose();
        _secrets?.Dispose();
        Reader.Dispose();
        Writer.Dispose();
    }

    /// <summary>The failure of a message that the state does not allow.</summary>
    private protected static HybridTlsException Unexpected<TState>(TState state, HandshakeType type)
        where TState : struct, Enum =>
        TlsError.Create(FailureReason.UnexpectedMessage, type, state); // HT-HS-1

    /// <summary>A message being written: it enters the transcript when <see cref="EndMessage"/> is called.</summary>
    private protected TlsWriter BeginMessage(out int start)
    {
        start = _flight.Length;
        return _flight;
    }

    /// <summary>The message written since <paramref name="start"/>, for values that depend on the rest of it.</summary>
    private protected Span<byte> WrittenSince(int start) => _flight.Written[start..];

    /// <summary>Adds the message written since <paramref name="start"/> to the transcript.</summary>
    private protected void EndMessage(int start) => Transcript.Append(_flight.Written[start..]);

    /// <summary>Protects the flight with the present key and hands it to the output.</summary>
    private protected void FlushFlight() // HT-WIRE-7
    {
        if (_flight.Length == 0)
            return;
        Writer.WriteHandshake(Output, _flight.Written);
        _flight.Dispose(); // it rents anew if it must: a server's flight takes 16 KiB, and the peer may never answer
    }

    /// <summary>
    /// Leaves the ChangeCipherSpec to the flight, or to the alert, that follows: by itself it would be a packet of its own, which a server
    /// that gives up in its flight answers with a reset.
    /// </summary>
    private protected void OweChangeCipherSpec() => _owesChangeCipherSpec = true;

    /// <summary>Sends the one ChangeCipherSpec of middlebox compatibility mode (appendix E.4).</summary>
    private protected void WriteChangeCipherSpecOnce() // HT-WIRE-5
    {
        if (_sentChangeCipherSpec)
            return;
        _sentChangeCipherSpec = true;
        FlushFlight();
        Writer.WriteChangeCipherSpec(Output);
    }

    /// <summary>Mixes the result of the key agreement in; the transcript ends with ServerHello.</summary>
    /// <param name="suite">The negotiated suite.</param>
    /// <param name="sharedSecret">64 bytes, cleared here.</param>
    /// <param name="clientRandom">The random of the ClientHello, by which the key log names a connection.</param>
    private protected void StartHandshakeKeys(CipherSuiteParameters suite, Span<byte> sharedSecret, ReadOnlySpan<byte> clientRandom)
    {
        try
        {
            Span<byte> hash = stackalloc byte[suite.HashSize];
            Transcript.GetHash(hash);
            _keys = new HandshakeSecrets(suite, _secrets ??= new SecretBlock(), _early, sharedSecret, hash, Options.CreateKeyLog(clientRandom));
            _early = null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(sharedSecret);
        }
    }

    /// <summary>Extracts the early secret of a session, in place of that of another one or of another suite.</summary>
    private protected EarlySecret StartEarly(CipherSuiteParameters suite, ReadOnlySpan<byte> psk)
    {
        AbandonEarly();
        return _early = new EarlySecret(suite, _secrets ??= new SecretBlock(), psk);
    }

    /// <summary>Forgets the session, which the server did not choose: the handshake goes on as one without.</summary>
    private protected void AbandonEarly()
    {
        _early?.Dispose();
        _early = null;
    }

    /// <summary>Writes our Finished (§4.5.3) and leaves it in the flight.</summary>
    private protected void WriteFinished()
    {
        Span<byte> hash = stackalloc byte[Suite.HashSize];
        Span<byte> verifyData = stackalloc byte[Suite.HashSize];
        Transcript.GetHash(hash);
        Keys.Of(Self).ComputeVerifyData(hash, verifyData);
        TlsWriter writer = BeginMessage(out int start);
        Finished.Write(writer, verifyData);
        EndMessage(start);
    }

    /// <summary>Verifies the peer's Finished (§4.5.3) and adds it to the transcript.</summary>
    private protected void VerifyFinished(in HandshakeMessage message)
    {
        Finished finished = Finished.Parse(message.Body, Suite.HashSize);
        Span<byte> hash = stackalloc byte[Suite.HashSize];
        Transcript.GetHash(hash);
        if (!Keys.Of(PeerSide).Verify(hash, finished.VerifyData))
            TlsError.Throw(FailureReason.Finished); // HT-HS-9
        Transcript.Append(message.Whole);
    }

    /// <summary>Derives the application secrets; the transcript ends with the server's Finished.</summary>
    private protected void StartApplicationKeys()
    {
        Span<byte> hash = stackalloc byte[Suite.HashSize];
        Transcript.GetHash(hash);
        _applicationKeys = Keys.StartApplication(hash);
    }

    /// <summary>Ends the handshake; the transcript ends with the client's Finished.</summary>
    /// <param name="parameters">What was agreed on.</param>
    /// <param name="resumable">Whether the resumption secret is derived and kept, for tickets.</param>
    private protected void Complete(NegotiatedParameters parameters, bool resumable)
    {
        Span<byte> hash = stackalloc byte[resumable ? Suite.HashSize : 0];
        if (resumable)
            Transcript.GetHash(hash);
        Resumption = Keys.Finish(hash);
        Transcript.Dispose();
        _flight.Dispose();
        KeyUpdates keyUpdates = new(this, ApplicationKeys.Of(Self), ApplicationKeys.Of(PeerSide), KeyUsage);
        _established = new Established(parameters, ApplicationKeys, keyUpdates); // HT-HS-10, HT-AUTH-6
    }

    /// <summary>The protection of our application data, renewed earlier if the options say so.</summary>
    private protected RecordProtection CreateOwnApplicationProtection() =>
        ApplicationKeys.Of(Self).CreateProtection(KeyUsage);

    /// <summary>The protection of the peer's application data.</summary>
    private protected RecordProtection CreatePeerApplicationProtection() =>
        ApplicationKeys.Of(PeerSide).CreateProtection(KeyUsage);

    /// <summary>The limits of messages that <paramref name="options"/> set.</summary>
    private protected static HandshakeMessageLimits LimitsOf(HybridTlsOptions options) => new() { Certificate = options.MaxCertificateMessageSize };

    /// <summary>After how much use the options want a key to be replaced.</summary>
    private KeyUsage KeyUsage => new((ulong?)Options.KeyUpdateAfterRecords, (ulong?)Options.KeyUpdateAfterBytes);
}
