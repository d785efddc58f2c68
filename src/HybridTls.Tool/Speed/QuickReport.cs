using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace HybridTls.Tool.Speed;

/// <summary>Shows quick results as a table and a bar chart, and writes them as JSON.</summary>
internal static class QuickReport
{
    /// <summary>On narrower screens the operations a second, which the median tells as well, are left out.</summary>
    private const int WideTable = 100;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Prints the table and the chart.</summary>
    public static void Show(IAnsiConsole screen, IReadOnlyList<QuickResult> results, string backend)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title($"one core, {backend} back end; Y = SHA-256 of 16 KiB");
        table.AddColumn(new TableColumn("operation").NoWrap());
        bool wide = screen.Profile.Width >= WideTable;
        string[] headers = wide
            ? ["median µs", "operations/s", "MB/s", "allocated B", "ratio Y", "spread"]
            : ["median µs", "MB/s", "alloc B", "ratio Y", "spread"];
        foreach (string header in headers)
        {
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        }

        foreach (QuickResult result in results)
        {
            List<string> cells = [result.Name, Format("N2", result.MedianMicroseconds)];
            if (wide)
                cells.Add(Format("N0", result.PerSecond));
            cells.Add(result.MegabytesPerSecond is { } throughput ? Format("N0", throughput) : string.Empty);
            cells.AddRange([Format("N0", result.AllocatedBytes), Format("N2", result.Yardsticks), Format("P0", result.Spread)]);
            table.AddRow([.. cells]);
        }

        screen.Write(table);

        BarChart chart = new BarChart().Width(Math.Clamp(screen.Profile.Width, 60, 100)).Label("[bold]median µs[/]").LeftAlignLabel();
        foreach (QuickResult result in results)
        {
            chart.AddItem(result.Name, Math.Round(result.MedianMicroseconds, 1), Color.Teal);
        }

        screen.Write(chart);
    }

    /// <summary>Writes the results as an array of objects.</summary>
    public static void Write(IReadOnlyList<QuickResult> results, FileInfo file)
    {
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, results, Indented);
    }

    /// <summary>The results as the same array.</summary>
    public static JsonNode ToJson(IReadOnlyList<QuickResult> results) => JsonSerializer.SerializeToNode(results, Indented)!;

    private static string Format(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);
}
