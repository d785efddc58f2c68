using System.CommandLine;

namespace HybridTls.Tool;

/// <summary>Finds the word that a misspelt one was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The command or option of <paramref name="command"/> nearest to <paramref name="word"/>; null if none is near.</summary>
    public static string? Nearest(Command command, string word)
    {
        IEnumerable<string> known = command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => sub.Name)
            .Concat(command.Options.SelectMany(static option => option.Aliases.Prepend(option.Name)).Where(static name => name.StartsWith("--", StringComparison.Ordinal)));
        (string Name, int Distance) best = known
            .Select(name => (name, Distance(word, name)))
            .OrderBy(static pair => pair.Item2)
            .FirstOrDefault(("", int.MaxValue));
        return best.Distance <= Math.Max(1, best.Name.Length / 3) ? best.Name : null;
    }

    /// <summary>How many letters have to be changed, added, left out or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        int[,] table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                table[i, j] = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[a.Length, b.Length];
    }
}
