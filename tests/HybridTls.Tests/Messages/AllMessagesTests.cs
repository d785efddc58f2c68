using HybridTls.Fuzz;
using HybridTls.Fuzz.Targets;
using HybridTls.Messages;
using static HybridTls.Tests.Messages.MessageTesting;

namespace HybridTls.Tests.Messages;

/// <summary>What holds for every message alike, on one well-formed example of each variant.</summary>
public class AllMessagesTests
{
    public static TheoryData<string> Names => [.. MessageSeeds.Messages().Select(seed => seed.Name)];

    [Fact]
    public void There_is_an_example_of_every_message()
    {
        IEnumerable<HandshakeType> examples = MessageSeeds.Messages().Select(seed => (HandshakeType)seed.Bytes[0]).Distinct().Order();
        Assert.Equal(Enum.GetValues<HandshakeType>().Where(type => type is not (HandshakeType.MessageHash or HandshakeType.EndOfEarlyData)), examples);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Clause("HT-MSG-8")]
    public void What_was_written_is_read_and_written_again_as_it_was(string name) =>
        Assert.Equal("accepted", MessageTargets.FuzzMessage(Message(name)));

    [Theory]
    [MemberData(nameof(Names))]
    [Clause("HT-MSG-1")]
    public void Every_truncation_is_refused(string name)
    {
        byte[] message = Message(name);
        RefusesEveryTruncation(message, static input => HandshakeMessage.Parse(input));
        var type = (HandshakeType)message[0];
        RefusesEveryTruncation(message[4..], input => Parse(type, input, message.Length - 4), ValidLengths(name, message));
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Clause("HT-MSG-9")]
    public void Random_damage_is_accepted_consistently_or_refused(string name)
    {
        var campaign = new Campaign(TargetList.Find("message")!, seed: 846, TextWriter.Null);
        campaign.AddCorpus([Message(name)]);
        Assert.True(campaign.Run(TimeSpan.FromSeconds(10), maximumExecutions: 3_000), campaign.Failure?.ToString());
    }

    [Fact]
    [Clause("HT-MSG-1")]
    public void A_header_whose_length_lies_is_a_decode_error()
    {
        Refuses(TlsAlert.DecodeError, Hex("14 000004 000000"), static input => HandshakeMessage.Parse(input));
        Refuses(TlsAlert.DecodeError, Hex("14 000004 0000000000"), static input => HandshakeMessage.Parse(input));
        HandshakeMessage message = HandshakeMessage.Parse(Hex("FE 000002 AABB"));
        Assert.Equal(HandshakeType.MessageHash, message.Type);
        Assert.Equal(Hex("AABB"), message.Body.ToArray());
        Assert.Equal(6, message.Whole.Length);
    }

    private static byte[] Message(string name) => MessageSeeds.Messages().Single(seed => seed.Name == name).Bytes;

    // Hellos of older versions may end before the extensions; verify_data of SHA-256 is a prefix of that of SHA-384.
    private static int[] ValidLengths(string name, byte[] message)
    {
        ReadOnlySpan<byte> body = message.AsSpan(4);
        return name switch
        {
            _ when name.StartsWith("client-hello", StringComparison.Ordinal) => [body.Length - 2 - ClientHello.Parse(body).Extensions.Bytes.Length],
            "server-hello-retry" => [body.Length - 2 - HelloRetryRequest.Parse(body).Extensions.Bytes.Length],
            _ when name.StartsWith("server-hello", StringComparison.Ordinal) => [body.Length - 2 - ServerHello.Parse(body).Extensions.Bytes.Length],
            _ => [],
        };
    }

    private static void Parse(HandshakeType type, ReadOnlySpan<byte> body, int hashSize)
    {
        switch (type)
        {
            case HandshakeType.ClientHello:
                ClientHello.Parse(body);
                break;
            case HandshakeType.ServerHello when ServerHello.IsHelloRetryRequest(body):
                HelloRetryRequest.Parse(body);
                break;
            case HandshakeType.ServerHello:
                ServerHello.Parse(body);
                break;
            case HandshakeType.NewSessionTicket:
                NewSessionTicket.Parse(body);
                break;
            case HandshakeType.EncryptedExtensions:
                EncryptedExtensions.Parse(body);
                break;
            case HandshakeType.Certificate:
                Certificate.Parse(body);
                break;
            case HandshakeType.CertificateRequest:
                CertificateRequest.Parse(body);
                break;
            case HandshakeType.CertificateVerify:
                CertificateVerify.Parse(body);
                break;
            case HandshakeType.Finished:
                Finished.Parse(body, hashSize);
                break;
            case HandshakeType.KeyUpdate:
                KeyUpdate.Parse(body);
                break;
            case HandshakeType.CompressedCertificate:
                CompressedCertificate.Parse(body);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }
}
