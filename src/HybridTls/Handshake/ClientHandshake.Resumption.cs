using System.Security.Cryptography;
using HybridTls.Certificates;
using HybridTls.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Resumption;

namespace HybridTls.Handshake;

/// <content>Tickets: offering one, keeping new ones (RFC 9846 §4.3.11, §4.7.1).</content>
internal sealed partial class ClientHandshake
{
    /// <summary>How many unusable sessions are thrown away before the handshake begins as a full one: a cache may be endless.</summary>
    private const int MaxDiscarded = 16;

    private string? _sessionKey;
    private PeerEvaluation? _sessionPeer;

    /// <summary>The name under which the cache keeps the sessions of this connection.</summary>
    private string SessionKey => _sessionKey ??= SessionBinding.ForClient(_options);

    private static CipherSuiteParameters SuiteOf(ClientSession session) => CipherSuiteParameters.Find((ushort)session.CipherSuite)!;

    /// <summary>Takes the newest session that can still be offered: in time, with a suite of ours, of a server that is still trusted.</summary>
    private void TakeSession()
    {
        if (!_options.Resumes)
            return;
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        int discarded = 0;
        while (discarded++ < MaxDiscarded && _options.SessionCache!.Take(SessionKey) is { } session) // HT-RES-4
        {
            if (session.Times.IsValidAt(now) && IsOffered(session.CipherSuite) && IsStillTrusted(session))
            {
                _session = session;
                return;
            }

            session.Dispose();
        }
    }

    private bool IsOffered(System.Net.Security.TlsCipherSuite id) =>
        CipherSuiteParameters.Find((ushort)id) is { } own
        && Array.Exists(_template.CipherSuites, offered => CipherSuiteParameters.Find((ushort)offered)!.Hash == own.Hash);

    /// <summary>Judges the server by its certificate again: it may have expired, and a callback is to be asked each time.</summary>
    private bool IsStillTrusted(ClientSession session) // HT-RES-16
    {
        _sessionPeer = _options.PeerValidation!.Evaluate(new PeerValidationRequest
        {
            Peer = PeerRole.Server,
            ServerName = _options.TargetHost,
            IsRawPublicKey = session.PeerUsedRawPublicKey,
            Certificates = session.PeerCertificates,
            TimeProvider = _options.TimeProvider,
        });
        return _sessionPeer.Failure is null;
    }

    private void DropSession()
    {
        _session?.Dispose();
        _session = null;
        _sessionPeer = null;
    }

    /// <summary>Puts the binder into the last bytes of the ClientHello that was just written (§4.3.11.2).</summary>
    private void WriteBinder(ClientSession session, int start)
    {
        CipherSuiteParameters suite = SuiteOf(session);
        EarlySecret early = StartEarly(session, suite);
        Span<byte> message = WrittenSince(start);
        Span<byte> hash = stackalloc byte[suite.HashSize];
        Transcript.GetHashWith(suite, message[..^(3 + suite.HashSize)], hash);
        early.ComputeBinder(resumption: true, hash, message[^suite.HashSize..]);
    }

    /// <summary>Finds out whether the server resumes, and readies the key schedule for it.</summary>
    private void ReadSelectedSession(in ServerHello hello, CipherSuiteParameters suite)
    {
        _resumed = hello.PreSharedKey is not null;
        if (!_resumed)
        {
            AbandonEarly();
            DropSession();
            return;
        }

        // That one was offered at all is known: the extension would be unsolicited otherwise.
        if (hello.PreSharedKey != 0)
            TlsError.Throw(FailureReason.UnknownPskIdentity, hello.PreSharedKey); // HT-RES-12
        if (SuiteOf(_session!).Hash != suite.Hash)
            TlsError.Throw(FailureReason.PskHash, suite);
        if (Early?.Suite != suite)
            StartEarly(_session!, suite);
    }

    private EarlySecret StartEarly(ClientSession session, CipherSuiteParameters suite)
    {
        using SecretMemory.Use psk = session.UsePsk();
        return StartEarly(suite, psk.Bytes[..suite.HashSize]);
    }

    /// <summary>Goes on without certificates: that EncryptedExtensions opened shows that the server has the session's key, as its Finished will.</summary>
    private ClientState ResumeServer()
    {
        ResumePeer(_session!.AuthenticatedAt, _session.PeerCertificates, _session.PeerUsedRawPublicKey, _sessionPeer);
        _session.Dispose();
        _session = null;
        return HasPeerJudged() ? ClientState.AwaitVerdict : ClientState.AwaitFinished;
    }

    /// <summary>Keeps a session for a later connection; a flood of tickets is refused.</summary>
    private ClientState ReadNewSessionTicket(in HandshakeMessage message)
    {
        NewSessionTicket ticket = NewSessionTicket.Parse(message.Body);
        Established.KeyUpdates.TicketReceived();
        if (Resumption is null)
            return ClientState.Established;
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        TimeSpan lifetime = SessionTimes.LifetimeAt(now, AuthenticatedAt, TimeSpan.FromSeconds(ticket.Lifetime));
        if (lifetime == TimeSpan.Zero) // HT-RES-13
            return ClientState.Established;
        Span<byte> psk = stackalloc byte[Suite.HashSize];
        Resumption.DerivePsk(ticket.Nonce, psk);
        ClientSession session = new(psk)
        {
            CipherSuite = Suite.Id,
            Times = new SessionTimes(AuthenticatedAt, now, lifetime, ticket.AgeAdd),
            Ticket = ticket.Ticket.ToArray(),
            PeerCertificates = PeerChain,
            PeerUsedRawPublicKey = PeerCertificateType == CertificateType.RawPublicKey,
        };
        CryptographicOperations.ZeroMemory(psk);
        _options.SessionCache!.Add(SessionKey, session);
        return ClientState.Established;
    }
}
