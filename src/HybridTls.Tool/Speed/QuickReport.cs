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

        screen.Write(CreateChart(results, Math.Clamp(screen.Profile.Width, 60, 100)));
    }

    /// <summary>The medians on a logarithmic axis: they span four orders of magnitude, of which a linear one shows the largest alone.</summary>
    private static Grid CreateChart(IReadOnlyList<QuickResult> results, int width)
    {
        double lowest = Math.Floor(Math.Log10(Math.Max(1e-3, results.Min(static result => result.MedianMicroseconds))));
        double decades = Math.Max(1, Math.Ceiling(Math.Log10(results.Max(static result => result.MedianMicroseconds))) - lowest);
        int room = Math.Max(20, width - results.Max(static result => result.Name.Length) - 12);
        Grid chart = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap());
        chart.AddRow(new Text("median µs"), new Text($"logarithmic: each {room / decades:N0} columns are ten times as much", Layout.Dim));
        foreach (QuickResult result in results)
        {
            double share = (Math.Log10(Math.Max(1e-3, result.MedianMicroseconds)) - lowest) / decades;
            int length = Math.Max(1, (int)Math.Round(share * room));
            chart.AddRow(new Text(result.Name), new Text($"{new string('█', length)} {Format("N1", result.MedianMicroseconds)}", new Style(Color.Teal)));
        }

        return chart;
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
