using System.Buffers;
using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <summary>The server's side of a handshake (RFC 9846 §2, appendix A.2): the mirror image of <see cref="ClientHandshake"/>.</summary>
internal sealed partial class ServerHandshake : HandshakeMachine
{
    private HybridTlsServerOptions _options;
    private byte[] _clientHello = [];
    private ServerNegotiation _negotiated = null!;
    private CertificateNegotiation? _certificates;
    private TicketOffer? _offer;
    private bool _retried;

    /// <summary>Creates a server that waits for a ClientHello.</summary>
    /// <param name="options">The options, complete: <see cref="HybridTlsServerOptions.Validate"/> was called.</param>
    /// <param name="output">Where records go.</param>
    /// <param name="select">Chooses the options instead of those' own callback; null for that.</param>
    public ServerHandshake(
        HybridTlsServerOptions options, IBufferWriter<byte> output,
        Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>>? select = null)
        : base(options, PeerRole.Server, output)
    {
        _options = options;
        OptionsSelector = select ?? options.SelectOptions;
        State = ServerState.AwaitClientHello;
    }

    /// <summary>The state.</summary>
    public ServerState State { get; private set; }

    /// <inheritdoc/>
    public override bool IsEstablished => State == ServerState.Established;

    /// <summary>The facts by which the host chooses options (<see cref="HostTask.SelectOptions"/>); null before the ClientHello.</summary>
    public ClientHelloInfo? ClientHelloInfo { get; private set; }

    /// <summary>The callback that chooses.</summary>
    public Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>>? OptionsSelector { get; private set; }

    /// <inheritdoc/>
    public override HybridTlsOptions Options => _options;

    /// <inheritdoc/>
    public override void Receive(in HandshakeMessage message) => State = (State, message.Type) switch // HT-HS-3
    {
        (ServerState.AwaitClientHello, HandshakeType.ClientHello) => ReadClientHello(message),                   // §4.2.2
        (ServerState.AwaitSecondClientHello, HandshakeType.ClientHello) => ReadSecondClientHello(message),       // §4.2.2
        (ServerState.AwaitCertificate, HandshakeType.Certificate) => ReadClientCertificate(message),             // §4.5.1
        (ServerState.AwaitCertificate, HandshakeType.CompressedCertificate) => ReadCompressedCertificate(message), // RFC 8879 §4
        (ServerState.AwaitCertificateVerify, HandshakeType.CertificateVerify) => ReadClientCertificateVerify(message), // §4.5.2
        (ServerState.AwaitFinished, HandshakeType.Finished) => ReadFinished(message),                            // §4.5.3
        (ServerState.Established, HandshakeType.KeyUpdate) => ReadKeyUpdate(message),                            // §4.7.3
        _ => throw Unexpected(State, message.Type), // HT-PHA-2
    };

    /// <summary>Goes on with the options that the host chose.</summary>
    public void UseOptions(HybridTlsServerOptions? options)
    {
        ThrowUnlessPending(HostTask.SelectOptions);
        if (options is null)
        {
            TlsError.Throw(FailureReason.UnknownServerName, ClientHelloInfo!.ServerName); // HT-NEG-8
        }

        Pending = HostTask.None;
        _options = options = options.Seal(selected: true);
        OptionsSelector = null; // and all that it holds
        Reader.MessageLimits = LimitsOf(options);
        State = AnswerClientHello(ClientHello.Parse(_clientHello.AsSpan(HandshakeMessage.HeaderSize)), _clientHello);
    }

    private protected override void ContinueAfterSignature() => State = FinishServerFlight();

    private protected override void ContinueAfterVerdict() => State = IsResuming ? EndHandshake() : ServerState.AwaitFinished;

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _clientHello = [];
    }

    private ServerState ReadClientHello(in HandshakeMessage message)
    {
        Reader.EnterHello();
        ClientHello hello = ClientHello.Parse(message.Body);
        ServerNegotiation.ThrowUnlessTls13(hello);
        ClientHelloInfo = ServerNegotiation.Describe(hello);
        if (OptionsSelector is null)
            return AnswerClientHello(hello, message.Whole);
        _clientHello = message.Whole.ToArray(); // bounded by the record layer's limit for this message
        Pending = HostTask.SelectOptions;
        return ServerState.AwaitOptions;
    }

    private ServerState AnswerClientHello(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        _negotiated = ServerNegotiation.Negotiate(hello, _options);
        if (!OffersTickets(hello))
            _certificates = CertificateNegotiation.Negotiate(hello, _options);
        return _negotiated.HasKeyShare ? WriteServerFlight(hello, whole) : WriteHelloRetryRequest(hello, whole); // HT-HRR-1
    }

    private ServerState WriteHelloRetryRequest(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        Reader.ThrowIfExcess();
        _retried = true;
        _clientHello = whole.ToArray(); // the second must repeat it
        Transcript.Append(whole);
        Transcript.SelectSuite(_negotiated.Suite);
        Transcript.ReplaceWithMessageHash();
        TlsWriter writer = BeginMessage(out int start);
        using (HelloRetryRequest.Begin(writer, hello.SessionId, _negotiated.Suite.Id))
        {
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            KeyShareExtension.WriteSelectedGroup(writer, NamedGroup.X25519MLKem768);
        }

        EndMessage(start);
        FlushFlight();
        if (!hello.SessionId.IsEmpty)
            WriteChangeCipherSpecOnce();
        if (hello.Has(ExtensionType.EarlyData))
            Reader.SkipEarlyDataUntilSecondHello(); // HT-EARLY-1
        return ServerState.AwaitSecondClientHello;
    }

    private ServerState ReadSecondClientHello(in HandshakeMessage message)
    {
        ClientHello second = ClientHello.Parse(message.Body);
        ServerNegotiation.ThrowUnlessTls13(second);
        ServerNegotiation.ThrowUnlessRepeated(ClientHello.Parse(_clientHello.AsSpan(HandshakeMessage.HeaderSize)), second);
        return WriteServerFlight(second, message.Whole);
    }

    /// <summary>Answers the ClientHello that holds a key share.</summary>
    /// <param name="hello">The message.</param>
    /// <param name="whole">The same with its header, which the transcript does not hold yet.</param>
    private ServerState WriteServerFlight(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        ResumeIfOffered(hello, whole);
        _certificates = IsResuming ? null : _certificates ?? CertificateNegotiation.Negotiate(hello, _options);
        Transcript.Append(whole);
        Transcript.SelectSuite(_negotiated.Suite);
        Span<byte> sharedSecret = stackalloc byte[X25519MLKem768.SharedSecretSizeInBytes];
        WriteServerHello(hello, sharedSecret);
        FlushFlight();
        if (!hello.SessionId.IsEmpty)
            WriteChangeCipherSpecOnce();
        StartHandshakeKeys(_negotiated.Suite, sharedSecret, hello.Random);
        Writer.SetKeys(OwnHandshakeSecret.CreateProtection());
        Reader.EnterHandshake(PeerHandshakeSecret.CreateProtection(), skipsEarlyData: hello.Has(ExtensionType.EarlyData));

        WriteEncryptedExtensions();
        if (IsResuming)
            return FinishServerFlight();
        AuthenticatedAt = _options.TimeProvider.GetUtcNow();
        if (_options.ClientCertificateMode != ClientAuthenticationMode.NoCertificate) // HT-PHA-1
            WriteCertificateRequest();
        WriteCertificate(_options.Credential);
        return TryWriteCertificateVerify(_options.Credential!) ? FinishServerFlight() : ServerState.AwaitSignature;
    }

    private void WriteServerHello(in ClientHello hello, Span<byte> sharedSecret)
    {
        hello.KeyShares.TryFind(NamedGroup.X25519MLKem768, out ReadOnlySpan<byte> clientShare);
        Span<byte> serverShare = stackalloc byte[X25519MLKem768.ServerShareSizeInBytes];
        try
        {
            X25519MLKem768.Respond(clientShare, serverShare, sharedSecret); // HT-KEX-2
        }
        catch (HybridKeyAgreementException exception)
        {
            throw TlsError.CreateFrom(exception, FailureReason.InvalidKeyShare, "client", exception.Message); // HT-KEX-3
        }

        Span<byte> random = stackalloc byte[ClientHello.RandomSize];
        Entropy.Fill(random);
        TlsWriter writer = BeginMessage(out int start);
        using (ServerHello.Begin(writer, random, hello.SessionId, _negotiated.Suite.Id))
        {
            KeyShareExtension.WriteServerShare(writer, NamedGroup.X25519MLKem768, serverShare);
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            if (IsResuming)
                PreSharedKeyExtension.WriteSelected(writer, _offer!.Identity);
        }

        EndMessage(start);
    }

    private void WriteEncryptedExtensions()
    {
        TlsWriter writer = BeginMessage(out int start);
        using (EncryptedExtensions.Begin(writer))
        {
            if (_negotiated.ServerName is not null && !IsResuming) // RFC 6066 §3 forbids it in a resumption
                ServerNameExtension.WriteAcknowledgement(writer); // HT-NEG-12
            if (_negotiated.ApplicationProtocol.Protocol is { IsEmpty: false } protocol)
                AlpnExtension.WriteSelected(writer, protocol.Span);
            if (_negotiated.PeerRecordSizeLimit is { } peerLimit)
            {
                RecordSizeLimitExtension.Write(writer, _options.RecordSizeLimit ?? RecordLimits.MaxInnerPlaintext); // HT-NEG-13
                Writer.RecordSizeLimit = peerLimit;
                Reader.RecordSizeLimit = _options.RecordSizeLimit ?? RecordLimits.MaxInnerPlaintext;
            }

            if (_negotiated.RequestedTickets is not null && _negotiated.IssuesTickets)
                TicketRequestExtension.WriteHint(writer, (byte)TicketsToSend);
            if (_certificates is { AnswersClientCertificateType: true })
                CertificateTypeExtension.WriteSelected(writer, ExtensionType.ClientCertificateType, _certificates.ClientCertificateType);
            // In a resumption, too: a client that accepts raw public keys alone takes its absence for X.509.
            if (_negotiated.AnswersServerCertificateType)
                CertificateTypeExtension.WriteSelected(writer, ExtensionType.ServerCertificateType, CertificateTypeOf(_options.Credential!)); // HT-RES-22
        }

        EndMessage(start);
        if (_certificates is null)
            return;
        PeerCertificateType = _certificates.ClientCertificateType;
        OwnCertificateType = _certificates.ServerCertificateType;
        OwnCompression = _certificates.Compression;
    }

    private void WriteCertificateRequest()
    {
        TlsWriter writer = BeginMessage(out int start);
        using (CertificateRequest.Begin(writer))
        {
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
            if ((_options.CertificateAuthorities ?? (_options.SendCertificateAuthorities ? _options.PeerValidation!.AnchorSubjects : null))
                is { Count: > 0 } names) // HT-AUTH-11
                CertificateAuthoritiesExtension.Write(writer, names);
            if (CertificateCompressor.Algorithms(_options.CertificateCompression) is { Length: > 0 } algorithms)
                CompressCertificateExtension.Write(writer, algorithms);
        }

        EndMessage(start);
    }

    private ServerState FinishServerFlight()
    {
        WriteFinished();
        FlushFlight();
        _clientHello = [];
        StartApplicationKeys();
        Writer.SetKeys(CreateOwnApplicationProtection());
        return IsResuming || _options.ClientCertificateMode == ClientAuthenticationMode.NoCertificate ? ServerState.AwaitFinished : ServerState.AwaitCertificate;
    }

    private ServerState ReadCompressedCertificate(in HandshakeMessage message)
    {
        if (_options.CertificateCompression == CertificateCompression.None)
            throw Unexpected(State, message.Type);
        return ReadClientCertificate(message);
    }

    private ServerState ReadClientCertificate(in HandshakeMessage message)
    {
        if (ReadCertificate(message))
            return ServerState.AwaitCertificateVerify;
        if (_options.ClientCertificateMode == ClientAuthenticationMode.RequireCertificate)
        {
            TlsError.Throw(FailureReason.ClientCertificateMissing); // HT-AUTH-8
        }

        return ServerState.AwaitFinished;
    }

    private ServerState ReadClientCertificateVerify(in HandshakeMessage message) =>
        ReadCertificateVerify(message) ? ServerState.AwaitVerdict : ServerState.AwaitFinished;

    private ServerState ReadFinished(in HandshakeMessage message)
    {
        VerifyFinished(message);
        Reader.EnterApplication(CreatePeerApplicationProtection());

        // The callback is asked of those alone who have proved themselves: a ClientHello may be a replay, its binder and all.
        return IsResuming && HasPeerJudged() ? ServerState.AwaitVerdict : EndHandshake(); // HT-RES-16
    }

    private ServerState EndHandshake()
    {
        int tickets = _negotiated.IssuesTickets ? TicketsToSend : 0;
        Complete(
            Describe(new NegotiatedParameters
            {
                ApplicationProtocol = _negotiated.ApplicationProtocol,
                ServerName = _negotiated.ServerName,
                UsedHelloRetryRequest = _retried,
                IsResumed = IsResuming,
                ResumptionRefusal = _offer?.Refusal,
            }),
            resumable: tickets > 0);
        if (tickets > 0)
            WriteTickets(tickets);

        // An idle connection keeps no more than it needs.
        _negotiated = null!;
        _certificates = null;
        _offer = null;
        return ServerState.Established;
    }

    private ServerState ReadKeyUpdate(in HandshakeMessage message)
    {
        KeyUpdates.Receive(message);
        return ServerState.Established;
    }
}
