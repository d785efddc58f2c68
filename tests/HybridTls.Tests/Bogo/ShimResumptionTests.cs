using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Messages;
using HybridTls.Tests.Handshake;
using Microsoft.Extensions.Time.Testing;
using static HybridTls.Tests.Bogo.BogoExchange;

namespace HybridTls.Tests.Bogo;

/// <summary>Exchanges of several connections, of which the later ones resume the first.</summary>
public class ShimResumptionTests
{

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_shim_resumes_and_resumes_again(bool retry)
    {
        using ShimProcess shim = ShimServer("-resume-count", "2", "-export-keying-material", "32", "-export-label", "x");
        HybridTlsClientOptions options = ClientOptions();
        for (int i = 0; i < 3; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, options, retry);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(i > 0, peer.Machine.Parameters!.IsResumed);
            Assert.Equal(32, (await peer.ReadAsync(32)).Length);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData()]
    [InlineData("-async")]
    [InlineData("-no-key-shares", "-expect-hrr")]
    [InlineData("-resumption-delay", "3000")]
    public async Task A_client_shim_resumes_and_resumes_again(params string[] flags)
    {
        using ShimProcess shim = ShimClient(["-resume-count", "2", .. flags]);
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        HybridTlsServerOptions options = ServerOptions(options => options.TimeProvider = time);
        for (int i = 0; i < 3; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, options);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(i > 0, peer.Machine.Parameters!.IsResumed);
            await peer.ExpectEchoAsync();
            if (flags.Contains("-resumption-delay"))
                time.Advance(TimeSpan.FromSeconds(3000));
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, true)]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384, false)]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384, false, "-on-resume-no-key-shares")]
    public async Task A_client_shim_resumes_with_another_suite_of_the_same_hash(TlsCipherSuite second, bool resumes, params string[] flags)
    {
        using ShimProcess shim = ShimHere(isServer: false, ["-resume-count", "1", .. flags, .. resumes ? Array.Empty<string>() : ["-expect-session-miss"]]);
        foreach (TlsCipherSuite suite in (TlsCipherSuite[])[TlsCipherSuite.TLS_AES_128_GCM_SHA256, second])
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.CipherSuites = [suite]));
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(resumes && suite == second, peer.Machine.Parameters!.IsResumed);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public async Task The_age_of_a_ticket_is_exactly_what_was_asked_for(int milliseconds)
    {
        using ShimProcess shim = ShimHere(isServer: false, "-resume-count", "1", "-resumption-delay", $"{milliseconds / 1000}");
        HybridTlsServerOptions options = ServerOptions();
        uint obfuscated = 0;
        uint add = 0;
        for (int i = 0; i < 2; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, options);
            peer.Edit = (type, message) =>
            {
                if (type == HandshakeType.NewSessionTicket)
                    add = BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(8));
                return message;
            };
            peer.Received = message =>
            {
                if (message[0] == (byte)HandshakeType.ClientHello && ClientHello.Parse(message.AsSpan(4)).PreSharedKeys is { Identities.Count: > 0 } offered)
                {
                    foreach (PskIdentity identity in offered.Identities)
                        obfuscated = identity.ObfuscatedTicketAge;
                }
            };
            uint lastAdd = add;
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            if (i == 1)
                Assert.Equal((uint)milliseconds, unchecked(obfuscated - lastAdd));
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task An_expired_ticket_is_not_offered()
    {
        using ShimProcess shim = ShimHere(isServer: false, "-resume-count", "1", "-resumption-delay", "21", "-expect-session-miss");
        HybridTlsServerOptions options = ServerOptions(options => options.TicketLifetime = TimeSpan.FromSeconds(20));
        for (int i = 0; i < 2; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, options);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.False(peer.Machine.Parameters!.IsResumed);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task A_client_shim_without_a_ticket_says_so()
    {
        using ShimProcess shim = ShimHere(isServer: false, "-resume-count", "1", "-expect-no-session");
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.TicketCount = 0)))
            Assert.True(await peer.HandshakeAsync());
        (int exitCode, string error) = await shim.EndAsync();
        Assert.Equal((1, "No session to offer.\n"), (exitCode, error));
    }

    [Fact]
    public async Task A_client_shim_misses_a_ticket()
    {
        using ShimProcess shim = ShimHere(isServer: false);
        using (ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.TicketCount = 0)))
            Assert.True(await peer.HandshakeAsync());
        Assert.Equal(1, (await shim.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("-on-resume-no-ticket")]
    [InlineData("-skip-ticket")]
    [InlineData("-no-ticket")]
    public async Task A_server_shim_without_tickets_makes_a_full_handshake(string flag)
    {
        using ShimProcess shim = ShimHere(isServer: true, "-resume-count", "1", "-expect-session-miss", flag);
        HybridTlsClientOptions options = ClientOptions();
        for (int i = 0; i < 2; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, options);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.False(peer.Machine.Parameters!.IsResumed);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Fact]
    public async Task The_shim_knows_the_peers_chain_after_a_resumption()
    {
        using ShimProcess shim = ShimHere(isServer: true, "-resume-count", "1", "-require-any-client-certificate", "-expect-peer-cert-file", ShimFiles.CertificateFile, "-on-resume-verify-fail");
        HybridTlsClientOptions options = ClientOptions(options => options.Credential = ShimFiles.Credential);
        for (int i = 0; i < 2; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, options);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(i > 0, peer.Machine.Parameters!.IsResumed);
            await peer.ExpectEchoAsync();
        }

        await ExpectSuccessAsync(shim);
    }

    [Theory]
    [InlineData(TlsAlert.CertificateUnknown, "-use-custom-verify-callback")]
    [InlineData(TlsAlert.HandshakeFailure)]
    public async Task A_client_shim_may_judge_again(TlsAlert alert, params string[] flags)
    {
        using ShimProcess shim = ShimHere(isServer: false, ["-resume-count", "1", "-verify-peer", "-on-resume-verify-fail", "-reverify-on-resume", .. flags]);
        HybridTlsServerOptions options = ServerOptions();
        using (ScriptedPeer first = await AcceptAsync(shim, shimIsServer: false, options))
            Assert.True(await first.HandshakeAsync());
        using ScriptedPeer second = await AcceptAsync(shim, shimIsServer: false, options);
        await second.HandshakeAsync();
        await ExpectFailureAsync(shim, second, ":CERTIFICATE_VERIFY_FAILED:", alert);
    }

    [Fact]
    public async Task Raw_public_keys_are_resumed()
    {
        string hash = Convert.ToBase64String(SHA256.HashData(ShimFiles.Credential.SubjectPublicKeyInfo.Span));
        using ShimProcess shim = ShimHere(isServer: false, "-resume-count", "1", "-accepted-peer-cert-types", "2", "-expect-peer-certificate-type", "2", "-expect-peer-rpk-sha256", hash);
        HybridTlsServerOptions options = ServerOptions(options => options.Credential = ShimFiles.RawCredential);
        for (int i = 0; i < 2; i++)
        {
            using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, options);
            Assert.True(await peer.HandshakeAsync(), peer.Failure?.Message);
            Assert.Equal(i > 0, peer.Machine.Parameters!.IsResumed);
        }

        await ExpectSuccessAsync(shim);
    }

    public static TheoryData<string, string, TlsAlert?> BadOffers => new()
    {
        { "binder", ":DIGEST_CHECK_FAILED:", TlsAlert.DecryptError },
        { "no modes", ":MISSING_EXTENSION:", TlsAlert.MissingExtension },
        { "not last", ":PRE_SHARED_KEY_MUST_BE_LAST:", TlsAlert.IllegalParameter },
        { "two binders", ":PSK_IDENTITY_BINDER_COUNT_MISMATCH:", TlsAlert.IllegalParameter },
        { "no binder", ":DECODE_ERROR:", TlsAlert.DecodeError },
    };

    [Theory]
    [MemberData(nameof(BadOffers))]
    public async Task A_server_shim_refuses_a_bad_offer(string fault, string error, TlsAlert? alert)
    {
        using ShimProcess shim = ShimHere(isServer: true, "-resume-count", "1");
        HybridTlsClientOptions options = ClientOptions();
        using (ScriptedPeer first = await AcceptAsync(shim, shimIsServer: true, options))
        {
            Assert.True(await first.HandshakeAsync());
            await first.ExpectEchoAsync();
        }

        using ScriptedPeer second = await AcceptAsync(shim, shimIsServer: true, options);
        second.Edit = (_, message) => EditableMessage.Edit(message, hello => Spoil(hello, fault));
        await second.HandshakeAsync();
        await ExpectFailureAsync(shim, second, error, alert);
    }

    public static TheoryData<string, string, TlsAlert?> BadChoices => new()
    {
        { "identity", ":PSK_IDENTITY_NOT_FOUND:", null },
        { "hash", ":OLD_SESSION_PRF_HASH_MISMATCH:", null },
        { "no share", ":MISSING_KEY_SHARE:", null },
    };

    [Theory]
    [MemberData(nameof(BadChoices))]
    public async Task A_client_shim_refuses_a_bad_choice(string fault, string error, TlsAlert? alert)
    {
        using ShimProcess shim = ShimHere(isServer: false, "-resume-count", "1");
        HybridTlsServerOptions options = ServerOptions();
        using (ScriptedPeer first = await AcceptAsync(shim, shimIsServer: false, options))
        {
            Assert.True(await first.HandshakeAsync());
            await first.ExpectEchoAsync();
        }

        using ScriptedPeer second = await AcceptAsync(shim, shimIsServer: false, options);
        second.Edit = (type, message) => type != HandshakeType.ServerHello ? message : EditableMessage.Edit(message, hello =>
        {
            switch (fault)
            {
                case "identity": hello.Set(ExtensionType.PreSharedKey, 0, 1); break;
                case "hash": hello.Tail = [0x13, hello.Tail[1] == 2 ? (byte)1 : (byte)2, 0]; break;
                default: hello.Remove(ExtensionType.KeyShare); break;
            }
        });
        await second.HandshakeAsync();
        await ExpectFailureAsync(shim, second, error, alert);
    }

    private static void Spoil(EditableMessage hello, string fault)
    {
        byte[] psk = hello[ExtensionType.PreSharedKey];
        int identities = 2 + (psk[0] << 8) + psk[1];
        switch (fault)
        {
            case "binder":
                psk[^1] ^= 1;
                break;
            case "no modes":
                hello.Remove(ExtensionType.PskKeyExchangeModes);
                break;
            case "not last":
                hello.Extensions.Add(((ExtensionType)0xFFFF, []));
                break;
            case "two binders":
                byte[] binder = psk[(identities + 2)..];
                hello.Set(ExtensionType.PreSharedKey, [.. psk[..identities], 0, (byte)(2 * binder.Length), .. binder, .. binder]);
                break;
            default:
                hello.Set(ExtensionType.PreSharedKey, [.. psk[..identities], 0, 0]);
                break;
        }
    }
}
