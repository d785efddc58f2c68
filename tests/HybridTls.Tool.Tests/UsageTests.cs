using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

public sealed class UsageTests : ToolTestBase
{
    [Theory]
    [InlineData("\"bogus\"", "bogus")]
    [InlineData("hybridtls cert --help", "cert", "bogus")]
    [InlineData("hybridtls key --help", "key")]
    [InlineData("hybridtls key new --help", "key", "new")]
    [InlineData("--out", "cert", "self-signed", "--key", "x")]
    [InlineData("--bogus", "connect", "localhost:1", "--bogus")]
    [InlineData("--purpose", "cert", "issue", "--purpose", "mail", "--out", "x", "--ca", "x", "--ca-key", "x")]
    [InlineData("abc", "listen", "abc")]
    public async Task What_is_not_understood_ends_with_one_line_and_exit_code_2(string words, params string[] args) =>
        (await RunAsync(args)).FailedWith(2, words.StartsWith("--purpose", StringComparison.Ordinal) ? "mail" : words);

    [Fact]
    public async Task A_usage_error_is_json_where_json_was_asked_for()
    {
        ToolRun run = await RunAsync("cert", "bogus", "--json");
        run.FailedWith(2, "bogus");
        Assert.Contains("bogus", run.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_arguments_show_the_help()
    {
        string help = (await RunAsync()).Succeeded().Out;
        foreach (string command in (string[])["key", "cert", "connect", "listen", "speed", "inspect"])
            Assert.Contains("  " + command, help, StringComparison.Ordinal);
        Assert.Contains("hybridtls [command]", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key", "new")]
    [InlineData("key", "show")]
    [InlineData("cert", "ca")]
    [InlineData("cert", "issue")]
    [InlineData("cert", "self-signed")]
    [InlineData("cert", "request")]
    [InlineData("cert", "show")]
    [InlineData("connect")]
    [InlineData("listen")]
    [InlineData("speed")]
    [InlineData("inspect")]
    public async Task Every_command_has_help_and_json(params string[] command) =>
        Assert.Contains("--json", (await RunAsync([.. command, "--help"])).Succeeded().Out, StringComparison.Ordinal);

    [Fact]
    public void A_hostile_text_becomes_one_harmless_line() =>
        Assert.Equal("a b?[31mc d", ToolConsole.OneLine("a\r\n  b\u001b[31mc\td\n"));
}
