using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HybridTls.Tests.Samples;

/// <summary>The commands that the sample KestrelHttps prints are copied and pasted.</summary>
[Collection(SharedKestrel.Name)]
public sealed class PrintedCommandTests(RunningKestrel kestrel)
{
    private static readonly Regex NodeCommand = new("npx --yes node@26 -e \"(.*)\"");
    private static readonly Regex PolicyCommand = new(@"\n  (echo .*) \| sudo tee /etc/chromium/policies/managed/hybridtls-sample\.json >/dev/null\n");

    [Fact]
    public async Task The_command_for_Node_fetches_what_protects_the_connection()
    {
        Match command = NodeCommand.Match(kestrel.Output);
        Assert.True(command.Success, kestrel.Output);
        string output = await RunAsync(NodeInstallation.Executable, "-e", command.Groups[1].Value);
        Assert.StartsWith("X25519MLKEM768\n{\"protocol\":\"HTTP/1.1\",\"group\":\"X25519MLKEM768\",\"signature\":\"ML-DSA-65\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_for_Chromium_writes_a_policy_that_trusts_the_authority()
    {
        Match command = PolicyCommand.Match(kestrel.Output);
        Assert.True(command.Success, kestrel.Output);
        Assert.Contains($"\n  chromium https://localhost:{kestrel.Port}/\n", kestrel.Output, StringComparison.Ordinal);
        using JsonDocument policy = JsonDocument.Parse(await RunAsync("/bin/sh", "-c", command.Groups[1].Value));
        byte[] trusted = policy.RootElement.GetProperty("CACertificates")[0].GetBytesFromBase64();
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(kestrel.Authority);
        Assert.Equal(authority.RawData, trusted);
    }

    private static async Task<string> RunAsync(string executable, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(executable, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
