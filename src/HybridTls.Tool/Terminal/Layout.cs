using System.Globalization;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary>The looks that all commands share.</summary>
internal static class Layout
{
    /// <summary>The names of facts, and remarks.</summary>
    public static Style Dim { get; } = new(Color.Grey);

    /// <summary>What is to be noticed first.</summary>
    public static Style Strong { get; } = new(decoration: Decoration.Bold);

    /// <summary>What the user should worry about.</summary>
    public static Style Warning { get; } = new(Color.Yellow);

    /// <summary>A grid of names and values.</summary>
    /// <param name="indent">How far it stands from the margin, in characters.</param>
    public static Grid FactGrid(int indent = 2) => new Grid()
        .AddColumn(new GridColumn().NoWrap().PadLeft(indent).PadRight(2))
        .AddColumn(new GridColumn().PadRight(0));

    /// <summary>Adds a name and its value.</summary>
    public static void Fact(this Grid grid, string name, string value) => grid.AddRow(new Text(name, Dim), new Text(value));

    /// <summary>A text that Spectre takes as it is.</summary>
    public static Text Plain(string text) => new(text);

    /// <summary>A duration in milliseconds.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("N2", CultureInfo.InvariantCulture) + " ms";

    /// <summary>A number of bytes with a thousands separator.</summary>
    public static string Bytes(long count) => count.ToString("N0", CultureInfo.InvariantCulture) + (count == 1 ? " byte" : " bytes");

    /// <summary>A moment in UTC.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
