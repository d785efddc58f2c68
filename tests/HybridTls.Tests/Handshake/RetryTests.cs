using System.Net.Security;
using HybridTls.Handshake;
using HybridTls.Messages;

namespace HybridTls.Tests.Handshake;

/// <summary>HelloRetryRequest on both sides (RFC 9846 §4.2.4).</summary>
public sealed class RetryTests
{
    private static readonly Dictionary<string, Action<EditableMessage>> Differences = new()
    {
        ["legacy_version"] = static hello => hello.Version = 0x0302,
        ["random"] = static hello => hello.Random[31] ^= 1,
        ["session id"] = static hello => hello.SessionId[0] ^= 1,
        ["no session id"] = static hello => hello.SessionId = [],
        ["suites"] = static hello => hello.SetSuites(TlsCipherSuite.TLS_AES_256_GCM_SHA384),
        ["one extension more"] = static hello => hello.Set(ExtensionType.RecordSizeLimit, 0x40, 1),
        ["an unknown extension more"] = static hello => hello.Set((ExtensionType)0x7777),
        ["one extension less"] = static hello => hello.Remove(ExtensionType.ServerName),
        ["another content"] = static hello => hello.Set(ExtensionType.ServerName, 0, 4, 0, 0, 1, (byte)'x'),
        ["another order"] = static hello => hello.Extensions.Reverse(),
        ["no share"] = static hello => hello.Set(ExtensionType.KeyShare, 0, 0),
        ["no key_share"] = static hello => hello.Remove(ExtensionType.KeyShare),
        ["a second share"] = static hello =>
        {
            byte[] shares = [.. hello[ExtensionType.KeyShare][2..], 0x0A, 0x0A, 0, 1, 0];
            hello.Set(ExtensionType.KeyShare, [(byte)(shares.Length >> 8), (byte)shares.Length, .. shares]);
        },
        ["early data"] = static hello => hello.Set(ExtensionType.EarlyData),
        ["a cookie that was not sent"] = static hello => hello.Set(ExtensionType.Cookie, 0, 1, 7),
    };

    public static TheoryData<string> What { get; } = [.. Differences.Keys];

    [Theory]
    [MemberData(nameof(What))]
    [Clause("HT-HRR-3")]
    public void A_second_hello_that_differs_is_an_illegal_parameter(string what)
    {
        using MessagePair pair = new(retry: true);
        EditSecondHello(pair, Differences[what]);
        Assert.Equal(TlsAlert.IllegalParameter, pair.FailWith());
        Assert.Equal(ServerState.AwaitSecondClientHello, pair.Server.State);
    }

    [Theory]
    [InlineData(21, new byte[] { 0, 0, 0 })] // padding
    [Clause("HT-HRR-3")]
    public void What_may_differ_in_the_second_hello_may(int type, byte[] data)
    {
        using MessagePair pair = new(retry: true);
        EditSecondHello(pair, hello => hello.Set((ExtensionType)type, data));
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
    }

    [Fact]
    [Clause("HT-HRR-3")]
    public void A_second_hello_without_tls_13_is_a_protocol_version()
    {
        using MessagePair pair = new(retry: true);
        EditSecondHello(pair, static hello => hello.Remove(ExtensionType.SupportedVersions));
        Assert.Equal(TlsAlert.ProtocolVersion, pair.FailWith());
    }

    [Fact]
    [Clause("HT-HRR-1")]
    [Clause("HT-HRR-2")]
    [Clause("HT-KEY-2")]
    public void A_client_without_a_share_is_asked_for_one_once()
    {
        using MessagePair pair = new(retry: true);
        pair.Run();
        Assert.True(pair.Client.Parameters!.UsedHelloRetryRequest && pair.Server.Parameters!.UsedHelloRetryRequest);
        byte[] retry = pair.Messages.First(static m => m.Taker == PeerRole.Client).Message;
        Assert.True(ServerHello.IsHelloRetryRequest(retry.AsSpan(4)));
        EditableMessage request = new(retry);
        Assert.Equal([ExtensionType.SupportedVersions, ExtensionType.KeyShare], request.Extensions.Select(static e => e.Type));
        Assert.Equal([0x11, 0xEC], request[ExtensionType.KeyShare]);

        EditableMessage first = new(pair.Messages[0].Message);
        EditableMessage second = new(pair.Messages.Last(static m => m.Message[0] == 1).Message);
        Assert.Equal(first.Random, second.Random);
        Assert.Equal(first.SessionId, second.SessionId);
        Assert.Equal(first.Tail, second.Tail);
        Assert.Equal(first.Extensions.Select(static e => e.Type), second.Extensions.Select(static e => e.Type));
        Assert.Equal([0, 0], first[ExtensionType.KeyShare]);
        Assert.Equal([4, 0xC4, 0x11, 0xEC, 4, 0xC0], second[ExtensionType.KeyShare][..6]);
    }

    [Fact]
    [Clause("HT-HRR-5")]
    public void A_second_hello_retry_request_is_unexpected()
    {
        using MessagePair pair = new(retry: true);
        byte[] retry = [];
        pair.Intercept = (taker, message) =>
        {
            if (taker == PeerRole.Client && retry.Length == 0)
                retry = message;
            return taker == PeerRole.Client ? retry : message;
        };
        Assert.Equal(TlsAlert.UnexpectedMessage, pair.FailWith());
    }

    [Theory]
    [InlineData(false, "cookie", null)] // a cookie alone is reason enough
    [InlineData(true, "cookie", null)]
    [InlineData(false, "group", TlsAlert.IllegalParameter)] // the share was sent already
    [InlineData(true, "other group", TlsAlert.IllegalParameter)]
    [InlineData(true, "nothing", TlsAlert.IllegalParameter)]
    [InlineData(true, "suite", TlsAlert.IllegalParameter)]
    [InlineData(true, "session id", TlsAlert.IllegalParameter)]
    [InlineData(true, "version", TlsAlert.IllegalParameter)]
    [InlineData(true, "unknown extension", TlsAlert.UnsupportedExtension)]
    [InlineData(true, "extension of another message", TlsAlert.IllegalParameter)]
    [Clause("HT-HRR-4")]
    public void A_retry_is_followed_only_if_it_makes_sense(bool withholds, string what, TlsAlert? alert)
    {
        using MessagePair pair = new(retry: true);
        byte[] retry = [];
        pair.Intercept = (taker, message) => taker == PeerRole.Client && retry.Length == 0 ? retry = message : message;
        pair.RunUntil(() => retry.Length > 0);

        using MessagePair other = new(retry: withholds);
        other.RunUntil(() => other.Client.State == ClientState.AwaitServerHello);
        byte[] sent = [];
        other.Intercept = (_, message) => sent = message;
        other.RunUntil(() => sent.Length > 0);
        byte[] edited = EditableMessage.Edit(retry, request =>
        {
            request.SessionId = new EditableMessage(sent).SessionId;
            Change(request, what);
        });
        if (alert is null)
        {
            other.Inject(other.Client, edited);
            Assert.Equal(ClientState.AwaitServerHelloAfterRetry, other.Client.State);
            return;
        }

        Assert.Equal(alert, Assert.Throws<HybridTlsException>(() => other.Inject(other.Client, edited)).Alert);
    }

    [Fact]
    [Clause("HT-HRR-6")]
    public void A_cookie_is_echoed()
    {
        byte[] cookie = [0, 3, 7, 8, 9];
        using MessagePair pair = new(retry: true);
        EditableMessage? second = null;
        pair.Intercept = (taker, message) =>
        {
            if (taker == PeerRole.Client && ServerHello.IsHelloRetryRequest(message.AsSpan(4)))
                return EditableMessage.Edit(message, request => request.Set(ExtensionType.Cookie, cookie));
            if (taker == PeerRole.Server && pair.Server.State == ServerState.AwaitSecondClientHello)
                second = new EditableMessage(message);
            return message;
        };

        // Our server sent none, so it refuses the echo: the cookie of another server would be welcome there.
        Assert.Equal(TlsAlert.IllegalParameter, pair.FailWith());
        Assert.Equal(cookie, second![ExtensionType.Cookie]);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256)] // the same hash
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [Clause("HT-HRR-7")]
    public void After_a_retry_the_suite_stays(TlsCipherSuite asked, TlsCipherSuite selected)
    {
        using MessagePair pair = new(TestIdentities.ServerOptions(options => options.CipherSuites = [asked]), retry: true);
        pair.Intercept = (taker, message) => taker == PeerRole.Client && message[0] == 2 && !ServerHello.IsHelloRetryRequest(message.AsSpan(4))
            ? EditableMessage.Edit(message, hello => hello.SetSuites(selected))
            : message;

        // At once, and not by keys that differ later.
        HybridTlsException exception = pair.Fail();
        Assert.Equal((TlsAlert?)TlsAlert.IllegalParameter, exception.Alert);
        Assert.Equal(FailureReason.CipherSuiteAfterRetry, exception.Reason);
    }

    [Fact]
    [Clause("HT-NEG-10")]
    public void A_share_for_a_client_that_sent_none_is_an_illegal_parameter()
    {
        using MessagePair other = new();
        byte[] answer = [];
        other.Intercept = (taker, message) => taker == PeerRole.Client && answer.Length == 0 ? answer = message : message;
        other.RunUntil(() => answer.Length > 0);

        using MessagePair pair = new(retry: true);
        byte[] sent = [];
        pair.Intercept = (_, message) => sent = message;
        pair.RunUntil(() => sent.Length > 0);
        byte[] withShare = EditableMessage.Edit(answer, hello => hello.SessionId = new EditableMessage(sent).SessionId);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, withShare));
        Assert.Equal((TlsAlert?)TlsAlert.IllegalParameter, exception.Alert);
        Assert.Equal(FailureReason.WrongGroup, exception.Reason);
    }

    private static void Change(EditableMessage request, string what)
    {
        switch (what)
        {
            case "cookie":
                request.Remove(ExtensionType.KeyShare);
                request.Set(ExtensionType.Cookie, 0, 2, 7, 7);
                break;
            case "other group":
                request.Set(ExtensionType.KeyShare, 0, 0x1D);
                break;
            case "nothing":
                request.Remove(ExtensionType.KeyShare);
                break;
            case "suite":
                request.SetSuites(TlsCipherSuite.TLS_AES_128_CCM_SHA256);
                break;
            case "session id":
                request.SessionId[0] ^= 1;
                break;
            case "version":
                request.Remove(ExtensionType.SupportedVersions);
                break;
            case "unknown extension":
                request.Set((ExtensionType)0x7777);
                break;
            case "extension of another message":
                request.Set(ExtensionType.ServerName);
                break;
        }
    }

    private static void EditSecondHello(MessagePair pair, Action<EditableMessage> change) =>
        pair.Intercept = (_, message) => pair.Server.State == ServerState.AwaitSecondClientHello && message[0] == 1
            ? EditableMessage.Edit(message, change)
            : message;
}
