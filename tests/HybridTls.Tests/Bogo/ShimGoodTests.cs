using System.Net.Security;
using HybridTls.Messages;
using HybridTls.Records;
using static HybridTls.Tests.Bogo.BogoExchange;

namespace HybridTls.Tests.Bogo;

/// <summary>Exchanges in which both sides keep to the rules.</summary>
public class ShimGoodTests
{
    private static readonly string[] FirstProtocols = ["foo", "bar"];

    [Fact]
    public void The_shim_says_that_it_has_no_handshaker()
    {
        (int exitCode, string output, string error) = ShimProcess.Run("-is-handshaker-supported");
        Assert.Equal((0, "No\n", ""), (exitCode, output, error));
    }

    [Theory]
    [InlineData("-no-such-flag")]
    [InlineData("-dtls")]
    [InlineData("-curves", "29")]
    [InlineData("-verify-prefs", "1027")]
    [InlineData("-max-version", "771")]
    [InlineData("-on-resume-no-such-flag")]
    [InlineData("-enable-early-data")]
    public async Task What_is_out_of_scope_is_unimplemented(params string[] flags)
    {
        using ShimProcess shim = ShimHere(isServer: false, flags);
        Assert.Equal(89, (await shim.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_key_that_is_not_MLDSA65_is_unimplemented()
    {
        using ShimProcess shim = new(["-server", "-cert-file", ShimFiles.CertificateFile, "-key-file", ShimFiles.ForeignKeyFile]);
        using Stream connection = await shim.AcceptAsync();
        Assert.Equal(89, (await shim.EndAsync()).ExitCode);
    }

    public static TheoryData<bool, string[]> EchoFlags => new()
    {
        { true, [] },
        { false, [] },
        { true, ["-async"] },
        { false, ["-async"] },
        { true, ["-implicit-handshake"] },
        { true, ["-ipv6"] },
        { true, ["-key-update"] },
        { false, ["-key-update"] },
        { false, ["-key-update-before-read"] },
        { false, ["-host-name", "test", "-expect-no-hrr"] },
        { true, ["-expect-server-name", "test"] },
        { true, ["-check-close-notify"] },
        { true, ["-curves", "4588", "-expect-curve-id", "4588", "-trust-cert", "/none", "-min-version", "772"] },
        { true, ["-read-size", "7"] },
        { false, ["-no-key-shares", "-expect-hrr"] },
        { true, ["-server-preference", "-expect-cipher-aes", "4865"] },
    };

    [Theory]
    [MemberData(nameof(EchoFlags))]
    public async Task The_shim_echoes(bool shimIsServer, string[] flags)
    {
        if (flags.Contains("-ipv6") && !System.Net.Sockets.Socket.OSSupportsIPv6)
            Assert.Skip("This machine has no IPv6.");
        using ShimProcess shim = shimIsServer ? ShimServer(flags) : ShimClient(flags);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer);
        Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
        await peer.ExpectEchoAsync();
        await peer.ExpectEchoAsync(1000);
        peer.SendAlert(1, TlsAlert.CloseNotify);
        peer.Dispose();
        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task An_end_without_close_notify_is_a_clean_end()
    {
        using ShimProcess shim = ShimServer();
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
            Assert.True(await peer.HandshakeAsync());
        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificates_as_the_runner_makes_them_will_do(bool shimIsServer)
    {
        string[] flags = [.. ShimFiles.RunnerCredentialFlags, "-require-any-client-certificate", "-expect-peer-cert-file", ShimFiles.RunnerCredentialFlags[1]];
        PeerValidation accept = PeerValidation.DangerousCallbackAlone(static (_, _) => new(PeerVerdict.Accept));
        using ShimProcess shim = ShimHere(isServer: false, shimIsServer ? ["-server", .. flags] : flags);
        HybridTlsOptions options = shimIsServer
            ? ClientOptions(options => options.PeerValidation = accept)
            : ServerOptions(options => (options.PeerValidation, options.ClientCertificateMode) = (accept, ClientAuthenticationMode.RequireCertificate));
        options.Credential = ShimFiles.RunnerCredential;
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer, options))
        {
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_server_asks_for_another_ClientHello()
    {
        using ShimProcess shim = ShimServer("-expect-hrr");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, retry: true))
        {
            Assert.True(await peer.HandshakeAsync());
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task Messages_may_come_byte_by_byte_and_padded()
    {
        using ShimProcess shim = ShimServer();
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            peer.HandshakeFragment = 1;
            peer.Padding = 10;
            Assert.True(await peer.HandshakeAsync());
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData("label", "context")]
    [InlineData("", "")]
    public async Task Both_sides_export_the_same(string label, string context)
    {
        using ShimProcess shim = ShimServer("-export-keying-material", "1024", "-export-label", label, "-export-context", context, "-use-export-context");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            byte[] expected = new byte[1024];
            peer.Machine.Established.Secrets.Export(System.Text.Encoding.ASCII.GetBytes(label), System.Text.Encoding.ASCII.GetBytes(context), expected);
            Assert.Equal(expected, await peer.ReadAsync(1024));
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task The_traffic_secrets_are_those_of_the_connection()
    {
        using ShimProcess shim = ShimServer("-export-traffic-secrets");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            byte[] read = peer.Machine.Established.Secrets.Client.Value.ToArray();
            byte[] write = peer.Machine.Established.Secrets.Server.Value.ToArray();
            Assert.Equal([(byte)read.Length, 0, .. read, .. write], await peer.ReadAsync(2 + read.Length + write.Length));
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(ClientAuthenticationMode.NoCertificate)]
    [InlineData(ClientAuthenticationMode.AllowCertificate)]
    [InlineData(ClientAuthenticationMode.RequireCertificate)]
    public async Task A_client_shim_sends_its_certificate_if_asked(ClientAuthenticationMode mode)
    {
        using ShimProcess shim = ShimClient(ShimFiles.CredentialFlags);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.ClientCertificateMode = mode)))
        {
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(mode != ClientAuthenticationMode.NoCertificate, peer.Machine.Parameters!.IsPeerAuthenticated);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData("-verify-peer", false)]
    [InlineData("-verify-peer", true)]
    [InlineData("-require-any-client-certificate", true)]
    public async Task A_server_shim_asks_for_a_certificate(string flag, bool hasCredential)
    {
        string[] expected = hasCredential ? ["-expect-peer-cert-file", ShimFiles.CertificateFile, "-expect-peer-signature-algorithm", "2309"] : [];
        using ShimProcess shim = ShimServer([flag, .. expected]);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, ClientOptions(options => options.Credential = hasCredential ? ShimFiles.Credential : null)))
        {
            Assert.True(await peer.HandshakeAsync());
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_server_shim_takes_the_credential_that_the_client_accepts()
    {
        using ShimProcess shim = new(
            ["-server", "-new-x509-credential", .. ShimFiles.CredentialFlags, "-new-rpk-credential", "-key-file", ShimFiles.KeyFile, "-expect-selected-credential", "1"]);
        HybridTlsClientOptions options = ClientOptions(options =>
        {
            options.PeerCertificateTypes = [CertificateType.RawPublicKey];
            options.AcceptRawPublicKeys = true;
            options.PeerValidation = PeerValidation.PinnedPublicKeyHashes(System.Security.Cryptography.SHA256.HashData(ShimFiles.Credential.SubjectPublicKeyInfo.Span));
        });
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, options))
        {
            Assert.True(await peer.HandshakeAsync());
            Assert.True(peer.Machine.Parameters!.PeerUsedRawPublicKey);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_client_shim_accepts_and_sends_raw_public_keys()
    {
        string hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(ShimFiles.Credential.SubjectPublicKeyInfo.Span));
        using ShimProcess shim = ShimClient(
            "-accepted-peer-cert-types", "2", "-expect-peer-certificate-type", "2", "-expect-peer-rpk-sha256", hash,
            "-new-rpk-credential", "-key-file", ShimFiles.KeyFile, "-expect-selected-credential", "0");
        HybridTlsServerOptions options = ServerOptions(options =>
        {
            options.Credential = ShimFiles.RawCredential;
            options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            options.AcceptRawPublicKeys = true;
            options.PeerValidation = PeerValidation.PinnedPublicKeyHashes(Convert.FromBase64String(hash));
        });
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, options))
        {
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.True(peer.Machine.Parameters!.PeerUsedRawPublicKey);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_client_shim_offers_protocols()
    {
        using ShimProcess shim = ShimClient("-advertise-alpn", "\u0003foo\u0003bar", "-expect-alpn", "bar");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.ApplicationProtocols = [new("bar")])))
            Assert.True(await peer.HandshakeAsync());
        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData("foo", "-expect-advertised-alpn", "\u0003foo\u0003bar", "-select-alpn", "foo")]
    [InlineData("", "-decline-alpn")]
    public async Task A_server_shim_selects_a_protocol(string expected, params string[] flags)
    {
        using ShimProcess shim = ShimServer(flags);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, ClientOptions(options =>
            options.ApplicationProtocols = [.. FirstProtocols.Select(static name => new SslApplicationProtocol(name))])))
        {
            Assert.True(await peer.HandshakeAsync());
            Assert.Equal(expected, peer.Machine.Parameters!.ApplicationProtocol.ToString());
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_server_shim_names_authorities_and_a_client_shim_sees_them()
    {
        string name = Convert.ToHexString(ShimFiles.Authority.Certificate.SubjectName.RawData);
        using ShimProcess shim = ShimClient([.. ShimFiles.CredentialFlags, "-expect-client-ca-list", name]);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options =>
        {
            options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
            options.SendCertificateAuthorities = true;
        })))
            Assert.True(await peer.HandshakeAsync());
        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task Records_are_cut_as_asked()
    {
        using ShimProcess shim = ShimServer("-max-send-fragment", "512", "-read-size", "1024");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            peer.SendData(new byte[1024]);
            Assert.Equal(512, (await peer.ReadAsync()).Length);
            Assert.Equal(512, (await peer.ReadAsync()).Length);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task The_shim_writes_first_records_of_all_sizes()
    {
        using ShimProcess shim = ShimServer("-write-different-record-sizes");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            byte[] all = await peer.ReadAsync(148_482);
            Assert.Equal(1 + 255 + 256 + 257 + 16383 + 16384 + 16385 + 32767 + 32768 + 32769, all.Length);
            Assert.All(all, static value => Assert.Equal(0x42, value));
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_write_may_be_unfinished_while_the_shim_reads()
    {
        using ShimProcess shim = ShimClient("-async", "-shim-writes-first", "-read-with-unfinished-write");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false))
        {
            Assert.True(await peer.HandshakeAsync());
            peer.SendKeyUpdate(KeyUpdateRequest.Requested);
            peer.SendData("ping"u8);
            Assert.Equal("hello"u8.ToArray(), await peer.ReadAsync(5));
            Assert.Equal("ping"u8.ToArray().Select(static b => (byte)~b), await peer.ReadAsync(4));
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_requested_key_update_is_answered_once()
    {
        using ShimProcess shim = ShimServer();
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            for (int i = 0; i < 5; i++)
                peer.SendKeyUpdate(KeyUpdateRequest.Requested);
            await peer.ExpectEchoAsync();
            Assert.Equal(1UL, peer.Machine.Established.Secrets.Server.Generation);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task The_shim_sends_an_alert_on_demand()
    {
        using ShimProcess shim = ShimServer("-send-alert");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            await peer.DrainAsync();
            Assert.Equal((TlsAlert)30, peer.Failure?.Alert);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task The_shim_shuts_down_and_waits_for_our_close_notify()
    {
        using ShimProcess shim = ShimClient("-shim-shuts-down", "-check-close-notify");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false))
        {
            Assert.True(await peer.HandshakeAsync());
            Assert.Empty(await peer.ReadAsync());
            peer.SendAlert(1, TlsAlert.CloseNotify);
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task Empty_records_and_user_canceled_are_tolerated_to_a_point()
    {
        using ShimProcess shim = ShimServer();
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true))
        {
            Assert.True(await peer.HandshakeAsync());
            for (int i = 0; i < RecordLimits.MaxEmptyRecordsInARow; i++)
                peer.SendRecord(ContentType.ApplicationData, []);
            for (int i = 0; i < RecordLimits.MaxIgnoredAlerts; i++)
                peer.SendAlert(1, TlsAlert.UserCanceled);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(true, "-verify-fail")]
    [InlineData(false, "-verify-fail")]
    public async Task A_refusal_that_nobody_enforces_is_none(bool shimIsServer, params string[] flags)
    {
        using ShimProcess shim = shimIsServer ? ShimServer(flags) : ShimClient(flags);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer))
            Assert.True(await peer.HandshakeAsync());
        await ExpectSuccessAsync(shim);
    }
}
