using System.Diagnostics;
using System.Text;

namespace HybridTls.Tests.Samples;

/// <summary>A sample that runs as a process of its own, as a user starts it.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;

    private SampleProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>What it wrote so far, to standard output and standard error.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts a sample.</summary>
    /// <param name="name">Its folder in <c>samples</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static SampleProcess Start(string name, params IEnumerable<string> arguments)
    {
        // What was built with these tests: bin/CONFIGURATION/net10.0.
        string[] tail = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        string assembly = Repository.PathOf("samples", name, "bin", tail[0], tail[1], name + ".dll");
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Runs a sample to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string name, params IEnumerable<string> arguments)
    {
        await using SampleProcess sample = Start(name, arguments);
        int code = await sample.WaitForExitAsync();
        Assert.True(code == 0, $"The sample ended with {code}; it wrote:\n{sample.Output}");
        return sample.Output;
    }

    /// <summary>Waits for a line.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Limit; await Task.Delay(20))
        {
            if (Array.Find(Output.Split('\n'), line => wanted(line)) is { } found)
                return found;
            if (_process.HasExited)
                break;
        }

        throw new InvalidOperationException($"The sample did not write the line that was waited for; it wrote:\n{Output}");
    }

    /// <summary>Sends a signal, as Ctrl+C (INT) or a service manager (TERM) does.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading.WaitAsync(Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
                _output.Append(line).Append('\n');
        }
    }
}
