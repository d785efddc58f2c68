using System.Text.RegularExpressions;

namespace HybridTls.Tests.Spec;

/// <summary>The one table of refusals, the page that prints it, and the code that uses it.</summary>
public sealed class RefusalTests
{
    private static readonly Regex Use = new(@"FailureReason\.(\w+)");

    [Fact]
    public void Every_reason_has_its_line_in_order() =>
        Assert.Equal(Enum.GetValues<FailureReason>().Skip(1), Refusals.All.Select(static refusal => refusal.Reason));

    /// <summary>Set HYBRIDTLS_UPDATE_DOCS=1 to write the page anew.</summary>
    [Fact]
    [Clause("HT-ALERT-1")]
    public void The_page_of_refusals_is_the_table()
    {
        string path = Repository.PathOf("docs", "refusals.md");
        string page = Page();
        if (Environment.GetEnvironmentVariable("HYBRIDTLS_UPDATE_DOCS") == "1")
            File.WriteAllText(path, page);
        Assert.Equal(page, File.ReadAllText(path));
    }

    [Fact]
    public void Every_alert_of_the_table_stands_in_the_spec()
    {
        HashSet<TlsAlert> known = [.. SpecDocument.Table("alerts").Select(static row => SpecDocument.AlertOf(row[0]))];
        Assert.All(Refusals.All, refusal => Assert.Contains(refusal.Alert, known));
    }

    [Fact]
    public void Every_reason_is_used()
    {
        HashSet<string> used = [.. Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => Path.GetFileName(file) is not ("Refusals.cs" or "FailureReason.cs"))
            .SelectMany(static file => Use.Matches(File.ReadAllText(file))).Select(static match => match.Groups[1].Value)];
        Assert.Equal("", string.Join(", ", Refusals.All.Select(static refusal => refusal.Reason.ToString()).Where(name => !used.Contains(name))));
    }

    private static string Page() =>
        "# Refusals\n\nEvery way in which a connection is refused: `HybridTlsException.Reason`, the alert that the peer gets, and the message.\n"
        + "A test compares this page with the table in the code (`src/HybridTls/Contracts/Refusals.cs`).\n\n"
        + "| reason | alert | section | message |\n|---|---|---|---|\n"
        + string.Concat(Refusals.All.Select(static refusal =>
            $"| `{refusal.Reason}` | {NameOf(refusal.Alert)} | {refusal.Section} | {Regex.Replace(refusal.Text, @"\{\d(:X4)?\}", "…")} |\n"));

    /// <summary>The alert's name as RFC 9846 writes it.</summary>
    private static string NameOf(TlsAlert alert) => Regex.Replace(alert.ToString(), "(?<=[a-z])(?=[A-Z])", "_").ToLowerInvariant();
}
