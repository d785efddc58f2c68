using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Tests.Certificates;
using HybridTls.Tests.Spec;

namespace HybridTls.Tests.Handshake;

/// <summary>What a client makes of a server's answers: every row of the spec's table of them.</summary>
public sealed class ServerAnswerTests
{
    private static readonly Dictionary<string, (HandshakeType Type, Func<byte[], byte[]> Change)> Edits = new()
    {
        ["ServerHello: another legacy_session_id_echo"] = Hello(static hello => hello.SessionId[0] ^= 1),
        ["ServerHello: an empty legacy_session_id_echo"] = Hello(static hello => hello.SessionId = []),
        ["ServerHello: a suite that was not offered"] = Hello(static hello => hello.SetSuites(TlsCipherSuite.TLS_AES_128_CCM_SHA256)),
        ["ServerHello: a reserved suite that we offered for GREASE"] = Hello(static hello => hello.SetSuites((TlsCipherSuite)0x0A0A)),
        ["ServerHello: supported_versions with another version"] = Hello(static hello => hello.Set(ExtensionType.SupportedVersions, 3, 3)),
        ["ServerHello: no supported_versions, a downgrade sentinel"] = Hello(static hello =>
        {
            hello.Remove(ExtensionType.SupportedVersions);
            "DOWNGRD\u0001"u8.CopyTo(hello.Random.AsSpan(24));
        }),
        ["ServerHello: no supported_versions"] = Hello(static hello => hello.Remove(ExtensionType.SupportedVersions)),
        ["ServerHello: no key_share"] = Hello(static hello => hello.Remove(ExtensionType.KeyShare)),
        ["ServerHello: a share of another group"] = Hello(static hello => hello.Set(ExtensionType.KeyShare, 0, 0x1D, 0, 1, 9)),
        ["ServerHello: a ciphertext of the wrong length"] = Hello(static hello => SetShare(hello, static share => share[..^1])),
        ["ServerHello: an X25519 share that yields zeros"] = Hello(static hello => SetShare(hello, static share => [.. share[..1088], .. new byte[32]])),
        ["ServerHello: pre_shared_key, which was not offered"] = Hello(static hello => hello.Set(ExtensionType.PreSharedKey, 0, 0)),
        ["ServerHello: an unknown extension"] = Hello(static hello => hello.Set((ExtensionType)0xFAFA)),
        ["ServerHello: an extension of another message"] = Hello(static hello => hello.Set(ExtensionType.ServerName)),
        ["ServerHello: another legacy_version than 0x0303"] = Hello(static hello => hello.Version = 0x0304),
        ["ServerHello: legacy_version 0x0300"] = Hello(static hello => hello.Version = 0x0300),
        ["ServerHello: a compression method"] = Hello(static hello => hello.Tail[2] = 1),
        ["EncryptedExtensions: an extension that was not offered"] = Encrypted(static m => m.Set(ExtensionType.RecordSizeLimit, 0x40, 0)),
        ["EncryptedExtensions: early_data"] = Encrypted(static m => m.Set(ExtensionType.EarlyData)),
        ["EncryptedExtensions: an unknown extension"] = Encrypted(static m => m.Set((ExtensionType)0x1234)),
        ["EncryptedExtensions: an extension of another message"] = Encrypted(static m => m.Set(ExtensionType.SupportedVersions, 3, 4)),
        ["EncryptedExtensions: a protocol that was not offered"] = Encrypted(static m => m.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 3, 2, (byte)'h', (byte)'3')),
        ["EncryptedExtensions: two protocols"] = Encrypted(static m => m.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 6, 2, (byte)'h', (byte)'2', 2, (byte)'h', (byte)'3')),
        ["CertificateRequest: a context"] = (HandshakeType.CertificateRequest, static m => EditableMessage.Edit(m, static e => e.Tail = [1, 7])),
        ["CertificateRequest: no signature_algorithms"] = (HandshakeType.CertificateRequest, static m => EditableMessage.Edit(m, static e => e.Remove(ExtensionType.SignatureAlgorithms))),
        ["Certificate: empty"] = (HandshakeType.Certificate, static _ => [11, 0, 0, 4, 0, 0, 0, 0]),
        ["Certificate: a context"] = (HandshakeType.Certificate, static m => Framed(11, [1, 7, .. m[5..]])),
        ["Certificate: nine entries"] = (HandshakeType.Certificate, static m => Chain(m, 9, [])),
        ["Certificate: an entry's extension that was not offered"] = (HandshakeType.Certificate, static m => Chain(m, 1, [0, 5, 0, 0])),
        ["Certificate: bytes that are no certificate"] = (HandshakeType.Certificate, static _ => Framed(11, [0, 0, 0, 9, 0, 0, 4, 1, 2, 3, 4, 0, 0])),
        ["CertificateVerify: a scheme that was not offered"] = (HandshakeType.CertificateVerify, static m => [.. m[..4], 8, 4, .. m[6..]]),
        ["CertificateVerify: a wrong signature"] = (HandshakeType.CertificateVerify, static m => [.. m[..^1], (byte)(m[^1] ^ 1)]),
        ["CertificateVerify: a signature of the wrong length"] = (HandshakeType.CertificateVerify, static m => Framed(15, [9, 5, 0, 4, 1, 2, 3, 4])),
        ["Finished: a wrong value"] = (HandshakeType.Finished, static m => [.. m[..^1], (byte)(m[^1] ^ 1)]),
        ["Finished: a wrong length"] = (HandshakeType.Finished, static m => Framed(20, m[4..^1])),
        ["Finished: longer than any hash"] = (HandshakeType.Finished, static m => Framed(20, [.. m[4..], .. new byte[64]])),
    };

    public static TheoryData<string> Answers { get; } = [.. SpecDocument.Alerts("answers").Keys];

    [Theory]
    [MemberData(nameof(Answers))]
    [Clause("HT-NEG-9")]
    [Clause("HT-NEG-10")]
    [Clause("HT-NEG-11")]
    [Clause("HT-MSG-5")]
    [Clause("HT-KEX-4")]
    [Clause("HT-AUTH-2")]
    [Clause("HT-AUTH-5")]
    [Clause("HT-AUTH-6")]
    [Clause("HT-AUTH-7")]
    [Clause("HT-HS-9")]
    public void An_answer_that_breaks_a_rule_is_refused_with_the_alert_of_the_spec(string answer)
    {
        (HandshakeType type, Func<byte[], byte[]> change) = Edits[answer];
        using MessagePair pair = new(
            TestIdentities.ServerOptions(static o => o.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate),
            TestIdentities.ClientOptions(static o => o.ApplicationProtocols = [SslApplicationProtocol.Http2]));
        pair.Intercept = (taker, message) => taker == PeerRole.Client && message[0] == (byte)type ? change(message) : message;
        Assert.Equal(SpecDocument.Alerts("answers")[answer], pair.FailWith());
        Assert.False(pair.Client.IsEstablished);
    }

    [Fact]
    public void Every_edit_stands_in_the_spec() => Assert.Empty(Edits.Keys.Except(SpecDocument.Alerts("answers").Keys));

    [Fact]
    [Clause("HT-NEG-9")]
    public void Both_downgrade_sentinels_are_refused()
    {
        foreach (byte last in (byte[])[0, 1])
        {
            using MessagePair pair = new();
            pair.Intercept = (taker, message) => taker == PeerRole.Server ? message : EditableMessage.Edit(message, hello =>
            {
                hello.Remove(ExtensionType.SupportedVersions);
                "DOWNGRD"u8.CopyTo(hello.Random.AsSpan(24));
                hello.Random[31] = last;
            });
            Assert.Equal(TlsAlert.IllegalParameter, pair.FailWith());
        }
    }

    [Theory]
    [InlineData(PeerRole.Client, true, "a certificate", TlsAlert.BadCertificate)]
    [InlineData(PeerRole.Server, true, "a certificate", TlsAlert.BadCertificate)]
    [InlineData(PeerRole.Client, true, "an elliptic curve's key", TlsAlert.UnsupportedCertificate)]
    [InlineData(PeerRole.Server, true, "an elliptic curve's key", TlsAlert.UnsupportedCertificate)]
    [InlineData(PeerRole.Client, true, "a key with parameters", TlsAlert.BadCertificate)]
    [InlineData(PeerRole.Client, false, "a raw public key", TlsAlert.BadCertificate)]
    [InlineData(PeerRole.Server, false, "a raw public key", TlsAlert.BadCertificate)]
    [Clause("HT-AUTH-9")]
    public void Another_kind_of_key_than_was_agreed_on_is_refused(PeerRole taker, bool raw, string sent, TlsAlert alert)
    {
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] rawKey = TestIdentities.RawServer.SubjectPublicKeyInfo.ToArray();
        byte[] data = sent switch
        {
            "a certificate" => TestIdentities.Server.Certificates[0].ToArray(),
            "an elliptic curve's key" => curve.ExportSubjectPublicKeyInfo(),
            "a key with parameters" => [0x30, 0x82, 0x07, 0xB4, 0x30, 0x0D, .. rawKey[6..17], 0x05, 0x00, .. rawKey[17..]],
            _ => rawKey,
        };
        using MessagePair pair = new(
            TestIdentities.ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate;
                options.Credential = raw ? TestIdentities.RawServer : TestIdentities.Server;
                options.PeerValidation = raw ? TestIdentities.PinClient : TestIdentities.TrustRoot;
                options.AcceptRawPublicKeys = raw;
            }),
            TestIdentities.ClientOptions(options =>
            {
                options.Credential = raw ? TestIdentities.RawClient : TestIdentities.Client;
                options.PeerValidation = raw ? TestIdentities.PinServer : TestIdentities.TrustRoot;
                options.AcceptRawPublicKeys = raw;
            }));
        pair.Intercept = (side, message) => side == taker && message[0] == (byte)HandshakeType.Certificate
            ? Framed(11, [0, .. Length(data.Length + 5), .. Length(data.Length), .. data, 0, 0])
            : message;
        Assert.Equal(alert, pair.FailWith());

        static byte[] Length(int length) => [(byte)(length >> 16), (byte)(length >> 8), (byte)length];
    }

    [Fact]
    [Clause("HT-AUTH-8")]
    public void A_client_without_a_credential_answers_a_request_with_an_empty_certificate()
    {
        using MessagePair pair = new(TestIdentities.ServerOptions(static o => o.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate));
        pair.Run();
        Assert.False(pair.Server.Parameters!.IsPeerAuthenticated);
        Assert.Contains(pair.Messages, static m => m.Taker == PeerRole.Server && m.Message.AsSpan().SequenceEqual((byte[])[11, 0, 0, 4, 0, 0, 0, 0]));
    }

    [Fact]
    [Clause("HT-AUTH-8")]
    public void A_client_without_a_certificate_is_refused_where_one_is_required()
    {
        using MessagePair pair = new(TestIdentities.ServerOptions(static o => o.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate));
        Assert.Equal(TlsAlert.CertificateRequired, pair.FailWith());
    }

    [Theory]
    [InlineData("Certificate", TlsAlert.BadCertificate)]
    [InlineData("CertificateVerify", TlsAlert.DecryptError)]
    [InlineData("Finished", TlsAlert.DecryptError)]
    [Clause("HT-AUTH-6")]
    [Clause("HT-HS-9")]
    public void A_server_checks_a_client_as_strictly(string type, TlsAlert alert)
    {
        using MessagePair pair = new(
            TestIdentities.ServerOptions(static o => o.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate),
            TestIdentities.ClientOptions(static o => o.Credential = TestIdentities.Client));
        pair.Intercept = (taker, message) => taker == PeerRole.Server && message[0] == (byte)Enum.Parse<HandshakeType>(type)
            ? type == "Certificate" ? Chain(message, 9, []) : [.. message[..^1], (byte)(message[^1] ^ 1)]
            : message;
        Assert.Equal(alert, pair.FailWith());
        Assert.False(pair.Server.IsEstablished);
    }

    [Fact]
    [Clause("HT-AUTH-1")]
    public void The_key_of_the_certificate_must_have_signed()
    {
        // Who only replays somebody's certificate gets nowhere.
        using MessagePair pair = new(
            TestIdentities.ServerOptions(static o => o.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate),
            TestIdentities.ClientOptions(static o => o.Credential = TestIdentities.RemoteClient));
        pair.RunUntil(() => pair.Client.State == ClientState.AwaitSignature);
        pair.Client.UseSignature(TestKeys.Get("somebody else").SignData(pair.Client.ContentToSign.ToArray()));
        Assert.Equal(TlsAlert.DecryptError, pair.FailWith());
    }

    [Fact]
    [Clause("HT-HS-8")]
    public void After_the_handshake_a_certificate_request_is_unexpected()
    {
        using MessagePair pair = new();
        pair.Run();
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, Framed(13, [0, 0, 8, 0, 13, 0, 4, 0, 2, 9, 5])));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    private static (HandshakeType, Func<byte[], byte[]>) Hello(Action<EditableMessage> change) =>
        (HandshakeType.ServerHello, message => EditableMessage.Edit(message, change));

    private static (HandshakeType, Func<byte[], byte[]>) Encrypted(Action<EditableMessage> change) =>
        (HandshakeType.EncryptedExtensions, message => EditableMessage.Edit(message, change));

    private static void SetShare(EditableMessage hello, Func<byte[], byte[]> change)
    {
        byte[] share = change(hello[ExtensionType.KeyShare][^X25519MLKem768.ServerShareSizeInBytes..]);
        hello.Set(ExtensionType.KeyShare, [0x11, 0xEC, (byte)(share.Length >> 8), (byte)share.Length, .. share]);
    }

    private static byte[] Framed(byte type, byte[] body) =>
        [type, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];

    /// <summary>The first entry of a Certificate, several times, each with these extensions.</summary>
    private static byte[] Chain(byte[] message, int count, byte[] extensions)
    {
        int length = (message[8] << 16) | (message[9] << 8) | message[10];
        byte[] entry = [.. message.AsSpan(8, 3 + length), (byte)(extensions.Length >> 8), (byte)extensions.Length, .. extensions];
        byte[] list = [.. Enumerable.Repeat(entry, count).SelectMany(static e => e)];
        return Framed(11, [0, (byte)(list.Length >> 16), (byte)(list.Length >> 8), (byte)list.Length, .. list]);
    }
}
