using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HybridTls.Handshake;

namespace HybridTls.Tests.Interop;

/// <summary>What the tests with Node have in common: both sides of a connection over loopback TCP.</summary>
[Collection(NodeTlsGroup.Name)]
public abstract class NodeTestBase(NodeTls node)
{
    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected NodeTls Node { get; } = node;

    private protected static HybridTlsClientOptions ClientOptions(Action<HybridTlsClientOptions>? change = null)
    {
        HybridTlsClientOptions options = new() { TargetHost = "localhost", PeerValidation = PeerIdentities.TrustRoot };
        change?.Invoke(options);
        return options;
    }

    private protected static HybridTlsServerOptions ServerOptions(Action<HybridTlsServerOptions>? change = null)
    {
        HybridTlsServerOptions options = new() { Credential = PeerIdentities.Leaf.Credential };
        change?.Invoke(options);
        return options;
    }

    /// <summary>The options of a Node client that trusts the root and expects localhost.</summary>
    private protected static JsonObject NodeClient(params (string Name, JsonNode? Value)[] more) =>
        PeerIdentities.NodeOptions(null, [("ca", PeerIdentities.RootPem), ("servername", "localhost"), .. more]);

    /// <summary>The options of a Node server.</summary>
    private protected static JsonObject NodeServer(params (string Name, JsonNode? Value)[] more) =>
        PeerIdentities.NodeOptions(PeerIdentities.Leaf, more);

    /// <summary>Our client connects to a Node server.</summary>
    private protected async Task<(HybridTlsStream Ours, NodeConnection Theirs)> ConnectToNodeAsync(
        JsonObject? server = null, HybridTlsClientOptions? client = null, JsonObject? behaviour = null, bool withholdKeyShare = false)
    {
        NodeConnection theirs = await Node.ListenAsync(server ?? NodeServer(), behaviour);
        return (await ConnectAsync(theirs, client ?? ClientOptions(), withholdKeyShare), theirs);
    }

    private protected static async Task<HybridTlsStream> ConnectAsync(NodeConnection theirs, HybridTlsClientOptions options, bool withholdKeyShare = false)
    {
        if (!withholdKeyShare)
            return await HybridTlsStream.ConnectAsync("127.0.0.1", theirs.Port, options, Token);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, theirs.Port, Token);
        HybridTlsStream stream = new(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsync(new ClientHandshake(options, stream.Output) { WithholdKeyShare = true }, options, Token);
        return stream;
    }

    /// <summary>A Node client connects to our server.</summary>
    private protected async Task<(HybridTlsStream Ours, NodeConnection Theirs)> AcceptNodeAsync(
        HybridTlsServerOptions? server = null, JsonObject? client = null, JsonObject? behaviour = null)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptAsync(port => Node.ConnectAsync(port, client ?? NodeClient(), behaviour));
        try
        {
            await ours.AuthenticateAsServerAsync(server ?? ServerOptions(), Token);
            return (ours, theirs);
        }
        catch
        {
            await ours.DisposeAsync();
            throw;
        }
    }

    private protected static async Task<(HybridTlsStream Ours, NodeConnection Theirs)> AcceptAsync(Func<int, Task<NodeConnection>> connect)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        NodeConnection theirs = await connect(((IPEndPoint)listener.LocalEndpoint).Port);
        Socket socket = await listener.AcceptSocketAsync(Token);
        return (new HybridTlsStream(new NetworkStream(socket, ownsSocket: true)), theirs);
    }

    /// <summary>Our client is refused, or refuses.</summary>
    private protected async Task<(HybridTlsException Ours, NodeConnection Theirs)> FailToConnectAsync(
        JsonObject server, HybridTlsClientOptions? client = null, bool withholdKeyShare = false)
    {
        NodeConnection theirs = await Node.ListenAsync(server);
        return (await Assert.ThrowsAsync<HybridTlsException>(() => ConnectAsync(theirs, client ?? ClientOptions(), withholdKeyShare)), theirs);
    }

    /// <summary>Our server is refused, or refuses.</summary>
    private protected static async Task<(HybridTlsException Ours, NodeConnection Theirs)> FailToAcceptAsync(
        HybridTlsServerOptions? server, Func<int, Task<NodeConnection>> connect)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptAsync(connect);
        await using (ours)
            return (await Assert.ThrowsAsync<HybridTlsException>(() => ours.AuthenticateAsServerAsync(server ?? ServerOptions(), Token)), theirs);
    }

    private protected Task<(HybridTlsException Ours, NodeConnection Theirs)> FailToAcceptAsync(HybridTlsServerOptions? server, JsonObject client) =>
        FailToAcceptAsync(server, port => Node.ConnectAsync(port, client));

    private protected static void AssertSent(HybridTlsException exception, TlsAlert alert, params ReadOnlySpan<string> messageParts)
    {
        Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)alert), (exception.Failure, exception.Alert));
        foreach (string part in messageParts)
            Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    private protected static void AssertReceived(HybridTlsException exception, TlsAlert alert)
    {
        Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)alert), (exception.Failure, exception.Alert));
        Assert.Contains(alert.ToString(), exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends <paramref name="text"/> to a peer that echoes, and expects it back.</summary>
    private protected static async Task AssertEchoAsync(HybridTlsStream stream, string text = "hello")
    {
        byte[] sent = System.Text.Encoding.UTF8.GetBytes(text), received = new byte[sent.Length];
        await stream.WriteAsync(sent, Token);
        await stream.ReadExactlyAsync(received, Token);
        Assert.Equal(sent, received);
    }

    /// <summary>Reads to the peer's close_notify, and returns how much came with its hash.</summary>
    private protected static async Task<(long Count, string Hash)> ReadAllAsync(Stream stream)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[128 * 1024];
        long total = 0;
        for (int count; (count = await stream.ReadAsync(buffer, Token)) > 0; total += count)
            hash.AppendData(buffer, 0, count);
        return (total, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Writes <paramref name="size"/> bytes in which every block differs, and returns their hash.</summary>
    private protected static async Task<string> WriteManyAsync(Stream stream, long size)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = RandomNumberGenerator.GetBytes(100_000);
        for (int i = 0; size > 0; i++)
        {
            BitConverter.TryWriteBytes(block, i);
            ReadOnlyMemory<byte> part = block.AsMemory(0, (int)Math.Min(size, block.Length));
            hash.AppendData(part.Span);
            await stream.WriteAsync(part, Token);
            size -= part.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
