using System.Text.RegularExpressions;

namespace HybridTls.Tests.Spec;

/// <summary>A test that names a clause, as its source has it: the test projects are several, and one of them reads all.</summary>
/// <param name="Id">The clause.</param>
/// <param name="File">The file.</param>
/// <param name="RunsAsTest">Whether the method is a Fact or a Theory.</param>
internal sealed record ClauseUse(string Id, string File, bool RunsAsTest)
{
    private static readonly Regex Clause = new(@"\bClause\(""(?<id>[^""]+)""\)");
    private static readonly Regex FactOrTheory = new(@"^\[(\w*Fact|\w*Theory)\b");

    /// <summary>Every one under <c>tests</c>.</summary>
    public static IReadOnlyList<ClauseUse> All { get; } = [.. Sources().SelectMany(In)];

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    /// <summary>The attributes of one method stand on lines of their own, one below the other.</summary>
    private static IEnumerable<ClauseUse> In(string file)
    {
        List<string> attributes = [];
        foreach (string line in System.IO.File.ReadLines(file).Select(static line => line.Trim()))
        {
            if (line.StartsWith('[') && line.Contains(']', StringComparison.Ordinal))
            {
                attributes.Add(line);
                continue;
            }

            bool runs = attributes.Exists(static attribute => FactOrTheory.IsMatch(attribute));
            foreach (Match match in attributes.SelectMany(static attribute => Clause.Matches(attribute)))
                yield return new ClauseUse(match.Groups["id"].Value, Path.GetFileName(file), runs);
            attributes.Clear();
        }
    }
}
