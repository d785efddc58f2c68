using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

/// <summary><c>hybridtls listen 0 --json</c> in this process, with its events.</summary>
internal sealed class RunningListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly StringWriter _error = new();
    private readonly Task<int> _run;

    private RunningListener(string[] args)
    {
        ToolConsole console = new(new LineWriter(_events.Writer), TextWriter.Synchronized(_error), () => Stream.Null, () => Stream.Null);
        _run = Task.Run(async () =>
        {
            try
            {
                return await HybridTlsTool.RunAsync(["listen", "0", "--json", .. args], console, _stop.Token);
            }
            finally
            {
                _events.Writer.TryComplete();
            }
        });
    }

    public JsonElement Listening { get; private set; }

    public string Target => "localhost:" + Listening.GetProperty("port").GetInt32();

    public int Port => Listening.GetProperty("port").GetInt32();

    public static async Task<RunningListener> StartAsync(params string[] args)
    {
        RunningListener listener = new(args);
        listener.Listening = await listener.NextAsync("listening");
        return listener;
    }

    /// <summary>The next event, which must be of this name.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        Assert.True(await _events.Reader.WaitToReadAsync(limit.Token), $"The listener ended: {_error}");
        JsonElement line = await _events.Reader.ReadAsync(limit.Token);
        Assert.Equal(name, line.GetProperty("event").GetString());
        return line;
    }

    /// <summary>Waits for the end of a listener with --count.</summary>
    public Task<int> EndAsync() => _run.WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _error.Dispose();
    }

    private sealed class LineWriter(ChannelWriter<JsonElement> lines) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => lines.TryWrite(JsonElement.Parse(value!));

        public override void Write(char value) => throw new NotSupportedException("Events are written as whole lines.");
    }
}
