using System.Net.Security;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>First and second ClientHellos that a server refuses, and the alert of each (RFC 9846 §4.2.1, §4.2.2, §9.2).</summary>
public sealed class ClientHelloRefusalTests
{
    private static readonly byte[] ValidShare = MakeShare();

    public static TheoryData<string, TlsAlert> FirstHellos => new()
    {
        { "no key_share", TlsAlert.MissingExtension },
        { "no supported_groups", TlsAlert.MissingExtension },
        { "no signature_algorithms", TlsAlert.MissingExtension },
        { "pre_shared_key without modes", TlsAlert.MissingExtension },
        { "share of an unsupported group", TlsAlert.IllegalParameter },
        { "short share", TlsAlert.IllegalParameter },
        { "share beyond the modulus", TlsAlert.IllegalParameter },
        { "share of order one", TlsAlert.IllegalParameter },
        { "no common suite", TlsAlert.HandshakeFailure },
        { "only raw public keys", TlsAlert.UnsupportedCertificate },
        { "only TLS 1.2", TlsAlert.ProtocolVersion },
    };

    public static TheoryData<string, TlsAlert> SecondHellos => new()
    {
        { "no share again", TlsAlert.IllegalParameter },
        { "two shares", TlsAlert.IllegalParameter },
        { "another random", TlsAlert.IllegalParameter },
        { "another session id", TlsAlert.IllegalParameter },
        { "no common suite", TlsAlert.IllegalParameter },
        { "one extension more", TlsAlert.IllegalParameter },
        { "a cookie", TlsAlert.IllegalParameter },
        { "early data", TlsAlert.IllegalParameter },
        { "only TLS 1.2", TlsAlert.ProtocolVersion },
    };

    [Theory]
    [MemberData(nameof(FirstHellos))]
    [Clause("HT-NEG-2")]
    [Clause("HT-NEG-3")]
    [Clause("HT-NEG-4")]
    public void A_first_hello_is_refused(string fault, TlsAlert alert)
    {
        using PooledBuffer output = new();
        using ServerHandshake server = new(TestIdentities.ServerOptions(), output);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => Receive(server, fault));
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)alert), (exception.Failure, exception.Alert));
    }

    [Theory]
    [MemberData(nameof(SecondHellos))]
    [Clause("HT-HRR-3")]
    public void A_second_hello_is_refused(string fault, TlsAlert alert)
    {
        using PooledBuffer output = new();
        using ServerHandshake server = new(TestIdentities.ServerOptions(), output);
        Receive(server, "no share");
        Assert.Equal(ServerState.AwaitSecondClientHello, server.State);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => Receive(server, fault));
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)alert), (exception.Failure, exception.Alert));
    }

    [Theory]
    [InlineData("padding", true)]
    [InlineData("nothing", true)]
    [InlineData("nothing", false)]
    public void What_a_hello_may_hold_is_accepted(string second, bool retry)
    {
        using PooledBuffer output = new();
        using ServerHandshake server = new(TestIdentities.ServerOptions(), output);
        if (retry)
            Receive(server, "no share");
        Receive(server, second);
        Assert.Equal(ServerState.AwaitFinished, server.State);
    }

    private static void Receive(ServerHandshake server, string fault)
    {
        using TlsWriter writer = new();
        Write(writer, fault);
        server.Receive(HandshakeMessage.Parse(writer.Written));
    }

    private static void Write(TlsWriter writer, string fault)
    {
        byte[] random = new byte[32], sessionId = new byte[32];
        random[0] = fault == "another random" ? (byte)1 : (byte)0;
        sessionId[0] = fault == "another session id" ? (byte)1 : (byte)0;
        TlsCipherSuite suite = fault == "no common suite" ? TlsCipherSuite.TLS_AES_128_CCM_SHA256 : TlsCipherSuite.TLS_AES_256_GCM_SHA384;
        using MessageScope message = ClientHello.Begin(writer, random, sessionId, [suite]);
        SupportedVersionsExtension.WriteOffered(writer, fault == "only TLS 1.2" ? ProtocolVersion.Tls12 : ProtocolVersion.Tls13);
        if (fault != "no supported_groups")
            SupportedGroupsExtension.Write(writer, NamedGroup.X25519MLKem768, (NamedGroup)0x001D);
        if (fault != "no signature_algorithms")
            SignatureAlgorithmsExtension.Write(writer, SignatureScheme.MLDsa65);
        if (fault != "no key_share")
            WriteShares(writer, fault);
        switch (fault)
        {
            case "only raw public keys":
                CertificateTypeExtension.WriteOffered(writer, ExtensionType.ServerCertificateType, CertificateType.RawPublicKey);
                break;
            case "one extension more":
                writer.WriteExtension((ExtensionType)0x1234, [1]);
                break;
            case "padding":
                writer.WriteExtension(ExtensionType.Padding, new byte[20]);
                break;
            case "a cookie":
                CookieExtension.Write(writer, [1, 2, 3]);
                break;
            case "early data":
                writer.WriteExtension(ExtensionType.EarlyData, []);
                break;
            case "pre_shared_key without modes":
                PreSharedKeyExtension.WriteOffered(writer, new PskIdentity([1, 2, 3], 0), 48);
                break;
        }
    }

    private static void WriteShares(TlsWriter writer, string fault)
    {
        using MessageScope shares = KeyShareExtension.BeginOffered(writer);
        if (fault is "no share" or "no share again")
            return;
        if (fault == "share of an unsupported group")
            KeyShareExtension.WriteEntry(writer, (NamedGroup)0x0017, new byte[65]);
        if (fault == "two shares")
            KeyShareExtension.WriteEntry(writer, (NamedGroup)0x001D, new byte[32]);
        byte[] share = [.. ValidShare];
        if (fault == "share beyond the modulus")
            share.AsSpan(0, 3).Fill(0xFF);
        if (fault == "share of order one")
            share.AsSpan(1184).Clear();
        KeyShareExtension.WriteEntry(writer, NamedGroup.X25519MLKem768, fault == "short share" ? share.AsSpan(1) : share);
    }

    private static byte[] MakeShare()
    {
        using X25519MLKem768 key = X25519MLKem768.Generate();
        byte[] share = new byte[X25519MLKem768.ClientShareSizeInBytes];
        key.ExportClientShare(share);
        return share;
    }
}
