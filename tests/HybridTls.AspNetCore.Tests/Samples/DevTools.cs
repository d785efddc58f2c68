using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>Chromium's DevTools protocol: commands with answers, and events.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly ConcurrentQueue<JsonNode> _events = new();
    private Task _reading = Task.CompletedTask;
    private int _number;

    public static async Task<DevTools> ConnectAsync(Uri address)
    {
        DevTools tools = new();
        using CancellationTokenSource limit = new(Limit);
        await tools._socket.ConnectAsync(address, limit.Token);
        tools._reading = tools.ReadAsync();
        return tools;
    }

    /// <summary>Opens an empty page, which shares neither connections nor storage with others.</summary>
    public async Task<BrowserPage> OpenPageAsync()
    {
        JsonNode context = await SendAsync("Target.createBrowserContext");
        JsonNode target = await SendAsync(
            "Target.createTarget", new JsonObject { ["url"] = "about:blank", ["browserContextId"] = (string)context["browserContextId"]! });
        JsonNode attached = await SendAsync(
            "Target.attachToTarget", new JsonObject { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true });
        BrowserPage page = new(this, (string)attached["sessionId"]!, (string)context["browserContextId"]!);
        await page.EnableAsync();
        return page;
    }

    /// <summary>Sends a command.</summary>
    /// <returns>Its result.</returns>
    /// <exception cref="InvalidOperationException">The browser answers with an error.</exception>
    public async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        int number = Interlocked.Increment(ref _number);
        TaskCompletionSource<JsonNode> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        JsonObject message = new() { ["id"] = number, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            message["sessionId"] = session;
        await _writing.WaitAsync();
        try
        {
            await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }

        JsonNode received = await answer.Task.WaitAsync(Limit);
        return received["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : received["result"]!;
    }

    /// <summary>Waits for an event of a page that was not waited for before.</summary>
    public async Task<JsonNode> WaitForAsync(string session, Func<string, JsonNode, bool> wanted)
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            if (_events.FirstOrDefault(e => (string?)e["sessionId"] == session && wanted((string)e["method"]!, e["params"]!)) is { } found)
                return found["params"]!;
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Forgets the events so far.</summary>
    public void ForgetEvents() => _events.Clear();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[1 << 16];
        using MemoryStream message = new();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                message.Write(buffer, 0, received.Count);
                if (!received.EndOfMessage)
                    continue;
                JsonNode node = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
                message.SetLength(0);
                if (node["id"] is not { } id)
                    _events.Enqueue(node);
                else if (_waiting.TryRemove((int)id, out TaskCompletionSource<JsonNode>? answer))
                    answer.TrySetResult(node);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The browser ended.
        }

        foreach (TaskCompletionSource<JsonNode> answer in _waiting.Values)
            answer.TrySetException(new InvalidOperationException("Chromium ended."));
    }
}
