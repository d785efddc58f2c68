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
    private ServerAnswer? _answer;

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

    private ServerAnswer Answer => _answer ?? throw new InvalidOperationException("No ClientHello is being answered.");

    private bool IsResuming => _answer is { IsResuming: true };

    private bool RequestsCertificate => !IsResuming && _options.ClientCertificateMode != ClientAuthenticationMode.NoCertificate;

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
        ServerAnswer answer = _answer = new ServerAnswer(ServerNegotiation.Negotiate(hello, _options));
        if (!OffersTickets(hello))
            answer.Certificates = CertificateNegotiation.Negotiate(hello, _options);
        return answer.Terms.HasKeyShare ? WriteServerFlight(hello, whole) : WriteHelloRetryRequest(hello, whole); // HT-HRR-1
    }

    private ServerState WriteHelloRetryRequest(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        Reader.ThrowIfExcess();
        Answer.Retried = true;
        _clientHello = whole.ToArray(); // the second must repeat it
        Transcript.Append(whole);
        Transcript.SelectSuite(Answer.Terms.Suite);
        Transcript.ReplaceWithMessageHash();
        TlsWriter writer = BeginMessage(out int start);
        using (HelloRetryRequest.Begin(writer, hello.SessionId, Answer.Terms.Suite.Id))
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
        NegotiateCertificates(hello);
        WriteServerHello(hello, whole);
        WriteEncryptedExtensions();
        WriteCertificateRequest();
        WriteCertificate();
        return TryWriteCertificateVerify() ? FinishServerFlight() : ServerState.AwaitSignature;
    }

    /// <summary>Agrees on what a handshake by certificate needs, unless a session is resumed.</summary>
    private void NegotiateCertificates(in ClientHello hello)
    {
        CertificateNegotiation? certificates = IsResuming ? null : Answer.Certificates ?? CertificateNegotiation.Negotiate(hello, _options);
        Answer.Certificates = certificates;
        if (certificates is null)
            return;
        AuthenticatedAt = _options.TimeProvider.GetUtcNow();
        PeerCertificateType = certificates.ClientCertificateType;
        OwnCertificateType = certificates.ServerCertificateType;
        OwnCompression = certificates.Compression;
    }

    /// <summary>Writes ServerHello (§4.2.3); what follows is under the keys of the handshake.</summary>
    private void WriteServerHello(in ClientHello hello, ReadOnlySpan<byte> whole)
    {
        Transcript.Append(whole);
        Transcript.SelectSuite(Answer.Terms.Suite);
        Span<byte> sharedSecret = stackalloc byte[X25519MLKem768.SharedSecretSizeInBytes];
        WriteServerHelloMessage(hello, sharedSecret);
        FlushFlight();
        if (!hello.SessionId.IsEmpty)
            WriteChangeCipherSpecOnce();
        StartHandshakeKeys(Answer.Terms.Suite, sharedSecret, hello.Random);
        Writer.SetKeys(Keys.Server.CreateProtection());
        Reader.EnterHandshake(Keys.Client.CreateProtection(), skipsEarlyData: hello.Has(ExtensionType.EarlyData));
    }

    private void WriteServerHelloMessage(in ClientHello hello, Span<byte> sharedSecret)
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
        using (ServerHello.Begin(writer, random, hello.SessionId, Answer.Terms.Suite.Id))
        {
            KeyShareExtension.WriteServerShare(writer, NamedGroup.X25519MLKem768, serverShare);
            SupportedVersionsExtension.WriteSelected(writer, ProtocolVersion.Tls13);
            if (IsResuming)
                PreSharedKeyExtension.WriteSelected(writer, Answer.Offer!.Identity);
        }

        EndMessage(start);
    }

    private void WriteEncryptedExtensions()
    {
        ServerNegotiation terms = Answer.Terms;
        TlsWriter writer = BeginMessage(out int start);
        using (EncryptedExtensions.Begin(writer))
        {
            if (terms.ServerName is not null && !IsResuming) // RFC 6066 §3 forbids it in a resumption
                ServerNameExtension.WriteAcknowledgement(writer); // HT-NEG-12
            if (terms.ApplicationProtocol.Protocol is { IsEmpty: false } protocol)
                AlpnExtension.WriteSelected(writer, protocol.Span);
            if (terms.PeerRecordSizeLimit is { } peerLimit)
            {
                RecordSizeLimitExtension.Write(writer, _options.RecordSizeLimit ?? RecordLimits.MaxInnerPlaintext); // HT-NEG-13
                Writer.RecordSizeLimit = peerLimit;
                Reader.RecordSizeLimit = _options.RecordSizeLimit ?? RecordLimits.MaxInnerPlaintext;
            }

            if (terms.RequestedTickets is not null && terms.IssuesTickets)
                TicketRequestExtension.WriteHint(writer, (byte)TicketsToSend);
            if (Answer.Certificates is { AnswersClientCertificateType: true } certificates)
                CertificateTypeExtension.WriteSelected(writer, ExtensionType.ClientCertificateType, certificates.ClientCertificateType);
            // In a resumption, too: a client that accepts raw public keys alone takes its absence for X.509.
            if (terms.AnswersServerCertificateType)
                CertificateTypeExtension.WriteSelected(writer, ExtensionType.ServerCertificateType, CertificateTypeOf(_options.Credential!)); // HT-RES-22
        }

        EndMessage(start);
    }

    private void WriteCertificateRequest()
    {
        if (!RequestsCertificate)
            return; // HT-PHA-1
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

    private void WriteCertificate()
    {
        if (!IsResuming)
            WriteCertificate(_options.Credential);
    }

    /// <summary>Whether the flight goes on at once: the signature is written, or none is needed.</summary>
    private bool TryWriteCertificateVerify() => IsResuming || TryWriteCertificateVerify(_options.Credential!);

    private ServerState FinishServerFlight()
    {
        WriteFinished();
        FlushFlight();
        _clientHello = [];
        StartApplicationKeys();
        Writer.SetKeys(CreateOwnApplicationProtection());
        return RequestsCertificate ? ServerState.AwaitCertificate : ServerState.AwaitFinished;
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
        ServerAnswer answer = Answer;
        int tickets = answer.Terms.IssuesTickets ? TicketsToSend : 0;
        Complete(
            Describe(new NegotiatedParameters
            {
                ApplicationProtocol = answer.Terms.ApplicationProtocol,
                ServerName = answer.Terms.ServerName,
                UsedHelloRetryRequest = answer.Retried,
                IsResumed = answer.IsResuming,
                ResumptionRefusal = answer.Offer?.Refusal,
            }),
            resumable: tickets > 0);
        if (Resumption is { } secret)
            WriteTickets(secret, tickets);

        // An idle connection keeps no more than it needs.
        _answer = null;
        return ServerState.Established;
    }

    private ServerState ReadKeyUpdate(in HandshakeMessage message)
    {
        Established.KeyUpdates.Receive(message);
        return ServerState.Established;
    }
}
