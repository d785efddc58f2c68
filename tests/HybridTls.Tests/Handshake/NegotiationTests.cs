using System.Net.Security;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Tests.Spec;

namespace HybridTls.Tests.Handshake;

/// <summary>What a server makes of a ClientHello: every row of the spec's table of negotiation outcomes, and what it must tolerate.</summary>
public sealed class NegotiationTests
{
    private const ushort X25519 = 0x001D;
    private static readonly byte[] X25519Share = [0, 0x24, 0, 0x1D, 0, 0x20, .. Enumerable.Repeat((byte)9, 32)];

    private static readonly Dictionary<string, Action<EditableMessage>> Edits = new()
    {
        ["no supported_versions"] = static hello => hello.Remove(ExtensionType.SupportedVersions),
        ["supported_versions without 0x0304"] = static hello => hello.Set(ExtensionType.SupportedVersions, 4, 3, 3, 3, 2),
        ["legacy_version 0x0300 beside 0x0304 in supported_versions"] = static hello => hello.Version = 0x0300,
        ["legacy_version 0x0002 beside 0x0304 in supported_versions"] = static hello => hello.Version = 0x0002,
        ["no supported_groups"] = static hello => hello.Remove(ExtensionType.SupportedGroups),
        ["no key_share"] = static hello => hello.Remove(ExtensionType.KeyShare),
        ["no signature_algorithms"] = static hello => hello.Remove(ExtensionType.SignatureAlgorithms),
        ["pre_shared_key without psk_key_exchange_modes"] = static hello =>
        {
            hello.Remove(ExtensionType.PskKeyExchangeModes);
            hello.Set(ExtensionType.PreSharedKey, OnePsk);
        },
        ["none of our cipher suites"] = static hello => hello.SetSuites(TlsCipherSuite.TLS_AES_128_CCM_SHA256),
        ["no 0x11EC in supported_groups"] = static hello =>
        {
            hello.Set(ExtensionType.SupportedGroups, 0, 2, X25519 >> 8, X25519 & 0xFF);
            hello.Set(ExtensionType.KeyShare, X25519Share);
        },
        ["no 0x0905 in signature_algorithms"] = static hello => hello.Set(ExtensionType.SignatureAlgorithms, 0, 2, 4, 3),
        ["a share of a group that supported_groups does not name"] = static hello => hello.Set(ExtensionType.KeyShare, X25519Share),
        ["two shares of one group"] = static hello =>
        {
            byte[] one = [0x11, 0xEC, 4, 0xC0, .. new byte[1216]];
            byte[] both = [.. one, .. one];
            hello.Set(ExtensionType.KeyShare, [(byte)(both.Length >> 8), (byte)both.Length, .. both]);
        },
        ["a share of the wrong length"] = static hello => SetShare(hello, share => share[..^1]),
        ["an encapsulation key that is not reduced"] = static hello => SetShare(hello, share => [0xFF, 0xFF, 0xFF, .. share[3..]]),
        ["an X25519 share that yields zeros"] = static hello => SetShare(hello, share => [.. share[..1184], .. new byte[32]]),
        ["a compression method"] = static hello => hello.Tail = [.. hello.Tail[..^2], 2, 0, 1],
        ["no common application protocol"] = static hello => hello.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 4, 3, (byte)'f', (byte)'o', (byte)'o'),
        ["server_certificate_type without ours"] = static hello => hello.Set(ExtensionType.ServerCertificateType, 1, 2),
        ["client_certificate_type of raw keys only, which we do not accept"] = static hello => hello.Set(ExtensionType.ClientCertificateType, 1, 2),
        ["an extension twice"] = static hello => hello.Extensions.Add((ExtensionType.SupportedVersions, [2, 3, 4])),
        ["record_size_limit below 64"] = static hello => hello.Set(ExtensionType.RecordSizeLimit, 0, 63),
        ["bytes behind the extensions"] = static _ => { },
    };

    public static TheoryData<string> Conditions { get; } = [.. SpecDocument.Alerts("negotiation").Keys];

    private static byte[] OnePsk => [0, 7, 0, 1, 9, 0, 0, 0, 0, 0, 33, 32, .. new byte[32]];

    [Theory]
    [MemberData(nameof(Conditions))]
    [Clause("HT-NEG-1")]
    [Clause("HT-NEG-2")]
    [Clause("HT-NEG-3")]
    [Clause("HT-NEG-4")]
    [Clause("HT-KEX-3")]
    [Clause("HT-KEX-4")]
    public void A_client_hello_that_cannot_be_served_is_refused_with_the_alert_of_the_spec(string condition)
    {
        TlsAlert expected = SpecDocument.Alerts("negotiation")[condition];
        using MessagePair pair = new(TestIdentities.ServerOptions(options =>
        {
            options.ApplicationProtocols = [SslApplicationProtocol.Http2];
            options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
            if (condition == "the name is unknown to SelectOptions")
                options.SelectOptions = static (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(null);
        }));
        if (Edits.TryGetValue(condition, out Action<EditableMessage>? edit))
            pair.Intercept = (_, message) => EditableMessage.Edit(message, edit);
        if (condition == "bytes behind the extensions")
            pair.Intercept = static (_, message) => WithTrailingByte(message);
        HybridTlsException exception = pair.Fail();
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)expected), (exception.Failure, exception.Alert));

        // Nothing was answered: not even the name of what we would have liked.
        Assert.DoesNotContain(pair.Messages, static taken => taken.Taker == PeerRole.Client);
    }

    [Fact]
    public void Every_edit_stands_in_the_spec() => Assert.Empty(Edits.Keys.Except(SpecDocument.Alerts("negotiation").Keys));

    [Fact]
    [Clause("HT-NEG-5")]
    public void The_messages_to_an_operator_name_what_to_change()
    {
        Assert.Contains("X25519MLKEM768", FailureOf("no 0x11EC in supported_groups").Message, StringComparison.Ordinal);
        Assert.Contains("mldsa65", FailureOf("no 0x0905 in signature_algorithms").Message, StringComparison.Ordinal);
        Assert.Contains("CipherSuites", FailureOf("none of our cipher suites").Message, StringComparison.Ordinal);
    }

    [Fact]
    [Clause("HT-WIRE-3")]
    [Clause("HT-NEG-6")]
    public void The_servers_order_of_suites_decides()
    {
        using MessagePair pair = new(
            TestIdentities.ServerOptions(static o => o.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384]));
        pair.Run();
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, pair.Client.Parameters!.CipherSuite);
        Assert.Equal(
            [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256],
            new HybridTlsServerOptions().CipherSuites);
    }

    [Fact]
    [Clause("HT-NEG-7")]
    public void The_servers_order_of_protocols_decides_and_a_server_without_any_answers_nothing()
    {
        SslApplicationProtocol[] offered = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2];
        using MessagePair pair = new(
            TestIdentities.ServerOptions(static o => o.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]),
            TestIdentities.ClientOptions(o => o.ApplicationProtocols = offered));
        pair.Run();
        Assert.Equal(SslApplicationProtocol.Http2, pair.Server.Parameters!.ApplicationProtocol);

        using MessagePair without = new(client: TestIdentities.ClientOptions(o => o.ApplicationProtocols = offered));
        without.Run();
        Assert.Equal(default, without.Client.Parameters!.ApplicationProtocol);
    }

    [Theory]
    [InlineData(0x0A0A, new byte[0])]
    [InlineData(0xFAFA, new byte[] { 1, 2, 3 })]
    [InlineData(0xFF01, new byte[] { 0 })] // renegotiation_info
    [InlineData(23, new byte[0])] // extended_master_secret
    [InlineData(35, new byte[0])] // session_ticket
    [InlineData(5, new byte[] { 1, 0, 0, 0, 0 })] // status_request
    [InlineData(21, new byte[] { 0, 0 })] // padding
    [InlineData(49, new byte[0])] // post_handshake_auth
    [InlineData(58, new byte[] { 2, 1 })] // ticket_request
    [Clause("HT-MSG-6")]
    [Clause("HT-WIRE-6")]
    public void Extensions_that_we_do_not_use_are_ignored(int type, byte[] data) =>
        AssertServed(hello => hello.Set((ExtensionType)type, data));

    [Fact]
    [Clause("HT-WIRE-6")]
    public void Reserved_values_of_every_kind_are_ignored()
    {
        AssertServed(static hello => hello.SetSuites((TlsCipherSuite)0x1A1A, TlsCipherSuite.TLS_AES_256_GCM_SHA384, (TlsCipherSuite)0xFAFA));
        AssertServed(static hello => hello.Set(ExtensionType.SupportedVersions, 6, 0x2A, 0x2A, 3, 4, 0x7A, 0x7A));
        AssertServed(static hello => hello.Set(ExtensionType.SignatureAlgorithms, 0, 4, 0x3A, 0x3A, 9, 5));
        AssertServed(static hello => hello.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 3, 2, 0x4A, 0x4A));
    }

    [Fact]
    [Clause("HT-RES-8")]
    public void A_pre_shared_key_that_nobody_knows_is_ignored_and_a_full_handshake_answers()
    {
        using MessagePair pair = CreateEdited(static hello =>
        {
            hello.Set(ExtensionType.PskKeyExchangeModes, 1, 1);
            hello.Set(ExtensionType.PreSharedKey, OnePsk);
        });
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
        pair.Intercept = (_, message) =>
        {
            EditableMessage hello = new(message);
            Assert.DoesNotContain(hello.Extensions, static e => e.Type == ExtensionType.PreSharedKey);
            return message;
        };
        pair.Step();
    }

    [Fact]
    [Clause("HT-EARLY-1")]
    [Clause("HT-EARLY-2")]
    public void Early_data_is_dropped_within_its_budget_and_never_read()
    {
        using MessagePair pair = CreateEdited(static hello => hello.Set(ExtensionType.EarlyData));
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
        byte[] record = [23, 3, 3, 1, 0, .. new byte[256]];
        for (int i = 0; i < 65536 / record.Length; i++)
            Assert.Equal(record.Length, pair.Server.Process(record));
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Server.Process(record));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-EARLY-1")]
    public void Without_early_data_offered_the_first_undecryptable_record_ends_the_connection()
    {
        using MessagePair pair = new();
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Server.Process([23, 3, 3, 1, 0, .. new byte[256]]));
        Assert.Equal(TlsAlert.BadRecordMac, exception.Alert);
    }

    [Fact]
    [Clause("HT-NEG-8")]
    public void The_host_chooses_by_name_and_its_choice_replaces_the_options()
    {
        ClientHelloInfo? seen = null;
        using MessagePair pair = new(
            new HybridTlsServerOptions
            {
                SelectOptions = (info, _) =>
                {
                    seen = info;
                    return ValueTask.FromResult<HybridTlsServerOptions?>(TestIdentities.ServerOptions(static o => o.CipherSuites = [TlsCipherSuite.TLS_AES_128_GCM_SHA256]));
                },
            },
            TestIdentities.ClientOptions(static o => o.ApplicationProtocols = [SslApplicationProtocol.Http2]));
        pair.Run();
        Assert.Equal("localhost", seen!.ServerName);
        Assert.Equal([SslApplicationProtocol.Http2], seen.ApplicationProtocols);
        Assert.Contains((ushort)0x11EC, seen.SupportedGroups);
        Assert.Contains((ushort)0x0905, seen.SignatureSchemes);
        Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, pair.Server.Parameters!.CipherSuite);
    }

    private static HybridTlsException FailureOf(string condition)
    {
        using MessagePair pair = CreateEdited(Edits[condition]);
        return pair.Fail();
    }

    /// <summary>The server answers an edited ClientHello as any other; the client's Finished no longer fits, which is another matter.</summary>
    private static void AssertServed(Action<EditableMessage> edit)
    {
        using MessagePair pair = CreateEdited(edit);
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
    }

    private static MessagePair CreateEdited(Action<EditableMessage> edit) =>
        new() { Intercept = (taker, message) => taker == PeerRole.Server ? EditableMessage.Edit(message, edit) : message };

    private static byte[] WithTrailingByte(byte[] message)
    {
        byte[] longer = [.. message, 0];
        int length = longer.Length - 4;
        longer[2] = (byte)(length >> 8);
        longer[3] = (byte)length;
        return longer;
    }

    private static void SetShare(EditableMessage hello, Func<byte[], byte[]> change)
    {
        byte[] shares = hello[ExtensionType.KeyShare];
        byte[] share = change(shares[^X25519MLKem768.ClientShareSizeInBytes..]);
        byte[] entry = [0x11, 0xEC, (byte)(share.Length >> 8), (byte)share.Length, .. share];
        hello.Set(ExtensionType.KeyShare, [(byte)(entry.Length >> 8), (byte)entry.Length, .. entry]);
    }
}
