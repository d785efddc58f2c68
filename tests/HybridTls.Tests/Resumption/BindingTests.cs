using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Issuing;
using HybridTls.Tests.Handshake;
using HybridTls.Tests.Spec;

namespace HybridTls.Tests.Resumption;

/// <summary>
/// What a session is bound to: a change of any refuses the resumption, and a full handshake takes its place. Each test resumes first
/// without the change, so that nothing else can be the reason.
/// </summary>
public sealed class BindingTests : IDisposable
{
    private const string Changed = "the session began under another name, application protocol, credential or client authentication";

    private readonly Visits _visits = new();
    private readonly MLDsa _otherKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);

    public void Dispose()
    {
        _visits.Dispose();
        _otherKey.Dispose();
    }

    [Fact]
    [Clause("HT-RES-14")]
    public void The_name_that_the_client_asks_for()
    {
        // One cache entry for both names: a client that would mix its servers up is still refused.
        Refused(
            Changed,
            client: static (options, changed) =>
            {
                options.TargetHost = changed ? "two.test" : "one.test";
                options.SessionCache = new OneKeyCache(options.SessionCache!);
            });
    }

    [Fact]
    [Clause("HT-RES-14")]
    public void The_application_protocol() => Refused(
        Changed,
        static (options, changed) => options.ApplicationProtocols = [changed ? SslApplicationProtocol.Http11 : SslApplicationProtocol.Http2],
        static (options, _) => options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);

    [Fact]
    [Clause("HT-RES-14")]
    public void The_hash_of_the_cipher_suite() => Refused(
        "the session has a cipher suite with another hash",
        static (options, changed) => options.CipherSuites = [changed ? TlsCipherSuite.TLS_AES_256_GCM_SHA384 : TlsCipherSuite.TLS_AES_128_GCM_SHA256]);

    [Theory]
    [InlineData(ClientAuthenticationMode.NoCertificate, ClientAuthenticationMode.AllowCertificate)]
    [InlineData(ClientAuthenticationMode.NoCertificate, ClientAuthenticationMode.RequireCertificate)]
    [InlineData(ClientAuthenticationMode.AllowCertificate, ClientAuthenticationMode.RequireCertificate)]
    [InlineData(ClientAuthenticationMode.RequireCertificate, ClientAuthenticationMode.AllowCertificate)]
    [InlineData(ClientAuthenticationMode.RequireCertificate, ClientAuthenticationMode.NoCertificate)]
    [Clause("HT-RES-14")]
    public void Whether_clients_authenticate(ClientAuthenticationMode before, ClientAuthenticationMode after) => Refused(
        Changed,
        (options, changed) => options.ClientCertificateMode = changed ? after : before,
        (options, _) => options.Credential = _visits.ClientCredential);

    [Fact]
    [Clause("HT-RES-14")]
    public void The_trust_anchors_for_clients()
    {
        CertificateAuthority other = CertificateAuthority.CreateRoot("CN=Another", _otherKey, timeProvider: _visits.Clock);
        Refused(
            Changed,
            (options, changed) =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                if (changed)
                    options.PeerValidation = PeerValidation.TrustAnchors(other.Certificate);
            });
    }

    [Fact]
    [Clause("HT-RES-14")]
    public void The_trust_anchors_are_compared_by_content_and_not_by_object_or_order()
    {
        CertificateAuthority other = CertificateAuthority.CreateRoot("CN=Another", _otherKey, timeProvider: _visits.Clock);
        CertificateAuthority third = CertificateAuthority.CreateRoot("CN=Third", _otherKey, timeProvider: _visits.Clock);
        int visit = 0;
        Action<HybridTlsServerOptions> server = options =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
            options.PeerValidation = visit++ == 0
                ? PeerValidation.TrustAnchors(other.Certificate, third.Certificate)
                : PeerValidation.TrustAnchors(third.Certificate, other.Certificate);
        };
        Assert.False(_visits.VisitServer(server).IsResumed);
        Assert.True(_visits.VisitServer(server).IsResumed);
    }

    [Fact]
    [Clause("HT-RES-14")]
    public void The_pinned_keys_of_clients() => Refused(
        Changed,
        (options, changed) =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            options.AcceptRawPublicKeys = true;
            options.PeerValidation = changed ? _visits.PinClient : PeerValidation.PinnedPublicKeyHashes(SHA256.HashData(_visits.RawClient.SubjectPublicKeyInfo.Span), new byte[32]);
        },
        (options, _) => options.Credential = _visits.RawClient);

    [Fact]
    [Clause("HT-RES-14")]
    public void Whether_raw_keys_of_clients_are_accepted() => Refused(
        Changed,
        (options, changed) =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
            options.AcceptRawPublicKeys = !changed;
            options.PeerValidation = _visits.PinClient;
        });

    [Fact]
    [Clause("HT-RES-14")]
    public void The_kind_of_credential() => Refused(
        Changed,
        (options, changed) => options.Credential = changed ? _visits.RawServer : _visits.ServerCredential,
        (options, _) =>
        {
            options.AcceptRawPublicKeys = true;
            options.PeerValidation = _visits.PinServer;
        });

    [Fact]
    [Clause("HT-RES-15")]
    public void The_servers_raw_key_because_it_has_no_name() => Refused(
        Changed,
        (options, changed) => options.Credential = changed ? HybridTlsCredential.FromRawPublicKey(_otherKey, leaveOpen: true) : _visits.RawServer,
        (options, _) =>
        {
            options.AcceptRawPublicKeys = true;
            options.PeerValidation = PeerValidation.PinnedPublicKeyHashes(
                SHA256.HashData(_visits.RawServer.SubjectPublicKeyInfo.Span), SHA256.HashData(HybridTlsCredential.FromRawPublicKey(_otherKey, leaveOpen: true).SubjectPublicKeyInfo.Span));
        });

    [Fact]
    [Clause("HT-RES-15")]
    public void A_server_with_a_certificate_of_its_own_for_the_name_resumes_and_one_without_the_name_does_not()
    {
        HybridTlsCredential sibling = _visits.Issue(_otherKey, CertificatePurposes.Server, TimeSpan.FromDays(30), "one.test");
        HybridTlsCredential stranger = _visits.Issue(_otherKey, CertificatePurposes.Server, TimeSpan.FromDays(30), "three.test");
        _visits.VisitServer();
        Assert.True(_visits.VisitServer(options => options.Credential = sibling).IsResumed);

        // The stranger could not have begun the session: the client would have refused its certificate. It does so now.
        using MessagePair pair = new(_visits.Server(options => options.Credential = stranger), _visits.Client());
        Assert.Equal(TlsAlert.CertificateUnknown, pair.FailWith());
        Assert.Contains(pair.Messages, static taken => taken.Message[0] == 11);
    }

    [Fact]
    [Clause("HT-RES-15")]
    public void Without_a_name_the_key_is_the_identity()
    {
        HybridTlsCredential sibling = _visits.Issue(_otherKey, CertificatePurposes.Server, TimeSpan.FromDays(30), "one.test");
        Refused(Changed, (options, changed) => options.Credential = changed ? sibling : _visits.ServerCredential, static (options, _) => options.SendServerName = false);
    }

    [Fact]
    [Clause("HT-RES-16")]
    public void The_clients_certificate_is_judged_again()
    {
        // It is valid for three days, the session for seven.
        Action<HybridTlsServerOptions> server = static options => options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
        Action<HybridTlsClientOptions> client = options => options.Credential = _visits.ClientCredential;
        _visits.VisitServer(server, client);
        _visits.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(_visits.VisitServer(server, client).IsResumed);
        _visits.Clock.Advance(TimeSpan.FromDays(2));
        using MessagePair pair = new(_visits.Server(server), _visits.Client(client));
        Assert.Equal(TlsAlert.CertificateExpired, pair.FailWith()); // in the full handshake that took the resumption's place
    }

    [Fact]
    [Clause("HT-RES-16")]
    public void The_servers_certificate_is_judged_again()
    {
        HybridTlsCredential brief = _visits.Issue(_otherKey, CertificatePurposes.Server, TimeSpan.FromDays(1), "one.test");
        int offered = 0;
        foreach (int days in (int[])[0, 2])
        {
            _visits.Clock.Advance(TimeSpan.FromDays(days));
            using MessagePair pair = _visits.Visit(options => options.Credential = days == 0 ? brief : _visits.ServerCredential);
            offered += HybridTls.Messages.ClientHello.Parse(pair.Messages[0].Message.AsSpan(4)).PreSharedKeys.Identities.Count;
        }

        Assert.Equal(0, offered);
    }

    [Theory]
    [InlineData(PeerRole.Server)]
    [InlineData(PeerRole.Client)]
    [Clause("HT-RES-16")]
    public void Callbacks_are_asked_at_every_resumption(PeerRole asking)
    {
        int asked = 0;
        PeerVerdict verdict = PeerVerdict.Accept;
        PeerValidation validation = _visits.Trust.WithCallback((context, _) =>
        {
            asked++;
            Assert.NotEmpty(context.ValidatedPath);
            return ValueTask.FromResult(verdict);
        });
        Action<HybridTlsServerOptions> server = options =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            options.PeerValidation = asking == PeerRole.Server ? validation : _visits.Trust;
        };
        Action<HybridTlsClientOptions> client = options =>
        {
            options.Credential = _visits.ClientCredential;
            options.PeerValidation = asking == PeerRole.Client ? validation : _visits.Trust;
        };
        _visits.VisitServer(server, client);
        Assert.True(_visits.VisitServer(server, client).IsResumed);
        Assert.Equal(2, asked);
        verdict = PeerVerdict.Refuse("not any more", TlsAlert.CertificateRevoked);
        using MessagePair pair = new(_visits.Server(server), _visits.Client(client));
        Assert.Equal(TlsAlert.CertificateRevoked, pair.FailWith());
        Assert.False(pair.IsEstablished);
    }

    [Fact]
    [Clause("HT-RES-16")]
    public void A_replayed_client_hello_does_not_make_a_server_ask_its_callback()
    {
        int asked = 0;
        PeerValidation validation = _visits.Trust.WithCallback((_, _) =>
        {
            asked++;
            return ValueTask.FromResult(PeerVerdict.Accept);
        });
        Action<HybridTlsServerOptions> server = options => (options.ClientCertificateMode, options.PeerValidation) = (ClientAuthenticationMode.RequireCertificate, validation);
        Action<HybridTlsClientOptions> client = options => options.Credential = _visits.ClientCredential;
        _visits.VisitServer(server, client);
        byte[] recorded = [];
        using (MessagePair original = _visits.Visit(server, client))
            recorded = original.Messages[0].Message;
        Assert.Equal(2, asked);

        using MessagePair replay = new(_visits.Server(server), _visits.Client());
        replay.Intercept = (taker, message) => taker == PeerRole.Server && message[0] == 1 ? recorded : message;
        replay.Fail();
        Assert.Equal(HybridTls.Handshake.ServerState.AwaitFinished, replay.Server.State); // it resumes, and waits for a proof
        Assert.Equal(2, asked);
    }

    [Fact]
    [Clause("HT-RES-17")]
    public void A_client_keeps_sessions_apart_by_all_that_it_trusts_and_offers()
    {
        Action<HybridTlsClientOptions>[] changes =
        [
            static options => options.TargetHost = "two.test",
            static options => options.SendServerName = false,
            static options => options.PeerValidation = options.PeerValidation!.DangerousAnyServerName(),
            options => options.PeerValidation = _visits.PinServer,
            options => options.Credential = _visits.ClientCredential,
            options => options.Credential = _visits.RawClient,
            static options => options.ApplicationProtocols = [SslApplicationProtocol.Http2],
            options =>
            {
                options.AcceptRawPublicKeys = true;
                options.PeerValidation = _visits.PinServer;
            },
        ];
        _visits.VisitServer();
        HashSet<string> keys = [HybridTls.Handshake.SessionBinding.ForClient(_visits.Client())];
        foreach (Action<HybridTlsClientOptions> change in changes)
        {
            Assert.True(keys.Add(HybridTls.Handshake.SessionBinding.ForClient(_visits.Client(change))));
            using MessagePair pair = _visits.Visit(client: change);
            Assert.False(pair.Client.Parameters!.IsResumed);
        }

        Assert.True(_visits.VisitServer().IsResumed);
    }

    /// <summary>Visits twice without the change, which resumes, and once with it, which does not.</summary>
    private void Refused(string reason, Action<HybridTlsServerOptions, bool>? server = null, Action<HybridTlsClientOptions, bool>? client = null)
    {
        bool changed = false;
        Action<HybridTlsServerOptions> serverChange = options => server?.Invoke(options, changed);
        Action<HybridTlsClientOptions> clientChange = options => client?.Invoke(options, changed);
        Assert.False(_visits.VisitServer(serverChange, clientChange).IsResumed);
        Assert.True(_visits.VisitServer(serverChange, clientChange).IsResumed);
        changed = true;
        NegotiatedParameters parameters = _visits.VisitServer(serverChange, clientChange);
        Assert.Equal((false, reason), (parameters.IsResumed, parameters.ResumptionRefusal));

        // And the full handshake begins a session of its own.
        Assert.True(_visits.VisitServer(serverChange, clientChange).IsResumed);
    }

    private sealed class OneKeyCache(IClientSessionCache cache) : IClientSessionCache
    {
        public void Add(string key, ClientSession session) => cache.Add("one", session);

        public ClientSession? Take(string key) => cache.Take("one");
    }
}
