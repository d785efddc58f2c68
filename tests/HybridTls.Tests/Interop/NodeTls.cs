using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Testing;

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

/// <summary>Node's end of one connection.</summary>
internal sealed class NodeConnection(NodeTls node, string id)
{
    public string Id { get; } = id;

    public int Port { get; set; }

    public Task<JsonElement> WaitAsync(string what) => node.Process.WaitForAsync($"{Id}.{what}", TimeSpan.FromSeconds(40));

    /// <summary>Waits for Node's error and returns the number of the alert that it received, else its code.</summary>
    public async Task<string> WaitForErrorAsync()
    {
        JsonElement error = await WaitAsync("error");
        int alert = error.GetProperty("alert").GetInt32();
        return alert >= 0 ? ((TlsAlert)alert).ToString() : error.GetProperty("code").GetString()!;
    }

    public Task SendAsync(int size) => node.Process.RequestAsync(NodeTls.Message("send", this, ("size", size)));

    public Task EndAsync() => node.Process.RequestAsync(NodeTls.Message("end", this));

    public Task DestroyAsync() => node.Process.RequestAsync(NodeTls.Message("destroy", this));

    public async Task<string[]> GetKeyLogAsync() =>
        [.. (await node.Process.RequestAsync(NodeTls.Message("info", this))).GetProperty("keylog").EnumerateArray().Select(static line => line.GetString()!)];
}

[CollectionDefinition(Name)]
public sealed class NodeTlsGroup : ICollectionFixture<NodeTls>
{
    public const string Name = "Node TLS";
}
