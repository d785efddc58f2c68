using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using static HybridTls.Tests.Interop.PeerIdentities;

namespace HybridTls.Tests.Interop;

/// <summary>Handshakes with Node that must fail: the alert on both sides, and what the message tells the operator.</summary>
public sealed class NodeFailureTests(NodeTls node) : NodeTestBase(node)
{
    [Fact]
    [Clause("HT-CERT-1")]
    public async Task Our_client_refuses_an_unknown_issuer()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(
            NodeServer(), ClientOptions(options => options.PeerValidation = TrustStranger));
        AssertSent(ours, TlsAlert.UnknownCa, "anchor");
        Assert.Equal(nameof(TlsAlert.UnknownCa), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-CERT-6")]
    public async Task Our_client_refuses_an_expired_certificate()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(NodeOptions(Expired));
        AssertSent(ours, TlsAlert.CertificateExpired, "expired");
        Assert.Equal(nameof(TlsAlert.CertificateExpired), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-CERT-6")]
    public async Task Our_client_refuses_a_certificate_that_its_clock_finds_expired()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(
            NodeServer(), ClientOptions(options => options.TimeProvider = new FakeTimeProvider(DateTimeOffset.UtcNow + TimeSpan.FromDays(200))));
        AssertSent(ours, TlsAlert.CertificateExpired);
        Assert.Equal(nameof(TlsAlert.CertificateExpired), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-CERT-5")]
    public async Task Our_client_refuses_a_certificate_for_another_name()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(NodeOptions(OtherName));
        AssertSent(ours, TlsAlert.CertificateUnknown, "localhost", "other.example");
        Assert.Equal(nameof(TlsAlert.CertificateUnknown), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-CERT-11")]
    public async Task Our_client_refuses_a_key_that_is_not_pinned()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(
            NodeServer(), ClientOptions(options => options.PeerValidation = PeerValidation.PinnedPublicKeys(Certificates.TestKeys.Get("self"))));
        AssertSent(ours, TlsAlert.CertificateUnknown, "pin");
        Assert.Equal(nameof(TlsAlert.CertificateUnknown), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-AUTH-4")]
    public async Task Our_client_lets_a_callback_refuse()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToConnectAsync(
            NodeServer(),
            ClientOptions(options => options.PeerValidation = TrustRoot.WithCallback((_, _) => ValueTask.FromResult(PeerVerdict.Refuse("not today", TlsAlert.AccessDenied)))));
        AssertSent(ours, TlsAlert.AccessDenied, "not today");
        Assert.Equal(nameof(TlsAlert.AccessDenied), await theirs.WaitForErrorAsync());
    }

    [Theory]
    [InlineData("expired", TlsAlert.CertificateExpired)]
    [InlineData("stranger", TlsAlert.UnknownCa)]
    [InlineData("purpose", TlsAlert.UnsupportedCertificate)]
    [Clause("HT-CERT-1")]
    [Clause("HT-ALERT-5")]
    public async Task Our_server_refuses_a_client(string which, TlsAlert alert)
    {
        PeerIdentity client = which switch { "stranger" => StrangersClient, "expired" => Client, _ => Leaf };
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(
            ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TrustRoot;
                options.TimeProvider = new FakeTimeProvider(DateTimeOffset.UtcNow + (which == "expired" ? TimeSpan.FromDays(200) : TimeSpan.Zero));
            }),
            NodeClient(("cert", client.CertificatePem), ("key", client.KeyPem)));
        AssertSent(ours, alert);
        Assert.Equal(alert.ToString(), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-AUTH-8")]
    public async Task Our_server_requires_a_certificate()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(
            ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TrustRoot;
            }),
            NodeClient());
        AssertSent(ours, TlsAlert.CertificateRequired, "ClientCertificateMode");
        Assert.Equal(nameof(TlsAlert.CertificateRequired), await theirs.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-ALERT-5")]
    public async Task Node_requires_a_certificate()
    {
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            NodeServer(("requestCert", true), ("rejectUnauthorized", true), ("ca", RootPem)));
        await using (ours)
        {
            // A client learns it with its first read: its handshake was complete before.
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => ours.ReadAsync(new byte[1], Token).AsTask());
            AssertReceived(exception, TlsAlert.CertificateRequired);
            Assert.Contains("Credential", exception.Message, StringComparison.Ordinal);
            await theirs.WaitAsync("error");
        }
    }

    [Fact]
    public async Task Node_refuses_the_issuer_of_our_certificate()
    {
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            NodeServer(("requestCert", true), ("rejectUnauthorized", true), ("ca", RootPem)),
            ClientOptions(options => options.Credential = StrangersClient.Credential));
        await using (ours)
        {
            // Node judges after the handshake and hangs up without an alert.
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => ours.ReadAsync(new byte[1], Token).AsTask());
            Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
            await theirs.WaitAsync("error");
        }
    }

    [Fact]
    public async Task Nodes_client_refuses_our_certificate()
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptAsync(port => Node.ConnectAsync(port, NodeClient(("ca", StrangerPem))));
        await using (ours)
        {
            // Node judges after the handshake and hangs up without an alert.
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(async () =>
            {
                await ours.AuthenticateAsServerAsync(ServerOptions(), Token);
                await ours.ReadExactlyAsync(new byte[1], Token);
            });
            Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
            Assert.Equal("UNABLE_TO_VERIFY_LEAF_SIGNATURE", await theirs.WaitForErrorAsync());
        }
    }

    [Fact]
    [Clause("HT-NEG-3")]
    [Clause("HT-NEG-5")]
    [Clause("HT-WIRE-2")]
    public async Task There_is_no_common_group()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(null, NodeClient(("ecdhCurve", "X25519")));
        AssertSent(ours, TlsAlert.HandshakeFailure, "X25519MLKEM768", "OpenSSL 3.5");
        Assert.Equal(nameof(TlsAlert.HandshakeFailure), await theirs.WaitForErrorAsync());

        (ours, theirs) = await FailToConnectAsync(NodeServer(("ecdhCurve", "X25519")));
        AssertReceived(ours, TlsAlert.HandshakeFailure);
        Assert.Contains("X25519MLKEM768", ours.Message, StringComparison.Ordinal);
        Assert.StartsWith("ERR_SSL_", await theirs.WaitForErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-NEG-3")]
    [Clause("HT-NEG-5")]
    [Clause("HT-WIRE-2")]
    public async Task There_is_no_common_signature()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(null, NodeClient(("sigalgs", "ecdsa_secp256r1_sha256")));
        AssertSent(ours, TlsAlert.HandshakeFailure, "mldsa65", "OpenSSL 3.5");
        Assert.Equal(nameof(TlsAlert.HandshakeFailure), await theirs.WaitForErrorAsync());

        (ours, theirs) = await FailToConnectAsync(NodeOptions(Classical));
        AssertReceived(ours, TlsAlert.HandshakeFailure);
        Assert.Contains("ML-DSA-65", ours.Message, StringComparison.Ordinal);
        Assert.StartsWith("ERR_SSL_", await theirs.WaitForErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-NEG-3")]
    public async Task There_is_no_common_cipher_suite()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(
            ServerOptions(options => options.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]), NodeClient(("ciphers", "TLS_CHACHA20_POLY1305_SHA256")));
        AssertSent(ours, TlsAlert.HandshakeFailure, "CipherSuites");
        Assert.Equal(nameof(TlsAlert.HandshakeFailure), await theirs.WaitForErrorAsync());

        (ours, _) = await FailToConnectAsync(
            NodeServer(("ciphers", "TLS_CHACHA20_POLY1305_SHA256")), ClientOptions(options => options.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]));
        AssertReceived(ours, TlsAlert.HandshakeFailure);
    }

    [Fact]
    [Clause("HT-NEG-7")]
    public async Task There_is_no_common_application_protocol()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(
            ServerOptions(options => options.ApplicationProtocols = [SslApplicationProtocol.Http2]), NodeClient(("ALPNProtocols", new JsonArray("foo"))));
        AssertSent(ours, TlsAlert.NoApplicationProtocol, "ApplicationProtocols", "h2");
        Assert.Equal(nameof(TlsAlert.NoApplicationProtocol), await theirs.WaitForErrorAsync());

        (ours, theirs) = await FailToConnectAsync(
            NodeServer(("ALPNProtocols", new JsonArray("foo"))), ClientOptions(options => options.ApplicationProtocols = [SslApplicationProtocol.Http2]));
        AssertReceived(ours, TlsAlert.NoApplicationProtocol);
        Assert.Contains("ApplicationProtocols", ours.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-NEG-1")]
    [Clause("HT-NEG-9")]
    [Clause("HT-WIRE-1")]
    public async Task The_peer_speaks_only_an_older_version()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(null, NodeClient(("maxVersion", "TLSv1.2")));
        AssertSent(ours, TlsAlert.ProtocolVersion, "TLS 1.3");
        Assert.Equal(nameof(TlsAlert.ProtocolVersion), await theirs.WaitForErrorAsync());

        (ours, theirs) = await FailToConnectAsync(NodeOptions(Classical, ("maxVersion", "TLSv1.2")));
        Assert.Equal(HybridTlsFailure.AlertReceived, ours.Failure);
        Assert.Equal(TlsAlert.ProtocolVersion, ours.Alert);
        Assert.StartsWith("ERR_SSL_", await theirs.WaitForErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-REC-3")]
    public async Task The_peer_speaks_no_tls_at_all()
    {
        (HybridTlsException ours, NodeConnection theirs) = await FailToAcceptAsync(
            null, port => Node.ConnectPlainAsync(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        Assert.Equal(HybridTlsFailure.AlertSent, ours.Failure);
        Assert.Contains("HTTP", ours.Message, StringComparison.Ordinal);
        Assert.Equal(7, (await theirs.WaitAsync("close")).GetProperty("received").GetInt32());
    }
}
