using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace HybridTls.Benchmarks;

/// <summary>Shows the comparison as a table and a bar chart, and writes it as JSON.</summary>
internal static class KestrelReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Prints the table and the chart.</summary>
    public static void Show(IReadOnlyList<KestrelResult> results)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .Title("UseHybridTls (X25519MLKEM768, ML-DSA-65) and UseHttps (ECDSA P-256)\nin Kestrel, TLS 1.3, AES-256-GCM");
        table.AddColumn(new TableColumn("answers").NoWrap());
        foreach (string header in (string[])["HybridTls", "UseHttps", "unit", "ratio", "quartiles", "server µs", "UseHttps", "ratio"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        foreach (KestrelResult result in results)
        {
            bool isLarge = result.BodySize >= KestrelServer.LargeSize;
            table.AddRow(
                result.Name,
                Format("N0", result.HybridPerSecond),
                Format("N0", result.HttpsPerSecond),
                isLarge ? "MiB/s" : "1/s",
                Format("N2", result.Ratio),
                $"{Format("N2", result.RatioLow)}–{Format("N2", result.RatioHigh)}",
                Format("N0", result.HybridServerMicroseconds),
                Format("N0", result.HttpsServerMicroseconds),
                Format("N2", result.ServerRatio));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("Medians of alternating rounds. Servers and clients share the machine: a rate");
        AnsiConsole.WriteLine("holds what the client costs (HybridTlsStream, SslStream); the server's processor\ntime does not. Handshakes are full ones.");
        AnsiConsole.WriteLine();

        BarChart chart = new BarChart().Width(Math.Clamp(AnsiConsole.Profile.Width, 60, 100))
            .Label("[bold]rate of UseHybridTls in percent of UseHttps[/]").LeftAlignLabel();
        foreach (KestrelResult result in results)
            chart.AddItem(result.Name, Math.Round(result.Ratio * 100), result.Ratio >= 1 ? Color.Teal : Color.Orange3);
        AnsiConsole.Write(chart);
    }

    /// <summary>Writes the results as an array of objects.</summary>
    public static void Write(IReadOnlyList<KestrelResult> results, FileInfo file)
    {
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, results, Indented);
    }

    private static string Format(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);
}
