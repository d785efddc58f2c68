namespace HybridTls.Tests.Tool;

/// <summary>The command line itself: completion, and words that are nearly right.</summary>
public sealed class CommandLineTests : ToolTestBase
{
    [Theory]
    [InlineData("conect", "connect")]
    [InlineData("lisetn", "listen")]
    [InlineData("inspct", "inspect")]
    public async Task A_misspelt_command_is_guessed(string word, string meant) => (await RunAsync(word)).FailedWith(2, $"Did you mean \"{meant}\"?");

    [Fact]
    public async Task A_misspelt_option_is_guessed_and_nonsense_is_not()
    {
        (await RunAsync("connect", "localhost:1", "--insecrue")).FailedWith(2, "Did you mean \"--insecure\"?");
        ToolRun run = await RunAsync("frobnicate");
        run.FailedWith(2, "not understood");
        Assert.DoesNotContain("Did you mean", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hybridtls ", "connect")]
    [InlineData("hybridtls con", "connect")]
    [InlineData("hybridtls cert ", "self-signed")]
    [InlineData("hybridtls connect --ins", "--insecure")]
    [InlineData("/usr/bin/hybridtls completion ", "zsh")]
    public async Task Words_are_completed(string line, string expected)
    {
        ToolRun run = (await RunAsync("complete", line)).Succeeded();
        Assert.Contains(expected, run.Out.Split('\n'));
        Assert.DoesNotContain("complete", run.Out.Split('\n'));
    }

    [Fact]
    public async Task Words_are_completed_at_the_cursor()
    {
        ToolRun run = (await RunAsync("complete", "--position", "13", "hybridtls con --probe")).Succeeded();
        Assert.Equal(["connect"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Bash_completes_with_the_script_that_is_printed()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash here.");
        string script = (await RunAsync("completion", "bash")).Succeeded().Out;
        string tool = Path.Combine(AppContext.BaseDirectory, "HybridTls.Tool.dll");
        string test = $"hybridtls() {{ dotnet '{tool}' \"$@\"; }}\n{script}\nCOMP_LINE='hybridtls cert sel'; COMP_POINT=18; _hybridtls; echo \"${{COMPREPLY[0]}}\"";
        using System.Diagnostics.Process bash = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/bash", ["-c", test]) { RedirectStandardOutput = true })!;
        Assert.Equal("self-signed\n", await bash.StandardOutput.ReadToEndAsync(Token));
    }
}
