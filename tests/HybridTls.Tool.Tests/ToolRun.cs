using System.Text.Json;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

/// <summary>What one command line did.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error, byte[] Bytes)
{
    public JsonElement Json => JsonElement.Parse(Out);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails with what the command said, unless it succeeded.</summary>
    public ToolRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }

    /// <summary>Checks that it failed with one line that holds <paramref name="words"/>.</summary>
    public void FailedWith(int exitCode, string words)
    {
        Assert.Equal(exitCode, ExitCode);
        string line = Assert.Single(ErrorLines);
        Assert.StartsWith("hybridtls: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
    }
}
