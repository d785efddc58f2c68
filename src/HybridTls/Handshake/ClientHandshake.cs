using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <summary>The client's side of a handshake (RFC 9846 §2, appendix A.1): the mirror image of <see cref="ServerHandshake"/>.</summary>
internal sealed partial class ClientHandshake : HandshakeMachine
{
    private readonly HybridTlsClientOptions _options;
    private readonly ClientHelloTemplate _template;
    private readonly X25519MLKem768 _keyShare = X25519MLKem768.Generate(); // HT-KEX-1
    private ExtensionSet _offered;
    private CipherSuiteParameters? _retrySuite;
    private SslApplicationProtocol _applicationProtocol;
    private bool _certificateRequested;
    private ClientSession? _session;
    private bool _shareSent;
    private bool _resumed;
    private HybridTlsCredential? _credential;
    private bool _credentialSuits;

    /// <summary>Creates a client; <see cref="Start"/> writes its ClientHello.</summary>
    /// <param name="options">The options, complete: <see cref="HybridTlsClientOptions.Validate"/> was called.</param>
    /// <param name="output">Where records go.</param>
    public ClientHandshake(HybridTlsClientOptions options, IBufferWriter<byte> output)
        : base(options, PeerRole.Client, output)
    {
        _options = options;
        _template = new ClientHelloTemplate(options);
        _credential = options.Credential;
        State = ClientState.Start;
    }

    /// <summary>The state.</summary>
    public ClientState State { get; private set; }

    /// <inheritdoc/>
    public override bool IsEstablished => State == ClientState.Established;

    /// <inheritdoc/>
    public override HybridTlsOptions Options => _options;

    /// <summary>Sends the key share only after a HelloRetryRequest asked for it: costs a round trip, for tests of peers.</summary>
    internal bool WithholdKeyShare { get; init; }

    /// <inheritdoc/>
    public override HybridTlsCredential? Credential => _credential;

    private protected override string? ExpectedPeerName => _options.TargetHost;

    /// <summary>Writes the ClientHello.</summary>
    public void Start()
    {
        if (State != ClientState.Start)
            throw new InvalidOperationException("The handshake has begun already.");
        TakeSession();
        Reader.OwnCertificateHint = DescribeMissingCredential();
        Writer.PlaintextVersion = RecordHeader.InitialVersion;
        WriteClientHello(WithholdKeyShare ? ClientHelloShares.None : ClientHelloShares.Initial, cookie: default);
        Writer.PlaintextVersion = RecordHeader.Version;
        Reader.EnterHello();
        State = ClientState.AwaitServerHello;
    }

    /// <inheritdoc/>
    public override void Receive(in HandshakeMessage message) => State = (State, message.Type) switch // HT-HS-2
    {
        (ClientState.AwaitServerHello, HandshakeType.ServerHello) => ReadServerHelloOrRetry(message),                     // §4.2.3
        (ClientState.AwaitServerHelloAfterRetry, HandshakeType.ServerHello) => ReadServerHello(message),                  // §4.2.3
        (ClientState.AwaitEncryptedExtensions, HandshakeType.EncryptedExtensions) => ReadEncryptedExtensions(message),    // §4.4.1
        (ClientState.AwaitCertificateOrRequest, HandshakeType.CertificateRequest) => ReadCertificateRequest(message),     // §4.4.2
        (ClientState.AwaitCertificateOrRequest or ClientState.AwaitCertificate, HandshakeType.Certificate) => ReadServerCertificate(message), // §4.5.1
        (ClientState.AwaitCertificateOrRequest or ClientState.AwaitCertificate, HandshakeType.CompressedCertificate) => ReadCompressedCertificate(message),
        (ClientState.AwaitCertificateVerify, HandshakeType.CertificateVerify) => ReadServerCertificateVerify(message),    // §4.5.2
        (ClientState.AwaitFinished, HandshakeType.Finished) => ReadFinished(message),                                     // §4.5.3
        (ClientState.Established, HandshakeType.NewSessionTicket) => ReadNewSessionTicket(message),                       // §4.7.1
        (ClientState.Established, HandshakeType.KeyUpdate) => ReadKeyUpdate(message),                                     // §4.7.3
        _ => throw Unexpected(State, message.Type), // HT-HS-8
    };

    private protected override void ContinueAfterSignature() => State = FinishClientFlight();

    private protected override void ContinueAfterVerdict() => State = ClientState.AwaitFinished;

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _keyShare.Dispose();
        _session?.Dispose();
    }

    private void WriteClientHello(ClientHelloShares shares, ReadOnlySpan<byte> cookie)
    {
        TlsWriter writer = BeginMessage(out int start);
        _shareSent |= shares != ClientHelloShares.None;
        _offered = _template.Write(writer, shares, _keyShare, cookie, _session);
        if (_session is not null)
            WriteBinder(_session, start);
        EndMessage(start);
        FlushFlight();
    }

    private ClientState ReadServerHelloOrRetry(in HandshakeMessage message) =>
        ServerHello.IsHelloRetryRequest(message.Body) ? ReadHelloRetryRequest(message) : ReadServerHello(message);

    private ClientState ReadHelloRetryRequest(in HandshakeMessage message)
    {
        HelloRetryRequest retry = HelloRetryRequest.Parse(message.Body);
        if (retry.SelectedVersion != ProtocolVersion.Tls13)
            TlsError.Throw(FailureReason.WrongVersion, "HelloRetryRequest");
        retry.Extensions.Types.ThrowIfUnsolicited(_offered.With(ExtensionType.Cookie), "HelloRetryRequest");
        ThrowUnlessEchoed(retry.SessionIdEcho);
        _retrySuite = FindOfferedSuite(retry.CipherSuite);

        bool selectsGroup = retry.SelectedGroup is not null;
        if (retry.SelectedGroup is { } group && (group != NamedGroup.X25519MLKem768 || !WithholdKeyShare))
            TlsError.Throw(FailureReason.RetryGroup, (ushort)group); // HT-HRR-4
        if (!selectsGroup && retry.Cookie.IsEmpty)
            TlsError.Throw(FailureReason.EmptyRetryRequest);

        Reader.ThrowIfExcess();
        Transcript.SelectSuite(_retrySuite);
        Transcript.ReplaceWithMessageHash();
        Transcript.Append(message.Whole);
        WriteChangeCipherSpecOnce();
        if (_session is not null && SuiteOf(_session).Hash != _retrySuite.Hash)
            DropSession(); // its key has another hash than the transcript now has (§4.2.4)
        WriteClientHello(selectsGroup ? ClientHelloShares.Selected : WithholdKeyShare ? ClientHelloShares.None : ClientHelloShares.Initial, retry.Cookie); // HT-HRR-2
        return ClientState.AwaitServerHelloAfterRetry;
    }

    private ClientState ReadServerHello(in HandshakeMessage message)
    {
        if (ServerHello.IsHelloRetryRequest(message.Body))
            TlsError.Throw(FailureReason.SecondRetryRequest); // HT-HRR-5
        ServerHello hello = ServerHello.Parse(message.Body);
        ThrowUnlessTls13(hello, afterRetry: _retrySuite is not null);
        hello.Extensions.Types.ThrowIfUnsolicited(_offered, "ServerHello");
        ThrowUnlessEchoed(hello.SessionIdEcho);
        CipherSuiteParameters suite = FindOfferedSuite(hello.CipherSuite);
        if (_retrySuite is not null && _retrySuite != suite)
            TlsError.Throw(FailureReason.CipherSuiteAfterRetry); // HT-HRR-7
        if (!hello.Extensions.Contains(ExtensionType.KeyShare))
            TlsError.Throw(FailureReason.NoKeyShare, "ServerHello");
        if (hello.KeyShare.Group != NamedGroup.X25519MLKem768 || !_shareSent)
            TlsError.Throw(FailureReason.WrongGroup, (ushort)hello.KeyShare.Group);

        ReadSelectedSession(hello, suite);
        Span<byte> sharedSecret = stackalloc byte[X25519MLKem768.SharedSecretSizeInBytes];
        try
        {
            _keyShare.Finish(hello.KeyShare.KeyExchange, sharedSecret);
        }
        catch (HybridKeyAgreementException exception)
        {
            throw TlsError.CreateFrom(exception, FailureReason.InvalidKeyShare, "server", exception.Message); // HT-KEX-4
        }
        finally
        {
            // The connection lives long; its ephemeral private keys must not (forward secrecy).
            _keyShare.Dispose(); // HT-KEX-5
        }

        Transcript.SelectSuite(suite);
        Transcript.Append(message.Whole);
        StartHandshakeKeys(suite, sharedSecret, _template.Random);
        Reader.EnterHandshake(Keys.Server.CreateProtection());
        OweChangeCipherSpec();
        Writer.SetKeys(Keys.Client.CreateProtection());
        return ClientState.AwaitEncryptedExtensions;
    }

    private ClientState ReadEncryptedExtensions(in HandshakeMessage message)
    {
        EncryptedExtensions extensions = EncryptedExtensions.Parse(message.Body);
        extensions.Extensions.Types.ThrowIfUnsolicited(_offered, "EncryptedExtensions"); // HT-NEG-11
        if (!extensions.ApplicationProtocol.IsEmpty)
            _applicationProtocol = FindOfferedProtocol(extensions.ApplicationProtocol);
        if (extensions.RecordSizeLimit is { } limit)
        {
            Writer.RecordSizeLimit = limit;
            Reader.RecordSizeLimit = _options.RecordSizeLimit!.Value;
        }

        PeerCertificateType = extensions.ServerCertificateType ?? CertificateType.X509;
        bool namesServerType = extensions.ServerCertificateType is not null;
        if (!_template.AcceptedServerTypes.Contains(PeerCertificateType) && (namesServerType || !_resumed))
        {
            TlsError.Throw(namesServerType ? FailureReason.ServerCertificateType : FailureReason.ServerCertificateTypeImplied, PeerCertificateType);
        }

        if (_resumed && namesServerType && PeerCertificateType != CertificateTypeOf(_session!))
        {
            TlsError.Throw(FailureReason.ResumedCertificateType, CertificateTypeOf(_session!), PeerCertificateType); // HT-RES-23
        }

        OwnCertificateType = extensions.ClientCertificateType ?? CertificateType.X509;
        if (extensions.ClientCertificateType is not null && !_template.OwnTypes.Contains(OwnCertificateType))
            TlsError.Throw(FailureReason.ClientCertificateType, OwnCertificateType);
        Transcript.Append(message.Whole);
        if (_resumed)
            return ResumeServer();
        AuthenticatedAt = _options.TimeProvider.GetUtcNow();
        OfferedForCertificate = _offered;
        return ClientState.AwaitCertificateOrRequest;
    }

    private ClientState ReadCertificateRequest(in HandshakeMessage message)
    {
        CertificateRequest request = CertificateRequest.Parse(message.Body);
        if (!request.Context.IsEmpty)
            TlsError.Throw(FailureReason.RequestContext);
        _certificateRequested = true;
        if (_options.SelectCredential is { } select)
            _credential = select(Describe(request));
        bool acceptsScheme = request.SignatureAlgorithms.Contains(SignatureScheme.MLDsa65);
        _credentialSuits = SuitsOwnType(_credential) && acceptsScheme;
        Reader.OwnCertificateHint = _credentialSuits || _credential is null ? null : acceptsScheme
            ? $"it asks for our key as {OwnCertificateType}, and Credential is {CertificateTypeOf(_credential)}, so it was not sent"
            : "its CertificateRequest accepts no mldsa65 signature (0x0905), so our Credential was not sent: enable the scheme there";
        foreach (CertificateCompressionAlgorithm algorithm in CertificateCompressor.Algorithms(_options.CertificateCompression))
        {
            if (OwnCompression is null && request.CompressCertificate.Contains(algorithm))
                OwnCompression = algorithm;
        }

        Transcript.Append(message.Whole);
        return ClientState.AwaitCertificate;
    }

    private ClientState ReadCompressedCertificate(in HandshakeMessage message)
    {
        if (_options.CertificateCompression == CertificateCompression.None) // HT-HS-5
            throw Unexpected(State, message.Type);
        return ReadServerCertificate(message);
    }

    private ClientState ReadServerCertificate(in HandshakeMessage message)
    {
        if (!ReadCertificate(message))
            TlsError.Throw(FailureReason.NoServerCertificate); // HT-AUTH-7
        return ClientState.AwaitCertificateVerify;
    }

    private ClientState ReadServerCertificateVerify(in HandshakeMessage message) =>
        ReadCertificateVerify(message) ? ClientState.AwaitVerdict : ClientState.AwaitFinished;

    private ClientState ReadFinished(in HandshakeMessage message)
    {
        VerifyFinished(message);
        StartApplicationKeys();
        Reader.EnterApplication(CreatePeerApplicationProtection());
        WriteChangeCipherSpecOnce();
        if (!_certificateRequested)
            return FinishClientFlight();
        HybridTlsCredential? credential = _credentialSuits ? _credential : null; // HT-AUTH-8
        WriteCertificate(credential);
        return credential is null || TryWriteCertificateVerify(credential) ? FinishClientFlight() : ClientState.AwaitSignature;
    }

    private ClientState FinishClientFlight()
    {
        WriteFinished();
        FlushFlight();
        Writer.SetKeys(CreateOwnApplicationProtection());
        Complete(
            Describe(new NegotiatedParameters
            {
                ApplicationProtocol = _applicationProtocol,
                ServerName = _template.ServerName,
                UsedHelloRetryRequest = _retrySuite is not null,
                IsResumed = _resumed,
            }),
            resumable: _options.Resumes);
        return ClientState.Established;
    }

    private ClientState ReadKeyUpdate(in HandshakeMessage message)
    {
        Established.KeyUpdates.Receive(message);
        return ClientState.Established;
    }

    private static void ThrowUnlessTls13(in ServerHello hello, bool afterRetry)
    {
        if (hello.SelectedVersion == ProtocolVersion.Tls13)
            return;
        if (hello.HasSupportedVersions) // HT-NEG-9
            TlsError.Throw(afterRetry ? FailureReason.VersionAfterRetry : FailureReason.WrongVersion, "ServerHello");
        if (hello.HasDowngradeSentinel)
            TlsError.Throw(afterRetry ? FailureReason.VersionAfterRetry : FailureReason.Downgrade);
        TlsError.Throw(afterRetry ? FailureReason.NoVersionAfterRetry : FailureReason.ServerVersion);
    }

    private void ThrowUnlessEchoed(ReadOnlySpan<byte> sessionIdEcho)
    {
        if (!sessionIdEcho.SequenceEqual(_template.SessionId))
            TlsError.Throw(FailureReason.SessionIdEcho); // HT-NEG-10
    }

    private CertificateRequestInfo Describe(in CertificateRequest request)
    {
        List<ushort> schemes = [];
        foreach (SignatureScheme scheme in request.SignatureAlgorithms)
            schemes.Add((ushort)scheme);
        List<ReadOnlyMemory<byte>> authorities = [];
        foreach (ReadOnlySpan<byte> name in request.CertificateAuthorities)
            authorities.Add(name.ToArray());

        return new CertificateRequestInfo
        {
            RawPublicKey = OwnCertificateType == CertificateType.RawPublicKey,
            SignatureSchemes = schemes,
            CertificateAuthorities = authorities,
        };
    }

    private static CertificateType CertificateTypeOf(ClientSession session) =>
        session.PeerUsedRawPublicKey ? CertificateType.RawPublicKey : CertificateType.X509;

    /// <summary>Before a CertificateRequest the server can only mean its own certificate, or that it has none that we accept.</summary>
    private string? DescribeMissingCredential() =>
        _options is { Credential: null, AcceptRawPublicKeys: false, PeerValidation.AcceptsRawPublicKeys: true }
            ? "it may have a raw public key alone, which is not offered: set AcceptRawPublicKeys, since PeerValidation pins a key"
            : _options.Credential is null ? "we sent no certificate, so it is not ours that it means" : null;

    private bool SuitsOwnType(HybridTlsCredential? credential) => credential is not null && CertificateTypeOf(credential) == OwnCertificateType;

    private CipherSuiteParameters FindOfferedSuite(TlsCipherSuite id)
    {
        if (!_template.CipherSuites.Contains(id) || CipherSuiteParameters.Find((ushort)id) is not { } suite)
            throw TlsError.Create(FailureReason.WrongCipherSuite, (ushort)id);
        return suite;
    }

    private SslApplicationProtocol FindOfferedProtocol(ReadOnlySpan<byte> protocol)
    {
        foreach (SslApplicationProtocol offered in _options.ApplicationProtocols)
        {
            if (offered.Protocol.Span.SequenceEqual(protocol))
                return offered;
        }

        throw TlsError.Create(FailureReason.WrongApplicationProtocol);
    }
}
