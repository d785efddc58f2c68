using System.Net.Security;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>What our own messages and records look like from outside.</summary>
public sealed class WireTests
{
    [Fact]
    [Clause("HT-WIRE-1")]
    [Clause("HT-WIRE-2")]
    [Clause("HT-WIRE-4")]
    [Clause("HT-EARLY-1")]
    [Clause("HT-HS-8")]
    public void A_client_offers_one_version_one_group_and_one_signature()
    {
        using MessagePair pair = new();
        pair.Run();
        EditableMessage hello = new(pair.Messages[0].Message);
        Assert.Equal(0x0303, hello.Version);
        Assert.Equal(32, hello.SessionId.Length);
        Assert.Equal([1, 0], hello.Tail[^2..]);
        Assert.Equal([3, 4], WithoutReserved(hello[ExtensionType.SupportedVersions][1..]));
        Assert.Equal([0x11, 0xEC], WithoutReserved(hello[ExtensionType.SupportedGroups][2..]));
        Assert.Equal([0, 2, 9, 5], hello[ExtensionType.SignatureAlgorithms]);
        Assert.DoesNotContain(hello.Extensions, static e => e.Type is ExtensionType.EarlyData or ExtensionType.PostHandshakeAuth or ExtensionType.PreSharedKey);
        Assert.Equal(NamedGroup.X25519MLKem768, pair.Server.Parameters!.Group);
        Assert.Equal(SignatureScheme.MLDsa65, pair.Client.Parameters!.SignatureScheme);
    }

    [Fact]
    [Clause("HT-WIRE-6")]
    public void A_client_offers_reserved_values_of_each_kind()
    {
        HashSet<int> suites = [];
        for (int i = 0; i < 20; i++)
        {
            using MessagePair pair = new();
            byte[] message = [];
            pair.Intercept = (_, m) => message = m;
            pair.RunUntil(() => message.Length > 0);
            EditableMessage hello = new(message);
            suites.Add((hello.Tail[2] << 8) | hello.Tail[3]);
            Assert.True(Grease.IsReserved((ushort)((hello.Tail[2] << 8) | hello.Tail[3])));
            Assert.Equal(2, hello.Extensions.Count(static e => Grease.IsReserved((ushort)e.Type)));
            Assert.True(Grease.IsReserved((ushort)((hello[ExtensionType.SupportedVersions][1] << 8) | hello[ExtensionType.SupportedVersions][2])));
            byte[] groups = hello[ExtensionType.SupportedGroups], shares = hello[ExtensionType.KeyShare];
            Assert.True(Grease.IsReserved((ushort)((groups[2] << 8) | groups[3])));
            Assert.Equal([groups[2], groups[3], 0, 1, 0], shares[2..7]);
        }

        Assert.InRange(suites.Count, 3, 16);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-WIRE-5")]
    [Clause("HT-WIRE-4")]
    public async Task Each_side_sends_one_change_cipher_spec_in_its_place(bool retry)
    {
        List<(PeerRole Sender, byte Type, ushort Version)> records = [];
        using HandshakePair pair = new(TestIdentities.ServerOptions(static options => options.TicketCount = 0), withholdKeyShare: retry)
        {
            Tamper = (sender, flight) =>
            {
                for (int i = 0; i < flight.Length; i += 5 + ((flight[i + 3] << 8) | flight[i + 4]))
                    records.Add((sender, flight[i], (ushort)((flight[i + 1] << 8) | flight[i + 2])));
                return flight;
            },
        };
        await pair.RunAsync();
        Assert.Equal(retry ? [22, 20, 22, 23] : [22, 20, 23], records.Where(static r => r.Sender == PeerRole.Client).Select(static r => r.Type));
        Assert.Equal(retry ? [22, 20, 22, 23] : [22, 20, 23], records.Where(static r => r.Sender == PeerRole.Server).Select(static r => r.Type));
        Assert.Equal(RecordHeader.InitialVersion, records[0].Version);
        Assert.All(records.Skip(1), static record => Assert.Equal(RecordHeader.Version, record.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("HT-WIRE-5")]
    public async Task A_clients_change_cipher_spec_goes_out_with_what_follows_it(bool retry)
    {
        List<byte[]> writes = [];
        HandshakePair? running = null;
        using HandshakePair pair = new(withholdKeyShare: retry)
        {
            // The server's flight is taken byte by byte, as a transport may bring it: no byte makes the client write the six alone.
            Cut = _ =>
            {
                Assert.NotEqual(6, running!.ClientOutput.Length);
                return 1;
            },
            Tamper = (sender, flight) =>
            {
                if (sender == PeerRole.Client)
                    writes.Add(flight);
                return flight;
            },
        };
        running = pair;
        await pair.RunAsync();
        Assert.Equal(retry ? 3 : 2, writes.Count);
        Assert.Equal([20, 3, 3, 0, 1, 1, (byte)(retry ? 22 : 23)], writes[1][..7]);
        if (retry)
            Assert.Equal(23, writes[2][0]);
    }

    [Fact]
    [Clause("HT-WIRE-5")]
    public void A_client_that_gives_up_sends_its_change_cipher_spec_before_the_alert()
    {
        PooledBuffer output = new();
        using ClientHandshake client = new(TestIdentities.ClientOptions(), output);
        PooledBuffer answer = new();
        using ServerHandshake server = new(TestIdentities.ServerOptions(), answer);
        client.Start();
        server.Process(output.Span);
        output.Release();
        int hello = 5 + ((answer.Span[3] << 8) | answer.Span[4]);
        Assert.Equal(hello, client.Process(answer.Span[..hello]));
        Assert.Equal(0, output.Length);
        client.WriteAlert(TlsAlert.BadCertificate);
        Assert.Equal([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 19], output.Span[..11].ToArray());
        Assert.Equal(6 + 5 + 19, output.Length);
        output.Dispose();
        answer.Dispose();
    }

    [Fact]
    [Clause("HT-WIRE-5")]
    public void Without_a_session_id_the_server_sends_no_change_cipher_spec()
    {
        using MessagePair pair = new();
        byte[] hello = [];
        pair.Intercept = (_, message) => hello = message;
        pair.RunUntil(() => hello.Length > 0);
        PooledOutput output = new();
        using ServerHandshake server = new(TestIdentities.ServerOptions(), output.Buffer);
        server.Receive(HandshakeMessage.Parse(EditableMessage.Edit(hello, static m => m.SessionId = [])));
        Assert.DoesNotContain((byte)20, output.RecordTypes());
        using ServerHandshake other = new(TestIdentities.ServerOptions(), output.Buffer);
        other.Receive(HandshakeMessage.Parse(hello));
        Assert.Contains((byte)20, output.RecordTypes());
    }

    [Theory]
    [InlineData("LOCALHOST.", "localhost", true)]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("localhost", null, false)]
    [Clause("HT-NEG-12")]
    public void Only_a_host_name_is_sent_as_server_name(string name, string? sent, bool send)
    {
        using MessagePair pair = new(client: TestIdentities.ClientOptions(options =>
        {
            options.TargetHost = name;
            options.SendServerName = send;
        }));
        pair.Run();
        Assert.Equal(sent, pair.Server.Parameters!.ServerName);
        EditableMessage answer = new(pair.Messages.Single(static m => m.Message[0] == 8).Message);
        Assert.Equal(sent is null ? 0 : 1, answer.Extensions.Count(static e => e.Type == ExtensionType.ServerName && e.Data.Length == 0));
    }

    [Theory]
    [InlineData(64, 16384)]
    [InlineData(16384, 64)]
    [InlineData(1000, null)]
    [InlineData(null, 1000)]
    [InlineData(200, 300)]
    [Clause("HT-NEG-13")]
    [Clause("HT-REC-19")]
    public async Task Record_size_limits_are_honoured_in_the_handshake_and_after(int? client, int? server)
    {
        Dictionary<PeerRole, int> longest = new() { [PeerRole.Client] = 0, [PeerRole.Server] = 0 };
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(o => o.RecordSizeLimit = server),
            TestIdentities.ClientOptions(o => o.RecordSizeLimit = client))
        {
            Tamper = (sender, flight) =>
            {
                for (int i = 0, length; i < flight.Length; i += 5 + length)
                {
                    length = (flight[i + 3] << 8) | flight[i + 4];
                    if (flight[i] == 23)
                        longest[sender] = Math.Max(longest[sender], length - RecordLimits.TagSize);
                }

                return flight;
            },
        };
        await pair.RunAsync();

        // A server may not send the extension unasked, so its limit counts only where the client sent one.
        Assert.InRange(longest[PeerRole.Server], 60, client ?? RecordLimits.MaxInnerPlaintext);
        Assert.InRange(longest[PeerRole.Client], 40, client is null ? RecordLimits.MaxInnerPlaintext : server ?? RecordLimits.MaxInnerPlaintext);
        Assert.Equal(client ?? RecordLimits.MaxInnerPlaintext, pair.Server.Writer.MaxContent + 1);
        Assert.Equal(client is null ? RecordLimits.MaxInnerPlaintext : server ?? RecordLimits.MaxInnerPlaintext, pair.Client.Writer.MaxContent + 1);
    }

    [Fact]
    [Clause("HT-HS-10")]
    public void Application_data_before_the_end_of_the_handshake_is_unexpected()
    {
        using MessagePair pair = new();
        pair.RunUntil(() => pair.Server.State == ServerState.AwaitFinished);
        using RecordWriter writer = new();
        writer.SetKeys(pair.Server.Keys.Client.CreateProtection());
        PooledOutput output = new();
        writer.WriteApplicationData(output.Buffer, [1, 2, 3]);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Server.Process(output.Buffer.Span));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-HS-7")]
    public void A_message_that_goes_on_behind_a_key_change_is_unexpected()
    {
        using MessagePair pair = new();
        byte[] hello = [];
        pair.Intercept = (_, message) => hello = message;
        pair.RunUntil(() => hello.Length > 0);
        using ServerHandshake server = new(TestIdentities.ServerOptions(), new PooledOutput().Buffer);
        byte[] more = [.. hello, 20];
        HybridTlsException exception = Assert.Throws<HybridTlsException>(
            () => server.Process([22, 3, 3, (byte)(more.Length >> 8), (byte)more.Length, .. more]));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-HS-7")]
    public void A_message_that_goes_on_behind_a_retry_is_unexpected()
    {
        // Both hellos are judged by what stands behind them before they are answered: what follows belongs to the other transcript.
        foreach (PeerRole taker in (PeerRole[])[PeerRole.Server, PeerRole.Client])
        {
            using MessagePair pair = new(retry: true);
            byte[] message = [];
            pair.Intercept = (side, taken) => side == taker && message.Length == 0 ? message = taken : taken;
            pair.RunUntil(() => message.Length > 0);

            using MessagePair other = new(retry: true);
            byte[] sent = [];
            other.Intercept = (_, taken) => sent = taken;
            if (taker == PeerRole.Client)
            {
                other.RunUntil(() => sent.Length > 0);
                message = EditableMessage.Edit(message, retry => retry.SessionId = new EditableMessage(sent).SessionId);
            }

            HandshakeMachine machine = taker == PeerRole.Client ? other.Client : other.Server;
            byte[] more = [.. message, 20];
            HybridTlsException exception = Assert.Throws<HybridTlsException>(
                () => machine.Process([22, 3, 3, (byte)(more.Length >> 8), (byte)more.Length, .. more]));
            Assert.Equal((TlsAlert?)TlsAlert.UnexpectedMessage, exception.Alert);
            Assert.Equal(FailureReason.ExcessBeforeAnswer, exception.Reason);
        }
    }

    [Fact]
    [Clause("HT-AUTH-11")]
    public void Trust_anchors_are_named_only_if_the_host_says_so()
    {
        foreach (bool named in (bool[])[false, true])
        {
            using MessagePair pair = new(TestIdentities.ServerOptions(options =>
            {
                options.ClientCertificateMode = ClientAuthenticationMode.AllowCertificate;
                options.SendCertificateAuthorities = named;
            }));
            pair.Run();
            EditableMessage request = new(pair.Messages.Single(static m => m.Message[0] == 13).Message);
            Assert.Equal(named, request.Extensions.Any(static e => e.Type == ExtensionType.CertificateAuthorities));
        }
    }

    private static byte[] WithoutReserved(byte[] codePoints) =>
        [.. codePoints.Chunk(2).Where(static pair => !Grease.IsReserved((ushort)((pair[0] << 8) | pair[1]))).SelectMany(static pair => pair)];
}
