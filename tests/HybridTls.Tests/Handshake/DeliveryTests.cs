using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Handshake;

/// <summary>However the bytes of a handshake are cut, gathered or fragmented, the handshake is the same.</summary>
public sealed class DeliveryTests
{
    private static readonly Lazy<string> Whole = new(static () => Outcome(static n => n, int.MaxValue));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1021)]
    [Clause("HT-REC-2")]
    [Clause("HT-HS-6")]
    public void Pieces_of_one_size_give_the_same_handshake(int size) =>
        Assert.Equal(Whole.Value, Outcome(available => Math.Min(size, available), int.MaxValue));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Clause("HT-HS-6")]
    public void Random_pieces_give_the_same_handshake(int seed)
    {
        Random random = new(seed);
        Assert.Equal(Whole.Value, Outcome(available => random.Next(1, Math.Min(available, seed * 400) + 1), int.MaxValue));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(63)]
    [InlineData(1000)]
    [InlineData(16383)]
    [Clause("HT-REC-5")]
    [Clause("HT-HS-6")]
    public void Records_of_every_fragmentation_give_the_same_handshake(int fragment) =>
        Assert.Equal(Whole.Value, Outcome(static n => n, fragment));

    [Fact]
    [Clause("HT-HS-6")]
    public void Fragments_of_one_byte_delivered_byte_by_byte_give_the_same_handshake() =>
        Assert.Equal(Whole.Value, Outcome(static _ => 1, 1));

    /// <summary>The messages of a handshake from fixed entropy, as both sides took them, and the exporter, which depends on all of them.</summary>
    private static string Outcome(Func<int, int> cut, int fragment)
    {
        // What is made once, and at random, is made before.
        HybridTlsCredential server = TestIdentities.Server;
        using IDisposable _ = FixedEntropy.Begin();
        using HandshakePair pair = new(
            TestIdentities.ServerOptions(o => (o.Credential, o.ClientCertificateMode) = (server, ClientAuthenticationMode.RequireCertificate)),
            TestIdentities.ClientOptions(static o => o.Credential = TestIdentities.Client),
            withholdKeyShare: true)
        {
            Cut = cut,
            Tamper = (_, flight) => Fragment(flight, fragment),
        };

        // Protected records are made small by their writer, the others cut here.
        if (fragment < 16384)
            pair.Client.Writer.RecordSizeLimit = pair.Server.Writer.RecordSizeLimit = Math.Max(64, fragment);
#pragma warning disable xUnit1031 // Everything completes synchronously.
        pair.RunAsync().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        byte[] exported = new byte[32];
        byte[] other = new byte[32];
        pair.Client.Established.Secrets.Export("EXPORTER-delivery", default, exported);
        pair.Server.Established.Secrets.Export("EXPORTER-delivery", default, other);
        Assert.Equal(exported, other);
        return Convert.ToHexString(exported);
    }

    /// <summary>Cuts the unprotected handshake records of a flight into records of <paramref name="size"/> bytes.</summary>
    private static byte[] Fragment(byte[] flight, int size)
    {
        List<byte> result = [];
        for (int i = 0; i < flight.Length;)
        {
            int length = (flight[i + 3] << 8) | flight[i + 4];
            foreach (byte[] piece in flight[i] == 22 ? flight.AsSpan(i + 5, length).ToArray().Chunk(size) : [flight[(i + 5)..(i + 5 + length)]])
                result.AddRange([flight[i], 3, 3, (byte)(piece.Length >> 8), (byte)piece.Length, .. piece]);
            i += 5 + length;
        }

        return [.. result];
    }
}
