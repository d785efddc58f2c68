using System.Globalization;
using System.Net.Security;
using System.Numerics;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Resumption;
using HybridTls.Tests.Spec;
using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>What a peer can make us hold before it has shown who it is.</summary>
public sealed class MemoryLimitTests
{
    private const int Stated = 524288;

    [Fact]
    [Clause("HT-LIM-4")]
    public void The_buffers_of_the_spec_follow_from_the_constants_and_stay_below_the_stated_sum()
    {
        int readSize = (int)typeof(StreamHandshakeTransport).GetField("ReadSize", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.GetValue(null)!;
        HandshakeMessageLimits limits = HandshakeMessageLimits.Default;
        int largest = HandshakeMessage.HeaderSize + new[] { limits.ClientHello, limits.Certificate, limits.CertificateRequest, limits.NewSessionTicket, limits.Other }.Max();
        Dictionary<string, int> expected = new()
        {
            ["input of the stream"] = Pooled(RecordLimits.HeaderSize + RecordLimits.MaxProtectedFragment + readSize),
            ["reassembly of handshake messages"] = Pooled(largest - 1 + RecordLimits.MaxInnerPlaintext),
            ["the first ClientHello"] = HandshakeMessage.HeaderSize + limits.ClientHello,
            ["the facts for SelectOptions"] = limits.ClientHello + 32768,
            ["an opened ticket"] = ITicketProtector.MaxSessionSize,
            ["the certificates of the peer"] = 2 * new HybridTlsServerOptions().MaxCertificateMessageSize,
        };
        Dictionary<string, int> stated = SpecDocument.Table("memory").ToDictionary(
            static row => row[0], static row => int.Parse(row[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        Assert.Equal(expected.OrderBy(static row => row.Key), stated.OrderBy(static row => row.Key));
        Assert.InRange(stated.Values.Sum(), 0, Stated);
        Assert.Contains(SpecDocument.Clauses, static clause => clause.Id == "HT-LIM-4" && clause.Text.Contains("524,288", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("protocols")]
    [InlineData("suites")]
    [InlineData("groups")]
    [Clause("HT-LIM-4")]
    public void The_largest_client_hello_costs_no_more_than_is_stated(string what)
    {
        byte[] hello = LargestHello(what);
        long used = 0;
        for (int round = 0; round < 2; round++)
        {
            using ServerHandshake server = new(
                new HybridTlsServerOptions { SelectOptions = static (_, _) => ValueTask.FromResult<HybridTlsServerOptions?>(null) }, new PooledBuffer());
            long before = GC.GetAllocatedBytesForCurrentThread();
            server.Receive(HandshakeMessage.Parse(hello));
            used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(HostTask.SelectOptions, server.Pending);
            Assert.InRange(server.ClientHelloInfo!.ApplicationProtocols.Count, 0, 64);
        }

        Assert.InRange(used, hello.Length, 65540 + 98304);
    }

    [Fact]
    [Clause("HT-LIM-4")]
    public async Task The_shell_holds_no_more_input_than_is_stated()
    {
        // A ClientHello that never ends, in full records, as fast as it is taken.
        byte[] hello = LargestHello("protocols");
        byte[] wire = [.. hello.AsSpan(0, hello.Length - 1).ToArray().Chunk(16384).SelectMany(
            static piece => (byte[])[22, 3, 3, (byte)(piece.Length >> 8), (byte)piece.Length, .. piece])];
        using PooledBuffer input = new();
        int most = 0;
        ServerHandshake? server = null;
        using MeteredStream stream = new(wire, () => most = Math.Max(most, input.Capacity + server!.Reader.BufferedMemory));
        using StreamOutput output = new(stream, this, CancellationToken.None);
        server = new(TestIdentities.ServerOptions(), output);
        using ServerHandshake owned = server;
        StreamHandshakeTransport transport = new(stream, input, output);
        HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(
            () => HandshakeDriver.RunAsync(server, transport, TestContext.Current.CancellationToken));
        Assert.Equal(HybridTlsFailure.Truncated, exception.Failure);
        Assert.InRange(most, 65536, 65536 + 131072);
    }

    [Fact]
    [Clause("HT-LIM-5")]
    public void An_idle_connection_holds_no_buffer()
    {
        using MessagePair pair = Scenario.Everything.CreatePair();
        pair.Run();
        pair.Drain();
        Assert.Equal(0, pair.Client.Reader.BufferedMemory);
        Assert.Equal(0, pair.Server.Reader.BufferedMemory);
        Assert.Equal(0, Assert.IsType<PooledBuffer>(pair.Client.Output).Capacity);
        Assert.Equal(0, Assert.IsType<PooledBuffer>(pair.Server.Output).Capacity);
    }

    private static int Pooled(int size) => (int)BitOperations.RoundUpToPowerOf2((uint)size);

    private static byte[] LargestHello(string what)
    {
        byte[] hello = [];
        using MessagePair pair = new();
        pair.Intercept = (_, message) => hello = message;
        pair.RunUntil(() => hello.Length > 0);
        return EditableMessage.Edit(hello, message =>
        {
            const int Room = 60000;
            switch (what)
            {
                case "protocols":
                    message.Set(ExtensionType.ApplicationLayerProtocolNegotiation,
                        [Room >> 8, Room & 0xFF, .. Enumerable.Repeat((byte[])[1, (byte)'x'], Room / 2).SelectMany(static name => name)]);
                    break;
                case "suites":
                    message.Tail = [Room >> 8, Room & 0xFF, .. Enumerable.Repeat((byte)0x13, Room), 1, 0];
                    break;
                default:
                    message.Set(ExtensionType.SupportedGroups, [Room >> 8, Room & 0xFF, .. Enumerable.Repeat((byte)0x11, Room)]);
                    break;
            }
        });
    }

    /// <summary>A transport that gives all it has and looks at its reader whenever it is asked.</summary>
    private sealed class MeteredStream(byte[] content, Action look) : MemoryStream(content, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            look();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
