using System.Text;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Tests.Handshake;
using static HybridTls.Tests.Bogo.BogoExchange;

namespace HybridTls.Tests.Bogo;

/// <summary>
/// Each class of misbehaviour, played against the shim: it must exit with 1, name the fault as BoringSSL does, and send the alert.
/// </summary>
public class ShimMisbehaviourTests
{
    private static readonly byte[] Unknown = [0x12, 0x34];

    /// <summary>What a client does wrong before or in its ClientHello.</summary>
    public static TheoryData<string, string, TlsAlert?> BadClientHellos => new()
    {
        { "http get", ":HTTP_REQUEST:", null },
        { "http connect", ":HTTPS_PROXY_REQUEST:", null },
        { "garbage", ":WRONG_VERSION_NUMBER:", null },
        { "no TLS 1.3", ":UNSUPPORTED_PROTOCOL:", TlsAlert.ProtocolVersion },
        { "no suite", ":NO_SHARED_CIPHER:", TlsAlert.HandshakeFailure },
        { "no group", ":NO_SHARED_GROUP:", TlsAlert.MissingExtension },
        { "no share", ":MISSING_KEY_SHARE:", TlsAlert.MissingExtension },
        { "no scheme", ":NO_COMMON_SIGNATURE_ALGORITHMS:", TlsAlert.HandshakeFailure },
        { "short share", ":BAD_ECPOINT:", TlsAlert.IllegalParameter },
        { "zero share", ":BAD_ECPOINT:", TlsAlert.IllegalParameter },
        { "unreduced share", ":BAD_ECPOINT:", TlsAlert.IllegalParameter },
        { "two shares", ":DUPLICATE_KEY_SHARE:", TlsAlert.IllegalParameter },
        { "trailing share", ":DECODE_ERROR:", TlsAlert.DecodeError },
        { "duplicate extension", ":DUPLICATE_EXTENSION:", TlsAlert.IllegalParameter },
        { "empty protocol", ":PARSE_TLSEXT:", TlsAlert.DecodeError },
        { "trailing extension", ":ERROR_PARSING_EXTENSION:", TlsAlert.DecodeError },
        { "compression", ":INVALID_COMPRESSION_LIST:", TlsAlert.IllegalParameter },
        { "long session id", ":CLIENTHELLO_PARSE_FAILED:", TlsAlert.DecodeError },
        { "trailing byte", ":DECODE_ERROR:", TlsAlert.DecodeError },
        { "X.509 alone", ":DECODE_ERROR:", TlsAlert.IllegalParameter },
        { "raw key alone", ":UNKNOWN_CERTIFICATE_TYPE:", TlsAlert.UnsupportedCertificate },
        { "data", ":UNEXPECTED_RECORD:", TlsAlert.UnexpectedMessage },
        { "wrong type", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage },
        { "alert", ":TLSV1_ALERT_RECORD_OVERFLOW:", null },
        { "half an alert", ":BAD_ALERT:", TlsAlert.DecodeError },
        { "two alerts", ":BAD_ALERT:", TlsAlert.DecodeError },
        { "too long", ":DATA_LENGTH_TOO_LONG:", TlsAlert.RecordOverflow },
        { "far too long", ":ENCRYPTED_LENGTH_TOO_LONG:", TlsAlert.RecordOverflow },
        { "33 ChangeCipherSpecs", ":TOO_MANY_EMPTY_FRAGMENTS:", null },
    };

    [Theory]
    [MemberData(nameof(BadClientHellos))]
    public async Task A_server_shim_refuses_a_bad_ClientHello(string fault, string error, TlsAlert? alert)
    {
        using ShimProcess shim = ShimHere(isServer: true);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true);
        peer.Before = _ => SendBeforeClientHello(peer, fault);
        peer.Edit = (type, message) => type == HandshakeType.ClientHello ? SpoilClientHello(message, fault) : message;
        peer.After = type =>
        {
            for (int i = 0; i < 33 && fault == "33 ChangeCipherSpecs" && type == HandshakeType.ClientHello; i++)
                peer.SendRaw([20, 3, 3, 0, 1, 1]);
        };
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    /// <summary>What a client does wrong after its ClientHello.</summary>
    public static TheoryData<string, string, TlsAlert?, string[]> BadClientFlights => new()
    {
        { "bad Finished", ":DIGEST_CHECK_FAILED:", TlsAlert.DecryptError, [] },
        { "unprotected", ":INVALID_OUTER_RECORD_TYPE:", TlsAlert.UnexpectedMessage, [] },
        { "damaged", ":BAD_DECRYPT:", TlsAlert.BadRecordMac, [] },
        { "only padding", ":DECRYPTION_FAILED_OR_BAD_RECORD_MAC:", TlsAlert.UnexpectedMessage, [] },
        { "excess data", ":EXCESS_HANDSHAKE_DATA:", TlsAlert.UnexpectedMessage, [] },
        { "early data", ":UNEXPECTED_RECORD:", TlsAlert.UnexpectedMessage, [] },
        { "message type", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage, [] },
        { "no certificate", ":PEER_DID_NOT_RETURN_A_CERTIFICATE:", TlsAlert.CertificateRequired, ["-require-any-client-certificate"] },
        { "bad signature", ":BAD_SIGNATURE:", TlsAlert.DecryptError, ["-verify-peer"] },
        { "no CertificateVerify", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage, ["-verify-peer"] },
        { "garbage certificate", ":CANNOT_PARSE_LEAF_CERT:", TlsAlert.BadCertificate, ["-verify-peer"] },
        { "refused", ":CERTIFICATE_VERIFY_FAILED:", TlsAlert.HandshakeFailure, ["-verify-peer", "-verify-fail"] },
        { "refused", ":CERTIFICATE_VERIFY_FAILED:", TlsAlert.CertificateUnknown, ["-verify-peer", "-verify-fail", "-use-custom-verify-callback"] },
        { "long certificate", ":EXCESSIVE_MESSAGE_SIZE:", TlsAlert.IllegalParameter, ["-verify-peer", "-max-cert-list", "4096"] },
    };

    [Theory]
    [MemberData(nameof(BadClientFlights))]
    public async Task A_server_shim_refuses_a_bad_flight(string fault, string error, TlsAlert? alert, string[] flags)
    {
        using ShimProcess shim = ShimHere(isServer: true, flags);
        using ScriptedPeer peer = await AcceptAsync(
            shim, shimIsServer: true, ClientOptions(options => options.Credential = fault == "no certificate" ? null : ShimFiles.Credential));
        peer.Before = type => SendBeforeFinished(peer, type, fault);
        peer.Edit = (type, message) => SpoilFlight(type, message, fault);
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    /// <summary>What a server does wrong in the open.</summary>
    public static TheoryData<string, string, TlsAlert?> BadServerHellos => new()
    {
        { "suite", ":WRONG_CIPHER_RETURNED:", TlsAlert.IllegalParameter },
        { "group", ":WRONG_CURVE:", TlsAlert.IllegalParameter },
        { "no share", ":MISSING_KEY_SHARE:", TlsAlert.MissingExtension },
        { "short share", ":BAD_ECPOINT:", TlsAlert.IllegalParameter },
        { "zero share", ":BAD_ECPOINT:", TlsAlert.IllegalParameter },
        { "version", ":UNSUPPORTED_PROTOCOL:", TlsAlert.ProtocolVersion },
        { "unsolicited", ":UNEXPECTED_EXTENSION:", TlsAlert.UnsupportedExtension },
        { "session", ":UNEXPECTED_EXTENSION:", TlsAlert.UnsupportedExtension },
        { "compression", ":DECODE_ERROR:", TlsAlert.IllegalParameter },
        { "session id", ":DECODE_ERROR:", TlsAlert.IllegalParameter },
        { "duplicate", ":DUPLICATE_EXTENSION:", TlsAlert.IllegalParameter },
        { "wrong type", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage },
        { "handshake_failure", ":HANDSHAKE_FAILURE_ON_CLIENT_HELLO:", null },
        { "retry with our group", ":WRONG_CURVE:", TlsAlert.IllegalParameter },
        { "empty retry", ":EMPTY_HELLO_RETRY_REQUEST:", TlsAlert.IllegalParameter },
        { "unknown in retry", ":UNEXPECTED_EXTENSION:", TlsAlert.UnsupportedExtension },
        { "empty cookie", ":DECODE_ERROR:", TlsAlert.DecodeError },
    };

    [Theory]
    [MemberData(nameof(BadServerHellos))]
    public async Task A_client_shim_refuses_a_bad_ServerHello(string fault, string error, TlsAlert? alert)
    {
        using ShimProcess shim = ShimHere(isServer: false);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false);
        peer.Before = type =>
        {
            if (type == HandshakeType.ServerHello && fault == "handshake_failure")
                peer.SendAlert(2, TlsAlert.HandshakeFailure);
        };

        // As with BoringSSL's runner, a server that has keys would not understand the client's alert in the clear.
        bool ended = false;
        peer.Edit = (type, message) =>
        {
            byte[]? sent = ended ? null : type == HandshakeType.ServerHello ? SpoilServerHello(message, fault) : message;
            ended = type == HandshakeType.ServerHello;
            return sent;
        };
        await peer.HandshakeAsync();
        Assert.True(alert is null || peer.Failure is { Failure: HybridTlsFailure.AlertSent } || peer.Failure?.Alert == alert);
        await ExpectFailureAsync(shim, peer, error, alert: null);
    }

    /// <summary>What a server does wrong under protection.</summary>
    public static TheoryData<string, string, TlsAlert?, string[]> BadServerFlights => new()
    {
        { "bad Finished", ":DIGEST_CHECK_FAILED:", TlsAlert.DecryptError, [] },
        { "bad signature", ":BAD_SIGNATURE:", TlsAlert.DecryptError, [] },
        { "garbage certificate", ":CANNOT_PARSE_LEAF_CERT:", TlsAlert.BadCertificate, [] },
        { "no CertificateVerify", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage, [] },
        { "empty certificate", ":PEER_DID_NOT_RETURN_A_CERTIFICATE:", TlsAlert.DecodeError, [] },
        { "scheme", ":DECODE_ERROR:", TlsAlert.IllegalParameter, [] },
        { "message type", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage, [] },
        { "unknown in EE", ":UNEXPECTED_EXTENSION:", TlsAlert.UnsupportedExtension, [] },
        { "key_share in EE", ":UNEXPECTED_EXTENSION:", TlsAlert.IllegalParameter, [] },
        { "unsolicited name", ":UNEXPECTED_EXTENSION:", TlsAlert.UnsupportedExtension, [] },
        { "unknown protocol", ":INVALID_ALPN_PROTOCOL:", TlsAlert.IllegalParameter, ["-advertise-alpn", "\u0003foo"] },
        { "empty protocol", ":PARSE_TLSEXT:", TlsAlert.DecodeError, ["-advertise-alpn", "\u0003foo"] },
        { "no EE", ":DECODE_ERROR:", TlsAlert.DecodeError, [] },
        { "trailing EE", ":DECODE_ERROR:", TlsAlert.DecodeError, [] },
        { "excess data", ":EXCESS_HANDSHAKE_DATA:", TlsAlert.UnexpectedMessage, [] },
        { "refused", ":CERTIFICATE_VERIFY_FAILED:", TlsAlert.HandshakeFailure, ["-verify-peer", "-verify-fail"] },
        { "certificate type", ":UNSUPPORTED_CERTIFICATE:", TlsAlert.UnsupportedCertificate, ["-accepted-peer-cert-types", "2"] },
    };

    [Theory]
    [MemberData(nameof(BadServerFlights))]
    public async Task A_client_shim_refuses_a_bad_flight(string fault, string error, TlsAlert? alert, string[] flags)
    {
        using ShimProcess shim = ShimHere(isServer: false, flags);
        using ScriptedPeer peer = await AcceptAsync(
            shim, shimIsServer: false, ServerOptions(options => options.Credential = fault == "certificate type" ? ShimFiles.RawCredential : ShimFiles.Credential));
        peer.Edit = (type, message) => SpoilFlight(type, message, fault);
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    /// <summary>What a peer does wrong after the handshake.</summary>
    public static TheoryData<string, string, TlsAlert?> BadData => new()
    {
        { "33 empty records", ":TOO_MANY_EMPTY_FRAGMENTS:", TlsAlert.UnexpectedMessage },
        { "33 KeyUpdates", ":TOO_MANY_KEY_UPDATES:", TlsAlert.UnexpectedMessage },
        { "5 user_canceled", ":TOO_MANY_WARNING_ALERTS:", TlsAlert.UnexpectedMessage },
        { "KeyUpdate request", ":DECODE_ERROR:", TlsAlert.IllegalParameter },
        { "KeyUpdate and more", ":EXCESS_HANDSHAKE_DATA:", TlsAlert.UnexpectedMessage },
        { "ChangeCipherSpec", ":UNEXPECTED_RECORD:", TlsAlert.UnexpectedMessage },
        { "Finished", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage },
        { "CertificateRequest", ":UNEXPECTED_MESSAGE:", TlsAlert.UnexpectedMessage },
        { "damaged", ":BAD_DECRYPT:", TlsAlert.BadRecordMac },
        { "too long", ":DATA_LENGTH_TOO_LONG:", TlsAlert.RecordOverflow },
        { "interleaved", ":UNEXPECTED_RECORD:", TlsAlert.UnexpectedMessage },
        { "fatal alert", ":SSLV3_ALERT_DECOMPRESSION_FAILURE:", null },
    };

    [Theory]
    [MemberData(nameof(BadData))]
    public async Task A_server_shim_refuses_bad_data(string fault, string error, TlsAlert? alert)
    {
        using ShimProcess shim = ShimHere(isServer: true);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true);
        Assert.True(await peer.HandshakeAsync());
        await peer.ExpectEchoAsync();
        SendBadData(peer, fault);
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    [Fact]
    public async Task A_client_shim_refuses_a_ticket_that_is_none()
    {
        using ShimProcess shim = ShimHere(isServer: false);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false);
        Assert.True(await peer.HandshakeAsync());
        peer.SendRecord(ContentType.Handshake, [4, 0, 0, 13, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        await ExpectFailureAsync(shim, peer, ":DECODE_ERROR:", TlsAlert.DecodeError);
    }

    [Theory]
    [InlineData("-fail-cert-callback", ":CERT_CB_ERROR:", TlsAlert.InternalError)]
    [InlineData("-fail-early-callback", ":CONNECTION_REJECTED:", TlsAlert.UnrecognizedName)]
    [InlineData("-reject-alpn", ":NO_APPLICATION_PROTOCOL:", TlsAlert.NoApplicationProtocol)]
    public async Task A_servers_callback_refuses(string flag, string error, TlsAlert alert)
    {
        using ShimProcess shim = ShimHere(isServer: true, flag);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, ClientOptions(options => options.ApplicationProtocols = [new("foo")]));
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    [Theory]
    [InlineData(":CERT_CB_ERROR:", TlsAlert.InternalError, "-fail-cert-callback")]
    [InlineData(":UNKNOWN_CERTIFICATE_TYPE:", TlsAlert.HandshakeFailure, "-new-rpk-credential")]
    public async Task A_clients_callback_refuses(string error, TlsAlert alert, string flag)
    {
        using ShimProcess shim = ShimHere(isServer: false, [flag, .. flag == "-new-rpk-credential" ? ["-key-file", ShimFiles.KeyFile] : ShimFiles.CredentialFlags]);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false, ServerOptions(options => options.ClientCertificateMode = ClientAuthenticationMode.RequireCertificate));

        // The client offers a raw key alone; this server picks the certificate all the same, by leaving its answer out.
        peer.Edit = (type, message) => type == HandshakeType.EncryptedExtensions
            ? EditableMessage.Edit(message, static extensions => extensions.Remove(ExtensionType.ClientCertificateType))
            : message;
        if (flag == "-new-rpk-credential")
            peer.Machine.Options.AcceptRawPublicKeys = true;
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, error, alert);
    }

    [Theory]
    [InlineData("close", "Unexpected SSL_shutdown result: -1 != 1")]
    [InlineData("data", ":APPLICATION_DATA_ON_SHUTDOWN:")]
    [InlineData("alert", ":SSLV3_ALERT_DECOMPRESSION_FAILURE:")]
    public async Task What_is_no_close_notify_is_no_end(string instead, string error)
    {
        using ShimProcess shim = ShimHere(isServer: false, "-shim-shuts-down", "-check-close-notify");
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: false);
        Assert.True(await peer.HandshakeAsync());
        Assert.Empty(await peer.ReadAsync());
        if (instead == "data")
            peer.SendData([1]);
        if (instead == "alert")
            peer.SendAlert(2, (TlsAlert)30);
        await ExpectFailureAsync(shim, peer, error, alert: null);
    }

    [Fact]
    public async Task A_server_shim_refuses_a_client_that_does_not_wait_for_its_HelloRetryRequest()
    {
        using ShimProcess shim = ShimHere(isServer: true);
        using ScriptedPeer peer = await AcceptAsync(shim, shimIsServer: true, retry: true);
        peer.Edit = (_, message) => [.. message, 1];
        await peer.HandshakeAsync();
        await ExpectFailureAsync(shim, peer, ":EXCESS_HANDSHAKE_DATA:", TlsAlert.UnexpectedMessage);
    }

    private static void SendBeforeClientHello(ScriptedPeer peer, string fault)
    {
        switch (fault)
        {
            case "http get": peer.SendRaw("GET / HTTP/1.0\r\n\r\n"u8); break;
            case "http connect": peer.SendRaw(Encoding.ASCII.GetBytes("CONNECT test:443 HTTP/1.0\r\n\r\n")); break;
            case "garbage": peer.SendRaw("blah!"u8); break;
            case "data": peer.SendRecord(ContentType.ApplicationData, [1, 2, 3]); break;
            case "alert": peer.SendAlert(2, TlsAlert.RecordOverflow); break;
            case "half an alert": peer.SendRecord(ContentType.Alert, [2]); break;
            case "two alerts": peer.SendRecord(ContentType.Alert, [2, 22, 2, 22]); break;
            case "too long": peer.SendRaw([22, 3, 1, 0x40, 1]); break;
            case "far too long": peer.SendRaw([22, 3, 1, 0x80, 0]); break;
        }
    }

    private static byte[] SpoilClientHello(byte[] message, string fault) => fault switch
    {
        "trailing byte" => WithLength([.. message, 0]),
        "wrong type" => [42, .. message[1..]],
        _ => EditableMessage.Edit(message, hello => SpoilClientHello(hello, fault)),
    };

    private static void SpoilClientHello(EditableMessage hello, string fault)
    {
        byte[] shares = hello[ExtensionType.KeyShare];
        int own = shares.Length - X25519MLKem768Share - 4;
        switch (fault)
        {
            case "no TLS 1.3": hello.Set(ExtensionType.SupportedVersions, 2, 3, 3); break;
            case "no suite": hello.SetSuites((System.Net.Security.TlsCipherSuite)0xC02F); break;
            case "no group": hello.Remove(ExtensionType.SupportedGroups); break;
            case "no share": hello.Remove(ExtensionType.KeyShare); break;
            case "no scheme": hello.Set(ExtensionType.SignatureAlgorithms, 0, 2, 4, 3); break;
            case "short share":
                hello.Set(ExtensionType.KeyShare, [.. Length(4 + X25519MLKem768Share - 1), 0x11, 0xEC, .. Length(X25519MLKem768Share - 1), .. shares[(own + 4)..^1]]);
                break;
            case "zero share": shares.AsSpan()[^32..].Clear(); break;
            case "unreduced share": shares.AsSpan(own + 4, 3).Fill(0xFF); break;
            case "two shares":
                byte[] share = shares[own..];
                hello.Set(ExtensionType.KeyShare, [.. Length(2 * share.Length), .. share, .. share]);
                break;
            case "trailing share": hello.Set(ExtensionType.KeyShare, [.. shares, 0]); break;
            case "duplicate extension": hello.Extensions.AddRange([(ExtensionType.Padding, []), (ExtensionType.Padding, [])]); break;
            case "empty protocol": hello.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 1, 0); break;
            case "trailing extension": hello.Set(ExtensionType.SignatureAlgorithms, 0, 2, 9, 5, 0); break;
            case "compression": hello.Tail = [.. hello.Tail[..^2], 2, 1, 0]; break;
            case "long session id": hello.SessionId = new byte[33]; break;
            case "X.509 alone": hello.Set(ExtensionType.ServerCertificateType, 1, 0); break;
            case "raw key alone": hello.Set(ExtensionType.ServerCertificateType, 1, 2); break;
        }
    }

    private const int X25519MLKem768Share = 1216;

    private static void SendBeforeFinished(ScriptedPeer peer, HandshakeType type, string fault)
    {
        if (type != HandshakeType.Finished)
            return;
        switch (fault)
        {
            case "unprotected": peer.SendRaw([22, 3, 3, 0, 4, 20, 0, 0, 0]); break;
            case "damaged": peer.SendDamagedRecord(ContentType.Handshake, [20, 0, 0, 0]); break;
            case "only padding": peer.SendRecord(ContentType.Invalid, [0, 0, 0]); break;
            case "early data": peer.SendRecord(ContentType.ApplicationData, [1]); break;
        }
    }

    private static byte[]? SpoilFlight(HandshakeType type, byte[] message, string fault)
    {
        switch (type, fault)
        {
            case (HandshakeType.Finished, "bad Finished"):
            case (HandshakeType.CertificateVerify, "bad signature"):
                message[^1] ^= 1;
                return message;
            case (HandshakeType.Finished, "excess data"):
                return [.. message, 4];
            case (HandshakeType.Finished or HandshakeType.EncryptedExtensions, "message type"):
                message[0] += 42;
                return message;
            case (HandshakeType.CertificateVerify, "no CertificateVerify"):
                return null;
            case (HandshakeType.CertificateVerify, "scheme"):
                message[5] = 4;
                return message;
            case (HandshakeType.Certificate, "garbage certificate"):
                message.AsSpan(11, 8).Fill(0x55);
                return message;
            case (HandshakeType.Certificate, "empty certificate"):
                return [11, 0, 0, 4, 0, 0, 0, 0];
            case (HandshakeType.EncryptedExtensions, "no EE"):
                return [8, 0, 0, 0];
            case (HandshakeType.EncryptedExtensions, "trailing EE"):
                return WithLength([.. message, 0]);
            case (HandshakeType.EncryptedExtensions, "unknown in EE"):
                return EditableMessage.Edit(message, static extensions => extensions.Extensions.Add(((ExtensionType)0x1234, [])));
            case (HandshakeType.EncryptedExtensions, "key_share in EE"):
                return EditableMessage.Edit(message, static extensions => extensions.Set(ExtensionType.KeyShare, 0x11, 0xEC, 0, 0));
            case (HandshakeType.EncryptedExtensions, "certificate type"):
                return EditableMessage.Edit(message, static extensions => extensions.Remove(ExtensionType.ServerCertificateType));
            case (HandshakeType.EncryptedExtensions, "unsolicited name"):
                return EditableMessage.Edit(message, static extensions => extensions.Set(ExtensionType.ServerName));
            case (HandshakeType.EncryptedExtensions, "unknown protocol"):
                return EditableMessage.Edit(message, static extensions => extensions.Set(ExtensionType.ApplicationLayerProtocolNegotiation, [0, 4, 3, .. "bar"u8]));
            case (HandshakeType.EncryptedExtensions, "empty protocol"):
                return EditableMessage.Edit(message, static extensions => extensions.Set(ExtensionType.ApplicationLayerProtocolNegotiation, 0, 1, 0));
            default:
                return message;
        }
    }

    private static byte[] SpoilServerHello(byte[] message, string fault) => fault switch
    {
        "wrong type" => [42, .. message[1..]],
        "retry with our group" or "empty retry" or "unknown in retry" or "empty cookie" => EditableMessage.Edit(message, hello =>
        {
            hello.Random = HelloRetryRequest.Random.ToArray();
            hello.Remove(ExtensionType.KeyShare);
            if (fault == "retry with our group")
                hello.Set(ExtensionType.KeyShare, 0x11, 0xEC);
            if (fault == "unknown in retry")
                hello.Extensions.Add(((ExtensionType)0x1234, Unknown));
            if (fault == "empty cookie")
                hello.Set(ExtensionType.Cookie, 0, 0);
        }),
        _ => EditableMessage.Edit(message, hello =>
        {
            byte[] share = hello[ExtensionType.KeyShare];
            switch (fault)
            {
                case "suite": hello.Tail = [0x13, 0x04, 0]; break;
                case "group": share[1] = 0xEB; break;
                case "no share": hello.Remove(ExtensionType.KeyShare); break;
                case "short share": hello.Set(ExtensionType.KeyShare, [0x11, 0xEC, .. Length(share.Length - 5), .. share[4..^1]]); break;
                case "zero share": share.AsSpan()[^32..].Clear(); break;
                case "version": hello.Remove(ExtensionType.SupportedVersions); break;
                case "unsolicited": hello.Extensions.Add(((ExtensionType)0x1234, Unknown)); break;
                case "session": hello.Set(ExtensionType.PreSharedKey, 0, 0); break;
                case "compression": hello.Tail[2] = 1; break;
                case "session id": hello.SessionId[0] ^= 1; break;
                case "duplicate": hello.Extensions.Add(hello.Extensions[0]); break;
            }
        }),
    };

    private static void SendBadData(ScriptedPeer peer, string fault)
    {
        switch (fault)
        {
            case "33 empty records":
                for (int i = 0; i < 33; i++)
                    peer.SendRecord(ContentType.ApplicationData, []);
                break;
            case "33 KeyUpdates":
                for (int i = 0; i < 33; i++)
                    peer.SendKeyUpdate(KeyUpdateRequest.NotRequested);
                break;
            case "5 user_canceled":
                for (int i = 0; i < 5; i++)
                    peer.SendAlert(1, TlsAlert.UserCanceled);
                break;
            case "KeyUpdate request": peer.SendRecord(ContentType.Handshake, [24, 0, 0, 1, 42]); break;
            case "KeyUpdate and more": peer.SendRecord(ContentType.Handshake, [24, 0, 0, 1, 0, 24, 0, 0, 1, 0]); break;
            case "ChangeCipherSpec": peer.SendRaw([20, 3, 3, 0, 1, 1]); break;
            case "Finished": peer.SendRecord(ContentType.Handshake, [20, 0, 0, 0]); break;
            case "CertificateRequest": peer.SendRecord(ContentType.Handshake, [13, 0, 0, 3, 0, 0, 0]); break;
            case "damaged": peer.SendDamagedRecord(ContentType.ApplicationData, [1]); break;
            case "too long": peer.SendRaw([23, 3, 3, 0x40, 0x12]); break;
            case "interleaved":
                peer.SendRecord(ContentType.Handshake, [24]);
                peer.SendRecord(ContentType.ApplicationData, [1]);
                break;
            case "fatal alert": peer.SendAlert(2, (TlsAlert)30); break;
        }
    }

    private static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];

    private static byte[] WithLength(byte[] message)
    {
        Length(message.Length - 4).CopyTo(message, 2);
        return message;
    }
}
