using System.Text.Json;

namespace HybridTls.Tests.Interop;

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

    public async Task<string> ExportAsync(string label, string contextHex, int length) => (await node.Process.RequestAsync(
        NodeTls.Message("export", this, ("label", label), ("context", contextHex), ("length", length)))).GetProperty("value").GetString()!;

    public Task<string[]> GetKeyLogAsync() => GetInfoAsync("keylog");

    /// <summary>The sessions that Node's client got, in base64, oldest first.</summary>
    public Task<string[]> GetSessionsAsync() => GetInfoAsync("sessions");

    private async Task<string[]> GetInfoAsync(string what) =>
        [.. (await node.Process.RequestAsync(NodeTls.Message("info", this))).GetProperty(what).EnumerateArray().Select(static line => line.GetString()!)];
}
