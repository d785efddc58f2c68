using System.Text.RegularExpressions;

namespace HybridTls.Tests.Spec;

/// <summary>spec/profile.md, read as the tests need it: its clauses and its tables.</summary>
internal static class SpecDocument
{
    private static readonly Regex ClausePattern = new(@"^- \*\*(?<id>HT-[A-Z]+-\d+)\*\* (?<text>.+)$");

    private static readonly Lazy<string[]> AllLines = new(static () => File.ReadAllLines(Repository.PathOf("spec", "profile.md")));

    /// <summary>The lines of the document.</summary>
    public static IReadOnlyList<string> Lines => AllLines.Value;

    /// <summary>The clauses in order: id and text.</summary>
    public static IReadOnlyList<(string Id, string Text)> Clauses { get; } =
        [.. AllLines.Value.Select(static line => ClausePattern.Match(line)).Where(static match => match.Success)
            .Select(static match => (match.Groups["id"].Value, match.Groups["text"].Value))];

    /// <summary>The rows of the table that follows the comment <c>&lt;!-- table: name --&gt;</c>, without its head; cells without back-ticks.</summary>
    public static IReadOnlyList<string[]> Table(string name)
    {
        int start = Array.IndexOf(AllLines.Value, $"<!-- table: {name} -->");
        Assert.True(start >= 0, $"spec/profile.md has no table \"{name}\".");
        return [.. AllLines.Value.Skip(start + 1)
            .SkipWhile(static line => !line.StartsWith('|'))
            .TakeWhile(static line => line.StartsWith('|'))
            .Skip(2)
            .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Trim().Replace("`", "", StringComparison.Ordinal)).ToArray())];
    }

    /// <summary>A table of conditions (first cell) and the alert that they lead to (last cell).</summary>
    public static IReadOnlyDictionary<string, TlsAlert> Alerts(string table) =>
        Table(table).ToDictionary(static row => row[0], static row => AlertOf(row[^1]), StringComparer.Ordinal);

    /// <summary>The alert of a name as RFC 9846 writes it, such as illegal_parameter.</summary>
    public static TlsAlert AlertOf(string name) => Enum.Parse<TlsAlert>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
