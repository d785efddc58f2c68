using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HybridTls.Tests.Bogo;

/// <summary>One run of the shim, started as BoringSSL's runner starts it: it connects to us, as often as its flags say.</summary>
internal sealed class ShimProcess : IDisposable
{
    private const ulong ShimId = 0x0102030405060708;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener;
    private readonly Process? _process;
    private readonly Task<(int ExitCode, string Error)> _end;

    /// <summary>Starts the shim with the flags that every test has, and these.</summary>
    /// <param name="flags">The flags.</param>
    /// <param name="inThisProcess">
    /// Runs the same program on a thread of this process: it takes a hundredth of the time, for nothing has to be compiled again.
    /// </param>
    public ShimProcess(IReadOnlyCollection<string> flags, bool inThisProcess = false)
    {
        _listener = new TcpListener(flags.Contains("-ipv6") ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0);
        _listener.Start();
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        string[] all = ["-port", $"{port}", "-shim-id", $"{ShimId}", .. flags];
        if (inThisProcess)
        {
            _end = Task.Factory.StartNew(() => RunHere(all), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return;
        }

        _process = Start(all);
        _end = WaitAsync(_process);
    }

    /// <summary>Runs the shim to its end without a runner.</summary>
    public static (int ExitCode, string Output, string Error) Run(params IEnumerable<string> flags)
    {
        using Process process = Start(flags);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Accepts the shim's next connection, which must begin with its id: 8 bytes, little-endian.</summary>
    public async Task<NetworkStream> AcceptAsync()
    {
        using CancellationTokenSource limit = new(Limit);
        Task<Socket> accepting = _listener.AcceptSocketAsync(limit.Token).AsTask();
        if (await Task.WhenAny(accepting, _end) == _end && !accepting.IsCompleted)
            Assert.Fail($"The shim ended before it connected: {await _end}");
        NetworkStream stream = new(await accepting, ownsSocket: true);
        byte[] id = new byte[8];
        await stream.ReadExactlyAsync(id, limit.Token);
        Assert.Equal(ShimId, BinaryPrimitives.ReadUInt64LittleEndian(id));
        return stream;
    }

    /// <summary>Waits for the shim's end.</summary>
    public Task<(int ExitCode, string Error)> EndAsync() => _end.WaitAsync(Limit);

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        _process?.Dispose();
        _listener.Dispose();
    }

    private static (int ExitCode, string Error) RunHere(string[] flags)
    {
        MemoryStream error = new();
        int exitCode = HybridTls.Bogo.Program.Run(flags, () => error);
        return (exitCode, System.Text.Encoding.UTF8.GetString(error.ToArray()));
    }

    private static async Task<(int ExitCode, string Error)> WaitAsync(Process process)
    {
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    private static Process Start(IEnumerable<string> flags)
    {
        // Another build of the shim, say the native one, can be put to the same tests.
        if (Environment.GetEnvironmentVariable("HYBRIDTLS_SHIM") is { Length: > 0 } other)
            return Process.Start(new ProcessStartInfo(other, flags) { RedirectStandardOutput = true, RedirectStandardError = true })!;

        // The shim is built beside the tests, in the same configuration.
        string configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        string program = Repository.PathOf("tests", "HybridTls.Bogo", "bin", configuration, "net10.0", "HybridTls.Bogo.dll");
        ProcessStartInfo start = new("dotnet", [program, .. flags]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // All that this program does is compile itself: narrow vectors take the compiler half the time.
        start.Environment["DOTNET_EnableAVX2"] = "0";
        return Process.Start(start)!;
    }
}
