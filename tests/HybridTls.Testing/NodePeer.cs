using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace HybridTls.Tests;

/// <summary>
/// A script of <c>tests/node</c>, running in a child process and spoken to in lines of JSON: one object a line, on its standard input
/// and output. Scripts that answer requests answer them in order (<see cref="RequestAsync"/>, many may be under way); scripts that act
/// on their own report events, objects with a member <c>event</c> (<see cref="WaitForAsync"/>). Disposing kills the process.
/// </summary>
/// <example>
/// <code>
/// await using NodePeer server = NodePeer.Start("tls-server.js", "--cert", path);
/// int port = (await server.WaitForAsync("listening")).GetProperty("port").GetInt32();
/// </code>
/// </example>
public sealed class NodePeer : IAsyncDisposable, IDisposable
{
    private readonly Process _process;
    private readonly string _script;
    private readonly StringBuilder _errors = new();
    private readonly Channel<JsonElement> _lines = Channel.CreateUnbounded<JsonElement>(new() { SingleWriter = true });
    private readonly LinkedList<JsonElement> _passedOver = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly ConcurrentQueue<TaskCompletionSource<JsonElement>> _requests = new();
    private int _disposed;

    private NodePeer(Process process, string script)
    {
        _process = process;
        _script = script;
    }

    /// <summary>How long a wait may last when the caller names no other time.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(60);

    /// <summary>What the script wrote to its standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Starts a script.</summary>
    /// <param name="script">The file's name in <c>tests/node</c>, for example <c>crypto-peer.js</c>.</param>
    /// <param name="arguments">What the script finds in <c>process.argv</c> from index 2.</param>
    /// <exception cref="SkipException">No suitable Node is installed (a failure in CI).</exception>
    public static NodePeer Start(string script, params IEnumerable<string> arguments)
    {
        string path = Repository.PathOf("tests", "node", script);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no script {script} in tests/node.", path);

        ProcessStartInfo start = new(NodeInstallation.Executable, [path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        NodePeer peer = new(Process.Start(start)!, script);
        Task errors = Task.Run(peer.ReadErrorsAsync);
        _ = Task.Run(() => peer.ReadLinesAsync(errors));
        return peer;
    }

    /// <summary>Sends an object and does not wait for an answer.</summary>
    /// <param name="message">The object, written as one line.</param>
    public async Task SendAsync(JsonObject message)
    {
        await _writing.WaitAsync();
        try
        {
            await WriteAsync(message);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// Sends a request and waits for its answer: the next line that answers no earlier request. Requests may be sent without waiting
    /// for earlier answers. An answer with a member <c>error</c> is a failure of the script.
    /// </summary>
    /// <param name="request">The object, written as one line.</param>
    /// <param name="timeout">How long to wait; <see cref="DefaultTimeout"/> if <see langword="null"/>.</param>
    public async Task<JsonElement> RequestAsync(JsonObject request, TimeSpan? timeout = null)
    {
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _writing.WaitAsync();
        try
        {
            // Queued under the same lock that orders the lines, so that answers find their requests.
            _requests.Enqueue(answer);
            await WriteAsync(request);
        }
        finally
        {
            _writing.Release();
        }

        if (_lines.Reader.Completion.IsCompleted)
            FailRequests();
        JsonElement line = await Within(answer.Task, timeout, "an answer");
        return line.TryGetProperty("error", out JsonElement error)
            ? throw Failure($"answered with an error: {error}")
            : line;
    }

    /// <summary>Waits for the next event of a name. Events of other names are kept for later waits.</summary>
    /// <param name="name">The value of the line's member <c>event</c>.</param>
    /// <param name="timeout">How long to wait; <see cref="DefaultTimeout"/> if <see langword="null"/>.</param>
    public Task<JsonElement> WaitForAsync(string name, TimeSpan? timeout = null) => WaitForAnyAsync([name], timeout);

    /// <summary>Waits for the next event whose name is one of several. Events of other names are kept for later waits.</summary>
    /// <param name="names">The values that the line's member <c>event</c> may have.</param>
    /// <param name="timeout">How long to wait; <see cref="DefaultTimeout"/> if <see langword="null"/>.</param>
    public async Task<JsonElement> WaitForAnyAsync(IReadOnlyCollection<string> names, TimeSpan? timeout = null)
    {
        using CancellationTokenSource limit = new(timeout ?? DefaultTimeout);
        try
        {
            await _reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure($"was still waited on by another wait, while this one wanted {string.Join(" or ", names)}");
        }

        try
        {
            for (LinkedListNode<JsonElement>? node = _passedOver.First; node is not null; node = node.Next)
            {
                if (IsEvent(node.Value, names))
                {
                    _passedOver.Remove(node);
                    return node.Value;
                }
            }

            while (true)
            {
                JsonElement line = await _lines.Reader.ReadAsync(limit.Token);
                if (IsEvent(line, names))
                    return line;

                _passedOver.AddLast(line);
            }
        }
        catch (OperationCanceledException)
        {
            throw Failure($"reported no {string.Join(" or ", names)} in time; it reported [{string.Join(", ", _passedOver)}]");
        }
        catch (ChannelClosedException)
        {
            throw Failure($"ended without reporting {string.Join(" or ", names)}; it reported [{string.Join(", ", _passedOver)}]");
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Closes the script's standard input and waits until the process ends.</summary>
    /// <param name="timeout">How long to wait; <see cref="DefaultTimeout"/> if <see langword="null"/>.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(TimeSpan? timeout = null)
    {
        _process.StandardInput.Close();
        await Within(WaitForExitAsync(), timeout, "its end");
        return _process.ExitCode;
    }

    /// <summary>Kills the process.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        _process.Dispose();
        _writing.Dispose();
        _reading.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsEvent(JsonElement line, IReadOnlyCollection<string> names) =>
        line.ValueKind == JsonValueKind.Object
        && line.TryGetProperty("event", out JsonElement name)
        && names.Contains(name.GetString());

    private async Task WriteAsync(JsonObject message)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(message.ToJsonString());
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            throw Failure("no longer reads");
        }
    }

    private async Task ReadLinesAsync(Task errors)
    {
        Exception? end = null;
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } text)
            {
                JsonElement line = JsonElement.Parse(text);
                if (line.TryGetProperty("event", out _) || !_requests.TryDequeue(out TaskCompletionSource<JsonElement>? request))
                    _lines.Writer.TryWrite(line);
                else
                    request.TrySetResult(line);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException)
        {
            end = e;
        }

        if (end is JsonException or InvalidOperationException && Volatile.Read(ref _disposed) == 0)
        {
            lock (_errors)
                _errors.AppendLine("Standard output holds a line that is no JSON object.");
        }

        // The last words on standard error belong in the failures that follow.
        await Task.WhenAny(errors, Task.Delay(TimeSpan.FromSeconds(1)));
        _lines.Writer.TryComplete();
        FailRequests();
    }

    private async Task ReadErrorsAsync()
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync() is { } text)
            {
                lock (_errors)
                    _errors.AppendLine(text);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // The process was disposed.
        }
    }

    private void FailRequests()
    {
        while (_requests.TryDequeue(out TaskCompletionSource<JsonElement>? request))
            request.TrySetException(Failure("ended before it answered"));
    }

    private async Task<bool> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return true;
    }

    private async Task<T> Within<T>(Task<T> task, TimeSpan? timeout, string what)
    {
        try
        {
            return await task.WaitAsync(timeout ?? DefaultTimeout);
        }
        catch (TimeoutException)
        {
            throw Failure($"gave no sign of {what} in time");
        }
    }

    private InvalidOperationException Failure(string what)
    {
        string errors = Errors;
        return new InvalidOperationException(
            $"The Node script {_script} {what}.{(errors.Length == 0 ? "" : $"\nIts standard error:\n{errors}")}");
    }
}
