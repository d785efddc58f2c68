using System.Net.Security;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Resumption;
using HybridTls.Tests.Handshake;
using HybridTls.Tests.Spec;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Resumption;

/// <summary>Resuming sessions (RFC 9846 §2.2): what it saves, what it keeps, and what ends it.</summary>
public sealed class ResumptionTests : IDisposable
{
    private readonly Visits _visits = new();

    public void Dispose() => _visits.Dispose();

    [Fact]
    [Clause("HT-RES-1")]
    [Clause("HT-RES-2")]
    public void Full_then_resumed_then_resumed_again_with_the_fresh_ticket()
    {
        using MessagePair full = _visits.Visit();
        Assert.False(full.Server.Parameters!.IsResumed);
        Assert.Equal(2, Tickets(full));
        for (int i = 0; i < 3; i++)
        {
            _visits.Clock.Advance(TimeSpan.FromMinutes(20));
            using MessagePair resumed = _visits.Visit();
            Assert.True(resumed.Client.Parameters!.IsResumed);
            Assert.Null(resumed.Server.Parameters!.ResumptionRefusal);
            Assert.Equal(1, Tickets(resumed));
            Assert.Equal(
                [HandshakeType.ClientHello, HandshakeType.ServerHello, HandshakeType.EncryptedExtensions, HandshakeType.Finished, HandshakeType.Finished, HandshakeType.NewSessionTicket],
                resumed.Messages.Select(static taken => (HandshakeType)taken.Message[0]));
        }
    }

    [Fact]
    [Clause("HT-RES-2")]
    public void Every_resumption_has_a_key_agreement_of_its_own()
    {
        _visits.VisitServer();
        using MessagePair resumed = _visits.Visit();
        Assert.True(resumed.Server.Parameters!.IsResumed);
        byte[] hello = resumed.Messages[1].Message;
        KeyShareEntry share = ServerHello.Parse(hello.AsSpan(4)).KeyShare;
        Assert.Equal(NamedGroup.X25519MLKem768, share.Group);
        Assert.Equal(NamedGroup.X25519MLKem768, resumed.Server.Parameters.Group);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-RES-3")]
    public void The_peers_are_known_again_and_since_when(bool raw)
    {
        Action<HybridTlsServerOptions> server = options =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            options.Credential = raw ? _visits.RawServer : _visits.ServerCredential;
            options.PeerValidation = raw ? _visits.PinClient : _visits.Trust;
            options.AcceptRawPublicKeys = raw;
        };
        Action<HybridTlsClientOptions> client = options =>
        {
            options.Credential = raw ? _visits.RawClient : _visits.ClientCredential;
            options.PeerValidation = raw ? _visits.PinServer : _visits.Trust;
            options.AcceptRawPublicKeys = raw;
        };
        DateTimeOffset began = _visits.Clock.GetUtcNow();
        using MessagePair full = _visits.Visit(server, client);
        _visits.Clock.Advance(TimeSpan.FromHours(5));
        _visits.VisitServer(server, client);
        _visits.Clock.Advance(TimeSpan.FromHours(5));
        using MessagePair resumed = _visits.Visit(server, client);
        foreach ((NegotiatedParameters before, NegotiatedParameters after) in
            ((NegotiatedParameters, NegotiatedParameters)[])[(full.Server.Parameters!, resumed.Server.Parameters!), (full.Client.Parameters!, resumed.Client.Parameters!)])
        {
            Assert.True(after.IsResumed);
            Assert.True(after.IsPeerAuthenticated);
            Assert.Equal(raw, after.PeerUsedRawPublicKey);
            Assert.Equal(before.PeerPublicKey.ToArray(), after.PeerPublicKey.ToArray());
            Assert.Equal(before.PeerCertificates.Select(static c => Convert.ToHexString(c.Span)), after.PeerCertificates.Select(static c => Convert.ToHexString(c.Span)));
            Assert.Equal(began, after.AuthenticatedAt);
        }
    }

    [Fact]
    [Clause("HT-NEG-12")]
    public void A_resumption_does_not_acknowledge_the_servers_name()
    {
        using MessagePair full = _visits.Visit();
        Assert.Contains(EncryptedExtensionsOf(full).Extensions, static e => e.Type == ExtensionType.ServerName);
        using MessagePair resumed = _visits.Visit();
        Assert.True(resumed.Server.Parameters!.IsResumed);
        Assert.Equal("one.test", resumed.Server.Parameters.ServerName);
        Assert.DoesNotContain(EncryptedExtensionsOf(resumed).Extensions, static e => e.Type == ExtensionType.ServerName);
    }

    [Fact]
    [Clause("HT-RES-22")]
    public void A_resumption_answers_what_a_full_handshake_answers()
    {
        Action<HybridTlsServerOptions> server = static options =>
        {
            options.ApplicationProtocols = [SslApplicationProtocol.Http2];
            options.RecordSizeLimit = 4000;
        };
        Action<HybridTlsClientOptions> client = static options =>
        {
            options.ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2];
            options.RecordSizeLimit = 5000;
            options.RequestedTickets = 1;
        };
        using MessagePair full = _visits.Visit(server, client);
        using MessagePair resumed = _visits.Visit(server, client);
        Assert.True(resumed.Server.Parameters!.IsResumed);
        Assert.Equal(
            EncryptedExtensionsOf(full).Extensions.Where(static e => e.Type != ExtensionType.ServerName).Select(static e => (e.Type, Convert.ToHexString(e.Data))),
            EncryptedExtensionsOf(resumed).Extensions.Select(static e => (e.Type, Convert.ToHexString(e.Data))));
        Assert.Equal(SslApplicationProtocol.Http2, resumed.Client.Parameters!.ApplicationProtocol);
        Assert.Equal(4000, resumed.Client.Writer.MaxContent + 1);
        Assert.Equal(5000, resumed.Server.Writer.MaxContent + 1);
    }

    [Theory]
    [InlineData(true, new byte[] { 2 }, 2)]
    [InlineData(true, new byte[] { 0, 2 }, 2)]
    [InlineData(false, new byte[] { 2, 0 }, 0)]
    [InlineData(false, new byte[] { 0, 2 }, 0)]
    [Clause("HT-RES-22")]
    public void A_resumption_says_how_the_server_presents_its_key(bool raw, byte[] accepted, byte answer)
    {
        Action<HybridTlsServerOptions> server = options => options.Credential = raw ? _visits.RawServer : _visits.ServerCredential;
        Action<HybridTlsClientOptions> client = options =>
        {
            options.PeerValidation = _visits.PinServer;
            options.AcceptRawPublicKeys = true;
            options.PeerCertificateTypes = [.. accepted.Select(static type => (CertificateType)type)];
        };
        using MessagePair full = _visits.Visit(server, client);
        Assert.Equal([answer], EncryptedExtensionsOf(full)[ExtensionType.ServerCertificateType]);
        using MessagePair resumed = _visits.Visit(server, client);
        Assert.True(resumed.Client.Parameters!.IsResumed);
        Assert.Equal([answer], EncryptedExtensionsOf(resumed)[ExtensionType.ServerCertificateType]);
        Assert.DoesNotContain(EncryptedExtensionsOf(resumed).Extensions, static e => e.Type == ExtensionType.ClientCertificateType);
    }

    [Theory]
    [InlineData(new byte[] { 0 })] // the other kind
    [InlineData(new byte[] { 1 })] // not offered
    [Clause("HT-RES-23")]
    public void Another_kind_of_key_than_the_sessions_is_an_illegal_parameter(byte[] answer)
    {
        Action<HybridTlsServerOptions> server = options => options.Credential = _visits.RawServer;
        Action<HybridTlsClientOptions> client = options =>
        {
            options.PeerValidation = _visits.PinServer;
            options.AcceptRawPublicKeys = true;
            options.PeerCertificateTypes = [CertificateType.RawPublicKey, CertificateType.X509];
        };
        _visits.VisitServer(server, client);
        using MessagePair resumed = new(_visits.Server(server), _visits.Client(client));
        resumed.Intercept = (taker, message) => taker == PeerRole.Client && message[0] == (byte)HandshakeType.EncryptedExtensions
            ? EditableMessage.Edit(message, extensions => extensions.Set(ExtensionType.ServerCertificateType, answer))
            : message;
        Assert.Equal(TlsAlert.IllegalParameter, resumed.FailWith());
    }

    [Fact]
    [Clause("HT-RES-23")]
    public void A_server_that_resumes_need_not_say_how_it_presents_its_key()
    {
        Action<HybridTlsServerOptions> server = options => options.Credential = _visits.RawServer;
        Action<HybridTlsClientOptions> client = options =>
        {
            options.PeerValidation = _visits.PinServer;
            options.AcceptRawPublicKeys = true;
            options.PeerCertificateTypes = [CertificateType.RawPublicKey];
        };
        _visits.VisitServer(server, client);
        using MessagePair resumed = new(_visits.Server(server), _visits.Client(client));
        resumed.Intercept = (taker, message) => taker == PeerRole.Client && message[0] == (byte)HandshakeType.EncryptedExtensions
            ? EditableMessage.Edit(message, static extensions => extensions.Remove(ExtensionType.ServerCertificateType))
            : message;

        // Only the Finished shows the change.
        Assert.Equal(TlsAlert.DecryptError, resumed.FailWith());
        Assert.Equal(ClientState.AwaitFinished, resumed.Client.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-RES-22")]
    public void A_client_that_no_longer_accepts_the_kind_of_key_is_not_resumed(bool raw)
    {
        Action<HybridTlsServerOptions> server = options => options.Credential = raw ? _visits.RawServer : _visits.ServerCredential;
        Action<HybridTlsClientOptions> client = options =>
        {
            options.PeerValidation = raw ? _visits.PinServer : _visits.Trust;
            options.AcceptRawPublicKeys = raw;
        };
        _visits.VisitServer(server, client);
        using MessagePair resumed = new(_visits.Server(server), _visits.Client(client));
        resumed.Intercept = (taker, message) => taker == PeerRole.Server
            ? EditableMessage.Edit(message, Change)
            : message;

        // Its own full handshake finds no common ground either; the edited hello's binder was never asked for.
        HybridTlsException exception = resumed.Fail();
        Assert.True(exception.Alert == TlsAlert.UnsupportedCertificate, exception.Message);

        void Change(EditableMessage hello)
        {
            hello.Remove(ExtensionType.ServerCertificateType); // X.509 alone
            if (!raw)
                hello.Extensions.Insert(0, (ExtensionType.ServerCertificateType, [1, (byte)CertificateType.RawPublicKey]));
        }
    }

    [Fact]
    [Clause("HT-HRR-3")]
    public void A_second_hello_that_drops_its_ticket_gets_a_full_handshake()
    {
        Action<HybridTlsServerOptions> server = static options => options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
        _visits.VisitServer(server);
        using MessagePair pair = new(_visits.Server(server), _visits.Client(), retry: true);
        int hellos = 0;
        pair.Intercept = (taker, message) => taker == PeerRole.Server && message[0] == 1 && ++hellos == 2
            ? EditableMessage.Edit(message, static hello => hello.Remove(ExtensionType.PreSharedKey))
            : message;

        // A resumption would wait for Finished. (The client cannot go on: its transcript is another one.)
        pair.RunUntil(() => hellos == 2);
        Assert.Equal(ServerState.AwaitCertificate, pair.Server.State);
    }

    [Fact]
    [Clause("HT-RES-3")]
    public void A_client_that_did_not_authenticate_does_not_by_resuming()
    {
        Action<HybridTlsServerOptions> allow = static options => options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
        _visits.VisitServer(allow);
        NegotiatedParameters resumed = _visits.VisitServer(allow);
        Assert.True(resumed.IsResumed);
        Assert.False(resumed.IsPeerAuthenticated);
        Assert.Empty(resumed.PeerCertificates);
        Assert.True(resumed.PeerPublicKey.IsEmpty);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    public void Every_suite_resumes_also_after_a_retry(TlsCipherSuite suite)
    {
        Action<HybridTlsServerOptions> server = options => options.CipherSuites = [suite];
        _visits.VisitServer(server, retry: true);
        NegotiatedParameters resumed = _visits.VisitServer(server, retry: true);
        Assert.True(resumed.IsResumed);
        Assert.True(resumed.UsedHelloRetryRequest);
        Assert.Equal(suite, resumed.CipherSuite);
        Assert.True(_visits.VisitServer(server).IsResumed);
    }

    [Fact]
    public void Another_suite_with_the_same_hash_resumes()
    {
        _visits.VisitServer(static options => options.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]);
        NegotiatedParameters resumed = _visits.VisitServer(static options => options.CipherSuites = [TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256]);
        Assert.True(resumed.IsResumed);
        Assert.Equal(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, resumed.CipherSuite);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_hash_is_a_full_handshake_also_when_a_retry_says_so(bool retry)
    {
        _visits.VisitServer(static options => options.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]);
        NegotiatedParameters parameters = _visits.VisitServer(static options => options.CipherSuites = [TlsCipherSuite.TLS_AES_256_GCM_SHA384], retry: retry);
        Assert.False(parameters.IsResumed);

        // After the retry the client knows the hash, and does not offer what cannot be used (§4.2.4).
        Assert.Equal(retry ? null : "the session has a cipher suite with another hash", parameters.ResumptionRefusal);
    }

    [Fact]
    [Clause("HT-RES-4")]
    public void A_ticket_is_used_once_and_the_newest_first()
    {
        _visits.VisitServer();
        List<string> offered = [];
        for (int i = 0; i < 4; i++)
        {
            using MessagePair pair = _visits.Visit(static options => options.TicketCount = 0);
            offered.Add(Ticket(pair));
        }

        // Two tickets came, none since: two resumptions, then full handshakes that offer none.
        Assert.Equal(["", ""], offered[2..]);
        Assert.Equal(2, offered[..2].Distinct().Count(static ticket => ticket.Length > 0));
    }

    [Fact]
    [Clause("HT-RES-5")]
    public void A_session_ends_seven_days_after_the_full_handshake_however_often_it_was_resumed()
    {
        _visits.VisitServer();
        for (int day = 1; day < 7; day++)
        {
            _visits.Clock.Advance(TimeSpan.FromDays(1));
            Assert.True(_visits.VisitServer().IsResumed);
        }

        _visits.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(2));
        Assert.True(_visits.VisitServer().IsResumed);
        _visits.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_visits.VisitServer().IsResumed);
    }

    [Theory]
    [InlineData(59, 0, true)]
    [InlineData(61, 0, false)]
    [InlineData(0, 59, true)]
    [InlineData(0, 61, false)]
    [InlineData(3_153_600_000, 0, false)] // a century: such a session would beget tickets for ever
    [Clause("HT-RES-5")]
    public void A_session_or_ticket_from_the_future_is_refused(long authenticated, long issued, bool valid)
    {
        DateTimeOffset now = _visits.Clock.GetUtcNow();
        SessionTimes times = new(now + TimeSpan.FromSeconds(authenticated), now + TimeSpan.FromSeconds(issued), TimeSpan.FromHours(1), 0);
        Assert.Equal(valid, times.IsValidAt(now));
    }

    [Fact]
    [Clause("HT-RES-5")]
    public void A_ticket_ends_with_its_lifetime_on_both_sides()
    {
        Action<HybridTlsServerOptions> minute = static options => options.TicketLifetime = TimeSpan.FromMinutes(1);
        _visits.VisitServer(minute);
        _visits.Clock.Advance(TimeSpan.FromSeconds(60));
        using MessagePair late = _visits.Visit(minute);
        Assert.Equal("", Ticket(late)); // the client does not even offer it

        FakeTimeProvider behind = new(_visits.Clock.GetUtcNow());
        _visits.Clock.Advance(TimeSpan.FromSeconds(60));
        NegotiatedParameters refused = _visits.VisitServer(minute, options => options.TimeProvider = behind);
        Assert.Equal((false, "the ticket has expired"), (refused.IsResumed, refused.ResumptionRefusal));
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(-59, true)]
    [InlineData(61, false)]
    [InlineData(-61, false)]
    [Clause("HT-RES-6")]
    public void The_age_that_the_client_claims_is_compared_with_ours(int seconds, bool resumed)
    {
        _visits.VisitServer();
        _visits.Clock.Advance(TimeSpan.FromHours(1));
        FakeTimeProvider clients = new(_visits.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds));
        NegotiatedParameters parameters = _visits.VisitServer(client: options => options.TimeProvider = clients);
        Assert.Equal((resumed, resumed ? null : "the client counts another age of the ticket than we do"), (parameters.IsResumed, parameters.ResumptionRefusal));
    }

    [Fact]
    [Clause("HT-RES-7")]
    public void A_wrong_binder_is_a_decrypt_error()
    {
        _visits.VisitServer();
        using MessagePair pair = new(_visits.Server(), _visits.Client());
        pair.Intercept = static (taker, message) =>
        {
            if (taker == PeerRole.Server)
                message[^1] ^= 1;
            return message;
        };
        Assert.Equal(TlsAlert.DecryptError, pair.FailWith());
    }

    [Fact]
    [Clause("HT-RES-7")]
    public void A_binder_covers_all_that_stands_before_it()
    {
        _visits.VisitServer();
        using MessagePair pair = new(_visits.Server(), _visits.Client());
        pair.Intercept = static (taker, message) =>
        {
            if (taker == PeerRole.Server && message[0] == 1)
                message[10] ^= 1; // the random
            return message;
        };
        Assert.Equal(TlsAlert.DecryptError, pair.FailWith());
    }

    [Fact]
    [Clause("HT-RES-8")]
    public void An_altered_or_foreign_ticket_is_a_full_handshake()
    {
        foreach (int position in (int[])[0, 20, 100])
        {
            _visits.VisitServer();
            _visits.Cache.Add("x", Alter(_visits, position));
            using MessagePair pair = _visits.Visit();
            Assert.NotEqual("", Ticket(pair));
            Assert.False(pair.Server.Parameters!.IsResumed);
            Assert.Equal("none of the first tickets is ours, or their keys are gone", pair.Server.Parameters.ResumptionRefusal);
        }

        using RotatingTicketProtector foreign = new();
        _visits.VisitServer();
        Assert.False(_visits.VisitServer(options => options.TicketProtector = foreign).IsResumed);
    }

    [Fact]
    [Clause("HT-RES-8")]
    public void A_replayed_client_hello_gets_an_answer_that_only_the_true_client_can_use()
    {
        _visits.VisitServer();
        byte[] recorded = [];
        using (MessagePair original = new(_visits.Server(), _visits.Client()))
        {
            original.Intercept = (taker, message) =>
            {
                if (taker == PeerRole.Server && message[0] == 1)
                    recorded = message;
                return message;
            };
            original.Run();
        }

        using MessagePair replay = new(_visits.Server(), _visits.Client(static options => options.SessionCache = null));
        replay.Intercept = (taker, message) => taker == PeerRole.Server && message[0] == 1 ? recorded : message;
        Assert.NotNull(replay.Fail().Alert); // whoever replays has neither the session's key nor the key share's
        Assert.False(replay.Server.IsEstablished);
    }

    [Fact]
    [Clause("HT-RES-9")]
    public void Without_the_mode_with_a_key_agreement_nothing_is_resumed()
    {
        _visits.VisitServer();
        using MessagePair pair = new(_visits.Server(), _visits.Client());
        pair.Intercept = static (taker, message) => taker == PeerRole.Server && message[0] == 1
            ? EditableMessage.Edit(message, static hello => hello.Set(ExtensionType.PskKeyExchangeModes, 1, 0))
            : message;

        pair.Fail(); // the client's transcript differs now
        Assert.False(ServerHello.Parse(pair.Messages[1].Message.AsSpan(4)).Extensions.Contains(ExtensionType.PreSharedKey));
    }

    [Fact]
    [Clause("HT-RES-10")]
    public void The_client_can_say_how_many_tickets_it_wants()
    {
        foreach ((int? requested, int full, int resumed) in ((int?, int, int)[])[(null, 2, 1), (0, 0, 0), (1, 1, 1), (5, 5, 1), (255, 16, 1)])
        {
            using ClientSessionCache cache = new(maxSessionsPerServer: 20);
            Action<HybridTlsClientOptions> client = options =>
            {
                options.RequestedTickets = requested;
                options.SessionCache = cache;
            };
            using MessagePair first = _visits.Visit(client: client);
            Assert.Equal(full, Tickets(first));
            if (full == 0)
                continue;
            using MessagePair second = _visits.Visit(client: client);
            Assert.True(second.Server.Parameters!.IsResumed);
            Assert.Equal(resumed, Tickets(second));
            byte[] extensions = second.Messages.Single(static taken => taken.Message[0] == (byte)HandshakeType.EncryptedExtensions).Message;
            byte? hint = EncryptedExtensions.Parse(extensions.AsSpan(4)).TicketHint;
            Assert.Equal(requested is not null, hint is not null);
            Assert.Equal(requested is null ? 0 : resumed, hint ?? 0);
        }

        using MessagePair none = _visits.Visit(static options => options.TicketCount = 0, static options => options.RequestedTickets = 5);
        Assert.Equal(0, Tickets(none));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [Clause("HT-RES-11")]
    public void Either_side_can_do_without(bool server, bool client)
    {
        _visits.VisitServer();
        using MessagePair pair = _visits.Visit(options => options.AllowTlsResume = server, options => options.AllowTlsResume = client);
        Assert.False(pair.Server.Parameters!.IsResumed);
        Assert.Equal(0, Tickets(pair));
        Assert.Equal(client, Ticket(pair).Length > 0);
    }

    [Fact]
    [Clause("HT-RES-12")]
    public void A_client_refuses_a_server_that_selects_what_it_was_not_offered()
    {
        _visits.VisitServer();
        using MessagePair second = new(_visits.Server(), _visits.Client());
        second.Intercept = static (taker, message) => taker == PeerRole.Client && message[0] == 2
            ? EditableMessage.Edit(message, static hello => hello.Set(ExtensionType.PreSharedKey, 0, 1))
            : message;
        Assert.Equal(TlsAlert.IllegalParameter, second.FailWith());

        using MessagePair hash = new(_visits.Server(), _visits.Client());
        hash.Intercept = static (taker, message) => taker == PeerRole.Client && message[0] == 2
            ? EditableMessage.Edit(message, static hello => hello.SetSuites(TlsCipherSuite.TLS_AES_128_GCM_SHA256))
            : message;
        Assert.Equal(TlsAlert.IllegalParameter, hash.FailWith());
    }

    [Fact]
    [Clause("HT-RES-12")]
    public void A_server_that_resumes_may_send_no_certificate_and_ask_for_none()
    {
        foreach (byte[] message in (byte[][])[[11, 0, 0, 4, 0, 0, 0, 0], [13, 0, 0, 3, 0, 0, 0]])
        {
            _visits.VisitServer();
            using MessagePair pair = new(_visits.Server(), _visits.Client());
            pair.RunUntil(() => pair.Client.State == ClientState.AwaitFinished);
            Assert.Equal(TlsAlert.UnexpectedMessage, Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, message)).Alert);
        }
    }

    [Fact]
    [Clause("HT-RES-13")]
    public void Tickets_of_other_servers_are_kept_by_our_rules()
    {
        // A lifetime of ten days counts as seven, one of zero is not kept (§4.7.1).
        foreach ((uint lifetime, int kept) in ((uint, int)[])[(864_000, 1), (0, 0)])
        {
            using ClientSessionCache cache = new();
            using MessagePair pair = _visits.Visit(static options => options.TicketCount = 0, options => options.SessionCache = cache);
            pair.Inject(pair.Client, [4, 0, 0, 15, (byte)(lifetime >> 24), (byte)(lifetime >> 16), (byte)(lifetime >> 8), (byte)lifetime, 0, 0, 0, 0, 1, 9, 0, 1, 7, 0, 0]);
            Assert.Equal(kept, cache.Count);
            if (kept == 0)
                continue;
            using ClientSession? session = cache.Take(SessionBinding.ForClient(_visits.Client()));
            Assert.Equal(_visits.Clock.GetUtcNow() + TimeSpan.FromDays(7), session!.ExpiresAt);
        }
    }

    [Fact]
    [Clause("HT-RES-18")]
    public void A_client_cannot_make_us_open_any_number_of_tickets()
    {
        CountingProtector counting = new();
        using MessagePair pair = new(_visits.Server(options => options.TicketProtector = counting), _visits.Client());
        byte[] identity = [0, 2, 9, 9, 0, 0, 0, 0];
        byte[] binder = [32, .. new byte[32]];
        byte[] offer = [0, 80, .. Enumerable.Repeat(identity, 10).SelectMany(static bytes => bytes), 1, 74, .. Enumerable.Repeat(binder, 10).SelectMany(static bytes => bytes)];
        pair.Intercept = (_, message) => message[0] == 1 ? EditableMessage.Edit(message, hello => hello.Set(ExtensionType.PreSharedKey, offer)) : message;
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
        Assert.Equal(4, counting.Opened);
    }

    private sealed class CountingProtector : ITicketProtector
    {
        public int Opened { get; private set; }

        public TimeSpan TicketLifetime => TimeSpan.FromHours(1);

        public byte[]? Protect(ReadOnlySpan<byte> session) => null;

        public byte[]? Unprotect(ReadOnlySpan<byte> ticket)
        {
            Opened++;
            return null;
        }
    }

    private static EditableMessage EncryptedExtensionsOf(MessagePair pair) =>
        new(pair.Messages.Single(static taken => taken.Message[0] == (byte)HandshakeType.EncryptedExtensions).Message);

    private static int Tickets(MessagePair pair) => pair.Messages.Count(static taken => taken.Message[0] == (byte)HandshakeType.NewSessionTicket);

    /// <summary>The ticket that the client offered, in hexadecimal; empty for none.</summary>
    private static string Ticket(MessagePair pair)
    {
        ClientHello hello = ClientHello.Parse(pair.Messages[0].Message.AsSpan(4));
        foreach (PskIdentity identity in hello.PreSharedKeys.Identities)
            return Convert.ToHexString(identity.Identity);
        return "";
    }

    private static ClientSession Alter(Visits visits, int position)
    {
        string key = SessionBinding.ForClient(visits.Client());
        using ClientSession second = visits.Cache.Take(key)!;
        using ClientSession session = visits.Cache.Take(key) ?? second.Duplicate();
        byte[] ticket = session.Ticket.ToArray();
        ticket[position] ^= 0x40;
        using HybridTls.Cryptography.SecretMemory.Use psk = session.UsePsk();
        ClientSession altered = new(psk.Bytes[..48])
        {
            CipherSuite = session.CipherSuite,
            Times = session.Times,
            Ticket = ticket,
            PeerCertificates = session.PeerCertificates,
        };
        visits.Cache.Add(key, altered);
        return altered.Duplicate();
    }
}
