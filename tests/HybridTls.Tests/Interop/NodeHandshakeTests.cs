using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using static HybridTls.Tests.Interop.PeerIdentities;

namespace HybridTls.Tests.Interop;

/// <summary>Handshakes with Node (OpenSSL 3.5) in both roles that succeed.</summary>
public sealed class NodeHandshakeTests(NodeTls node) : NodeTestBase(node)
{
    private static readonly JsonObject Echo = new() { ["echo"] = true };

    public static TheoryData<string> Chains => ["self-signed", "leaf", "deep"];

    public static TheoryData<TlsCipherSuite> Suites =>
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    [Theory]
    [MemberData(nameof(Chains))]
    [Clause("HT-AUTH-1")]
    [Clause("HT-KEX-2")]
    [Clause("HT-KEY-1")]
    public async Task Our_client_authenticates_nodes_server(string chain)
    {
        PeerIdentity identity = IdentityOf(chain);
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            NodeOptions(identity), ClientOptions(options => options.PeerValidation = TrustOf(chain)), Behaviour(echo: true));
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.Equal("TLSv1.3", secure.GetProperty("protocol").GetString());
            Assert.Equal("TLS_AES_256_GCM_SHA384", secure.GetProperty("cipher").GetString());
            Assert.Equal("localhost", secure.GetProperty("servername").GetString());
            Assert.True(ours.Parameters.IsPeerAuthenticated);
            Assert.Equal(NamedGroup.X25519MLKem768, ours.Parameters.Group);
            Assert.Equal(chain == "deep" ? 2 : 1, ours.Parameters.PeerCertificates.Count);
            Assert.Equal(identity.Credential.SubjectPublicKeyInfo.ToArray(), ours.Parameters.PeerPublicKey.ToArray());
            Assert.False(ours.Parameters.UsedHelloRetryRequest);
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [MemberData(nameof(Chains))]
    [Clause("HT-AUTH-1")]
    [Clause("HT-KEX-2")]
    [Clause("HT-KEY-1")]
    public async Task Nodes_client_authenticates_our_server(string chain)
    {
        PeerIdentity identity = IdentityOf(chain);
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options => options.Credential = identity.Credential),
            NodeClient(("ca", chain == "self-signed" ? identity.CertificatePem : RootPem)),
            Behaviour(echo: true));
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.True(secure.GetProperty("authorized").GetBoolean());
            Assert.Equal("X25519MLKEM768", secure.GetProperty("group").GetString());
            Assert.Equal("TLS_AES_256_GCM_SHA384", secure.GetProperty("cipher").GetString());
            Assert.Equal("localhost", ours.Parameters.ServerName);
            Assert.False(ours.Parameters.IsPeerAuthenticated);
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-AUTH-1")]
    public async Task Our_client_authenticates_itself_to_nodes_server(bool remoteSigner)
    {
        using HybridTlsCredential remote = HybridTlsCredential.CreateRemote(
            [X509CertificateLoader.LoadCertificate(Client.Credential.Certificates[0].Span)], (content, _) => ValueTask.FromResult(Certificates.TestKeys.Get("client").SignData(content.ToArray())));
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            NodeServer(("requestCert", true), ("rejectUnauthorized", true), ("ca", RootPem)),
            ClientOptions(options => options.Credential = remoteSigner ? remote : Client.Credential),
            Behaviour(echo: true));
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.True(secure.GetProperty("authorized").GetBoolean());
            Assert.Equal("interop client", secure.GetProperty("peer").GetString());
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-AUTH-1")]
    [Clause("HT-AUTH-6")]
    public async Task Nodes_client_authenticates_itself_to_our_server(bool namesAuthorities)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TrustRoot;
                options.SendCertificateAuthorities = namesAuthorities;
            }),
            NodeClient(("cert", Client.CertificatePem), ("key", Client.KeyPem)),
            Behaviour(echo: true));
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            Assert.True(ours.Parameters.IsPeerAuthenticated);
            Assert.Equal(Client.Credential.SubjectPublicKeyInfo.ToArray(), ours.Parameters.PeerPublicKey.ToArray());
            using var certificate = ours.Parameters.GetPeerCertificate();
            Assert.Equal("CN=interop client", certificate!.Subject);
            await AssertEchoAsync(ours);
        }
    }

    [Fact]
    [Clause("HT-AUTH-8")]
    public async Task A_node_client_without_certificate_is_accepted_where_none_is_required()
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                options.PeerValidation = TrustRoot;
            }),
            behaviour: Behaviour(echo: true));
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            Assert.False(ours.Parameters.IsPeerAuthenticated);
            Assert.True(ours.Parameters.PeerPublicKey.IsEmpty);
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-WIRE-3")]
    public async Task Each_cipher_suite_works_in_both_roles(TlsCipherSuite suite)
    {
        (HybridTlsStream client, NodeConnection server) = await ConnectToNodeAsync(
            NodeServer(("ciphers", suite.ToString())), behaviour: Behaviour(echo: true));
        await using (client)
        {
            Assert.Equal(suite, client.Parameters.CipherSuite);
            Assert.Equal(suite.ToString(), (await server.WaitAsync("secure")).GetProperty("cipher").GetString());
            await AssertEchoAsync(client);
        }

        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            client: NodeClient(("ciphers", suite.ToString())), behaviour: Behaviour(echo: true));
        await using (ours)
        {
            Assert.Equal(suite, ours.Parameters.CipherSuite);
            Assert.Equal(suite.ToString(), (await theirs.WaitAsync("secure")).GetProperty("cipher").GetString());
            await AssertEchoAsync(ours);
        }
    }

    [Fact]
    [Clause("HT-NEG-7")]
    public async Task The_application_protocol_is_agreed_in_both_roles()
    {
        (HybridTlsStream client, NodeConnection server) = await ConnectToNodeAsync(
            NodeServer(("ALPNProtocols", new JsonArray("h2", "http/1.1"))),
            ClientOptions(options => options.ApplicationProtocols = [new SslApplicationProtocol("foo"), SslApplicationProtocol.Http11]));
        await using (client)
        {
            Assert.Equal(SslApplicationProtocol.Http11, client.Parameters.ApplicationProtocol);
            Assert.Equal("http/1.1", (await server.WaitAsync("secure")).GetProperty("alpn").GetString());
        }

        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options => options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]),
            NodeClient(("ALPNProtocols", new JsonArray("http/1.1", "h2"))));
        await using (ours)
        {
            Assert.Equal(SslApplicationProtocol.Http2, ours.Parameters.ApplicationProtocol);
            Assert.Equal("h2", (await theirs.WaitAsync("secure")).GetProperty("alpn").GetString());
        }
    }

    [Fact]
    [Clause("HT-NEG-8")]
    public async Task Our_server_chooses_its_options_by_the_name()
    {
        ClientHelloInfo? seen = null;
        HybridTlsServerOptions options = new()
        {
            SelectOptions = async (hello, cancellationToken) =>
            {
                seen = hello;
                await Task.Delay(10, cancellationToken);
                return hello.ServerName == "other.example" ? ServerOptions(chosen => chosen.Credential = OtherName.Credential) : null;
            },
        };
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(options, NodeClient(("servername", "other.example"), ("ALPNProtocols", new JsonArray("h2"))));
        await using (ours)
        {
            Assert.True((await theirs.WaitAsync("secure")).GetProperty("authorized").GetBoolean());
            Assert.Equal("other.example", ours.Parameters.ServerName);
            Assert.Contains((ushort)0x11EC, seen!.SupportedGroups);
            Assert.Contains((ushort)0x0905, seen.SignatureSchemes);
            Assert.Equal([SslApplicationProtocol.Http2], seen.ApplicationProtocols);
        }

        (HybridTlsException exception, NodeConnection refused) = await FailToAcceptAsync(options, NodeClient());
        AssertSent(exception, TlsAlert.UnrecognizedName, "localhost", "SelectOptions");
        Assert.Equal(nameof(TlsAlert.UnrecognizedName), await refused.WaitForErrorAsync());
    }

    [Fact]
    [Clause("HT-NEG-12")]
    public async Task An_address_is_checked_and_not_sent_as_a_name()
    {
        (HybridTlsException exception, _) = await FailToConnectAsync(NodeServer(), ClientOptions(options => options.TargetHost = "127.0.0.1"));
        AssertSent(exception, TlsAlert.CertificateUnknown, "127.0.0.1", "localhost");
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            client: ClientOptions(options =>
            {
                options.TargetHost = "127.0.0.1";
                options.PeerValidation = TrustRoot.WithServerName("localhost");
            }));
        await using (ours)
        {
            Assert.Equal("", (await theirs.WaitAsync("secure")).GetProperty("servername").GetString());
            Assert.Null(ours.Parameters.ServerName);
        }
    }

    [Theory]
    [InlineData("P-256:X25519MLKEM768", false)]
    [InlineData("X25519:X25519MLKEM768", false)]
    [InlineData("P-256:X25519MLKEM768", true)]
    [Clause("HT-HRR-1")]
    public async Task Our_server_asks_for_another_hello(string groups, bool mutual)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options =>
            {
                options.ClientCertificateMode = mutual ? ClientAuthenticationMode.RequireCertificate : ClientAuthenticationMode.NoCertificate;
                options.PeerValidation = TrustRoot;
            }),
            NodeClient(("ecdhCurve", groups), ("cert", Client.CertificatePem), ("key", Client.KeyPem)),
            Behaviour(echo: true));
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.Equal("X25519MLKEM768", secure.GetProperty("group").GetString());
            Assert.True(ours.Parameters.UsedHelloRetryRequest);
            Assert.Equal(mutual, ours.Parameters.IsPeerAuthenticated);
            AssertSameSecrets(ours, secure);
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-HRR-2")]
    public async Task Our_client_answers_a_hello_retry_request(TlsCipherSuite suite)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            NodeServer(("ciphers", suite.ToString())), behaviour: Behaviour(echo: true), withholdKeyShare: true);
        await using (ours)
        {
            Assert.True(ours.Parameters.UsedHelloRetryRequest);
            AssertSameSecrets(ours, await theirs.WaitAsync("secure"));
            await AssertEchoAsync(ours);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-KEY-4")]
    [Clause("HT-KEY-5")]
    [Clause("HT-KEY-9")]
    public async Task Exporters_bindings_and_key_logs_are_equal(TlsCipherSuite suite)
    {
        AppContext.SetSwitch("HybridTls.AllowKeyLog", true);
        List<string> lines = [];
        (HybridTlsStream client, NodeConnection server) = await ConnectToNodeAsync(
            NodeServer(("ciphers", suite.ToString())), ClientOptions(options => options.KeyLog = lines.Add), Behaviour(echo: true));
        await using (client)
        {
            AssertSameSecrets(client, await server.WaitAsync("secure"));
            await AssertSameKeyLogAsync(lines, server);
        }

        lines.Clear();
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options => options.KeyLog = lines.Add), NodeClient(("ciphers", suite.ToString())));
        await using (ours)
        {
            AssertSameSecrets(ours, await theirs.WaitAsync("secure"));
            await AssertSameKeyLogAsync(lines, theirs);
        }
    }

    [Fact]
    [Clause("HT-KEY-8")]
    public async Task A_key_log_needs_the_switch_as_well()
    {
        // Stands here because the switch is the process's: the tests of this group run one after the other.
        AppContext.SetSwitch("HybridTls.AllowKeyLog", false);
        await using HybridTlsStream stream = new(new MemoryStream());
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => stream.AuthenticateAsClientAsync(ClientOptions(options => options.KeyLog = static _ => { }), Token));
        Assert.Contains("HybridTls.AllowKeyLog", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CertificateCompression.Zlib, "zlib", true)]
    [InlineData(CertificateCompression.Brotli, "brotli", true)]
    [InlineData(CertificateCompression.Brotli, "zlib", false)]
    [Clause("HT-CMP-1")]
    public async Task Certificates_are_compressed(CertificateCompression compression, string algorithm, bool common)
    {
        (HybridTlsStream client, NodeConnection server) = await ConnectToNodeAsync(
            NodeOptions(Compressible, ("certificateCompression", new JsonArray(algorithm)), ("requestCert", true), ("rejectUnauthorized", true), ("ca", RootPem)),
            ClientOptions(options =>
            {
                options.CertificateCompression = compression;
                options.Credential = Compressible.Credential;
            }),
            Behaviour(echo: true));
        await using (client)
        {
            Assert.True((await server.WaitAsync("secure")).GetProperty("authorized").GetBoolean());
            Assert.Equal(common, client.Machine.CompressedOwnCertificate);

            // OpenSSL 3.5 compresses no server certificate with an ML-DSA key: it is received as it is.
            Assert.False(client.Machine.PeerCompressedCertificate);
            await AssertEchoAsync(client);
        }

        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(
            ServerOptions(options =>
            {
                options.CertificateCompression = compression;
                options.Credential = Compressible.Credential;
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.PeerValidation = TrustRoot;
            }),
            NodeClient(("certificateCompression", new JsonArray(algorithm)), ("cert", Compressible.CertificatePem), ("key", Compressible.KeyPem)),
            Behaviour(echo: true));
        await using (ours)
        {
            Assert.True((await theirs.WaitAsync("secure")).GetProperty("authorized").GetBoolean());
            Assert.Equal((common, common), (ours.Machine.CompressedOwnCertificate, ours.Machine.PeerCompressedCertificate));
            await AssertEchoAsync(ours);
        }
    }

    [Fact]
    [Clause("HT-NEG-13")]
    public async Task A_peer_without_record_size_limit_ignores_ours()
    {
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(
            client: ClientOptions(options => options.RecordSizeLimit = 1000), behaviour: Behaviour(echo: true));
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            await AssertEchoAsync(ours, new string('x', 50_000));
        }
    }

    private static JsonObject Behaviour(bool echo) => echo ? Echo.DeepClone().AsObject() : [];

    private static PeerIdentity IdentityOf(string chain) => chain switch { "self-signed" => SelfSigned, "leaf" => Leaf, _ => Deep };

    private static PeerValidation TrustOf(string chain) =>
        chain == "self-signed" ? PeerValidation.TrustAnchorsFromPem(SelfSigned.CertificatePem) : TrustRoot;

    private static void AssertSameSecrets(HybridTlsStream ours, JsonElement secure)
    {
        byte[] exported = new byte[48];
        ours.ExportKeyingMaterial("EXPORTER-hybridtls-test", "context"u8, exported);
        Assert.Equal(secure.GetProperty("exporter").GetString(), Convert.ToHexStringLower(exported));
        Assert.Equal(secure.GetProperty("binding").GetString(), Convert.ToHexStringLower(ours.GetChannelBinding()));
    }

    private static async Task AssertSameKeyLogAsync(List<string> ours, NodeConnection theirs)
    {
        string[] expected = await theirs.GetKeyLogAsync();
        Assert.Equal(5, expected.Length);
        Assert.Equal(expected.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal), StringComparer.OrdinalIgnoreCase);
    }
}
