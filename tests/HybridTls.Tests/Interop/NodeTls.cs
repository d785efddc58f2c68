using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Interop;

/// <summary>One Node process for all tests that talk TLS to it; they run one after the other.</summary>
public sealed class NodeTls : IDisposable
{
    private NodePeer? _process;
    private int _count;

    internal NodePeer Process => _process ??= NodePeer.Start("tls-peer.js");

    /// <summary>Lets Node accept one connection.</summary>
    internal async Task<NodeConnection> ListenAsync(JsonObject options, JsonObject? behaviour = null)
    {
        NodeConnection connection = NewConnection();
        await Process.RequestAsync(Message("listen", connection, ("options", options), ("behaviour", behaviour ?? [])));
        connection.Port = (await connection.WaitAsync("listening")).GetProperty("port").GetInt32();
        return connection;
    }

    /// <summary>Lets Node connect to <paramref name="port"/>.</summary>
    internal async Task<NodeConnection> ConnectAsync(int port, JsonObject options, JsonObject? behaviour = null)
    {
        NodeConnection connection = NewConnection();
        await Process.RequestAsync(Message("connect", connection, ("port", port), ("options", options), ("behaviour", behaviour ?? [])));
        return connection;
    }

    /// <summary>Lets Node send <paramref name="text"/> to <paramref name="port"/> without TLS.</summary>
    internal async Task<NodeConnection> ConnectPlainAsync(int port, string text)
    {
        NodeConnection connection = NewConnection();
        await Process.RequestAsync(Message("plain", connection, ("port", port), ("text", text)));
        return connection;
    }

    public void Dispose() => _process?.Dispose();

    internal static JsonObject Message(string operation, NodeConnection connection, params (string Name, JsonNode? Value)[] members)
    {
        JsonObject message = new() { ["op"] = operation, ["id"] = connection.Id };
        foreach ((string name, JsonNode? value) in members)
            message[name] = value;
        return message;
    }

    private NodeConnection NewConnection() => new(this, (++_count).ToString(CultureInfo.InvariantCulture));
}
