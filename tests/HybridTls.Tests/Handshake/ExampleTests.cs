using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridTls.Handshake;
using HybridTls.Issuing;
using HybridTls.Messages;
using HybridTls.Tests.Certificates;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Handshake;

/// <summary>The wire examples of the spec: what the code writes from fixed entropy, keys and time.</summary>
public sealed class ExampleTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 10, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The shared ticket keys are drawn when they are first needed, by whatever test that is: not by one with fixed entropy.</summary>
    static ExampleTests() => GC.KeepAlive(RotatingTicketProtector.Shared);

    [Fact]
    [Clause("HT-WIRE-7")]
    [Clause("HT-WIRE-4")]
    public void The_hello_messages_are_those_of_the_examples()
    {
        using IDisposable _ = FixedEntropy.Begin("hello examples");
        using MessagePair pair = Pair(new Identity(Intermediates: 0, Raw: false), mutual: false, retry: false);
        pair.Run();
        Compare("client-hello.txt", MessageDump.Hello("ClientHello", pair.Messages[0].Message));
        Compare("server-hello.txt", MessageDump.Hello("ServerHello", pair.Messages[1].Message));

        using MessagePair retry = Pair(new Identity(Intermediates: 0, Raw: false), mutual: false, retry: true);
        retry.Run();
        Compare("hello-retry-request.txt",
            MessageDump.Hello("ClientHello (first)", retry.Messages[0].Message) + "\n" +
            MessageDump.Hello("HelloRetryRequest", retry.Messages[1].Message) + "\n" +
            MessageDump.Hello("ClientHello (second)", retry.Messages[2].Message));
    }

    [Fact]
    [Clause("HT-WIRE-7")]
    public void The_flights_have_the_sizes_of_the_examples()
    {
        using IDisposable _ = FixedEntropy.Begin("flight examples");
        StringBuilder text = new();
        text.Append(Flights("Server authentication, one certificate (the issuer is the trust anchor)", new Identity(0, false), false, false));
        text.Append(Flights("Server authentication, a leaf and one intermediate", new Identity(1, false), false, false));
        text.Append(Flights("Server authentication, raw public key", new Identity(0, true), false, false));
        text.Append(Flights("Mutual authentication, one certificate each", new Identity(0, false), true, false));
        text.Append(Flights("HelloRetryRequest, one certificate", new Identity(0, false), false, true));
        Compare("flights.txt", text.ToString());
    }

    private static string Flights(string title, Identity identity, bool mutual, bool retry)
    {
        List<(PeerRole Sender, byte[] Flight)> flights = [];
        using HandshakePair records = identity.Create(
            mutual, (server, client) => new HandshakePair(server, client, retry)
            {
                Tamper = (sender, flight) =>
                {
                    flights.Add((sender, flight));
                    return flight;
                },
            });
#pragma warning disable xUnit1031 // Everything completes synchronously.
        records.RunAsync().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        using MessagePair messages = Pair(identity, mutual, retry);
        messages.Run();

        StringBuilder text = new();
        text.Append(title).Append("\n\n");
        foreach ((PeerRole sender, byte[] flight) in flights)
        {
            text.Append($"  {sender} sends {flight.Length:N0} bytes\n");
            for (int i = 0, length; i < flight.Length; i += 5 + length)
            {
                length = (flight[i + 3] << 8) | flight[i + 4];
                text.Append($"    {TypeName(flight[i]),-20}{5 + length,8:N0}\n");
            }
        }

        text.Append("  messages\n");
        foreach ((PeerRole taker, byte[] message) in messages.Messages)
        {
            string name = message[0] == 2 && ServerHello.IsHelloRetryRequest(message.AsSpan(4)) ? "HelloRetryRequest" : ((HandshakeType)message[0]).ToString();
            text.Append($"    {(taker == PeerRole.Client ? "server" : "client")} {name,-20}{message.Length,8:N0}\n");
        }

        return text.Append('\n').ToString();
    }

    private static string TypeName(byte type) => type switch
    {
        20 => "change_cipher_spec",
        21 => "alert",
        22 => "handshake",
        _ => "application_data",
    };

    private static MessagePair Pair(Identity identity, bool mutual, bool retry) =>
        identity.Create(mutual, (server, client) => new MessagePair(server, client, retry));

    private static void Compare(string name, string text)
    {
        string path = Repository.PathOf("spec", "examples", name);
        if (Environment.GetEnvironmentVariable("HYBRIDTLS_UPDATE_EXAMPLES") == "1")
            File.WriteAllText(path, text);
        Assert.Equal(File.ReadAllText(path), text);
    }

    /// <summary>Who takes part in an example: made from fixed keys, at a fixed time.</summary>
    private sealed record Identity(int Intermediates, bool Raw)
    {
        public TPair Create<TPair>(bool mutual, Func<HybridTlsServerOptions, HybridTlsClientOptions, TPair> create)
        {
            CertificateAuthority root = CertificateAuthority.CreateRoot("CN=Example Root", TestKeys.Get("example root"), pathLength: 1, timeProvider: Clock);
            PeerValidation trust = PeerValidation.TrustAnchors(root.Certificate);
            HybridTlsServerOptions server = new()
            {
                Credential = Raw ? HybridTlsCredential.FromRawPublicKey(TestKeys.Get("example server"), leaveOpen: true) : Issue(root, "example server", "server.example"),
                PeerValidation = trust,
                ClientCertificateMode = mutual ? ClientAuthenticationMode.RequireCertificate : ClientAuthenticationMode.NoCertificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                TimeProvider = Clock,
            };
            HybridTlsClientOptions client = new()
            {
                TargetHost = "server.example",
                Credential = mutual ? Issue(root, "example client", "client.example") : null,
                PeerValidation = Raw ? PeerValidation.PinnedPublicKeys(TestKeys.Get("example server")) : trust,
                AcceptRawPublicKeys = Raw,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                TimeProvider = Clock,
            };
            return create(server, client);
        }

        private HybridTlsCredential Issue(CertificateAuthority root, string key, string name)
        {
            CertificateAuthority issuer = Intermediates == 0 ? root : root.IssueAuthority("CN=Example Issuing", TestKeys.Get("example issuing"), timeProvider: Clock);
            X509Certificate2 leaf = issuer.Issue(TestKeys.Get(key), new CertificateProfile { Names = [name], TimeProvider = Clock });
            return HybridTlsCredential.Create(Intermediates == 0 ? [leaf] : [leaf, issuer.Certificate], TestKeys.Get(key), leaveOpen: true);
        }
    }
}
