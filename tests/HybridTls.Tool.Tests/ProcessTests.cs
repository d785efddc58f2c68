using System.Diagnostics;
using System.Text.Json;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

/// <summary>The tool as users start it: a process with standard streams and an exit code.</summary>
public sealed class ProcessTests : ToolTestBase
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task Listen_and_connect_talk_as_processes_and_a_signal_ends_the_server_well()
    {
        using Process server = Start("listen", "0", "--json");
        JsonElement listening = JsonElement.Parse((await server.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Limit, Token))!);
        string pin = listening.GetProperty("spkiSha256").GetString()!;
        using Process client = Start("connect", $"localhost:{listening.GetProperty("port").GetInt32()}", "--pin", pin);
        await client.StandardInput.WriteAsync("grüß dich\n");
        client.StandardInput.Close();
        Assert.Equal("grüß dich\n", await client.StandardOutput.ReadToEndAsync(Token).WaitAsync(Limit, Token));
        await client.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        Assert.Equal(0, client.ExitCode);

        if (OperatingSystem.IsWindows())
        {
            server.Kill();
            return;
        }

        using (Process kill = Process.Start("kill", ["-TERM", $"{server.Id}"]))
            await kill.WaitForExitAsync(Token);
        await server.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        Assert.Equal(0, server.ExitCode);
    }

    [Fact]
    public async Task A_closed_standard_input_is_an_empty_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a descriptor is.");
        await using RunningListener server = await RunningListener.StartAsync("--count", "1");
        using Process client = Process.Start(new ProcessStartInfo(
            "sh",
            [
                "-c", "exec \"$@\" <&-", "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "HybridTls.Tool.dll"), "connect", server.Target, "--insecure",
            ])
        {
            RedirectStandardError = true,
        })!;
        string error = await client.StandardError.ReadToEndAsync(Token).WaitAsync(Limit, Token);
        await client.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        Assert.Equal(0, client.ExitCode);
        Assert.Contains("closed: 0 bytes sent", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_codes_and_errors_reach_the_shell()
    {
        using Process process = Start("key", "new", Path.Combine(PathOf("missing"), "a.key"));
        string error = await process.StandardError.ReadToEndAsync(Token).WaitAsync(Limit, Token);
        await process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        Assert.Equal(1, process.ExitCode);
        Assert.Equal(1, error.Count(static character => character == '\n'));
        Assert.StartsWith("hybridtls: ", error, StringComparison.Ordinal);
    }

    private static Process Start(params string[] args) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "HybridTls.Tool.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        })!;
}
