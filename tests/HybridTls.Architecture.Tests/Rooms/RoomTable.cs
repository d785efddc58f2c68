namespace HybridTls.Tests.Architecture;

/// <summary>The tables of docs/architecture.md: for each storey its rooms from top to bottom, and which of the others each may use.</summary>
internal static class RoomTable
{
    /// <summary>The rooms of a storey, the uppermost first, with the rooms that each uses.</summary>
    public static IReadOnlyList<(string Room, string[] Uses)> Of(string storey)
    {
        string[] lines = File.ReadAllLines(Repository.PathOf("docs", "architecture.md"));
        int start = Array.IndexOf(lines, $"<!-- rooms: {storey} -->");
        Assert.True(start >= 0, $"docs/architecture.md has no table of the rooms of {storey}.");
        return [.. lines.Skip(start + 1)
            .SkipWhile(static line => !line.StartsWith('|'))
            .TakeWhile(static line => line.StartsWith('|'))
            .Skip(2)
            .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Replace("`", "", StringComparison.Ordinal).Trim()).ToArray())
            .Select(static cells => (cells[0], cells[2].Split(", ", StringSplitOptions.RemoveEmptyEntries)))];
    }
}
