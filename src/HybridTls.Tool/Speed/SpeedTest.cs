using System.Globalization;
using HybridTls.Cryptography;
using Spectre.Console;

namespace HybridTls.Tool.Speed;

/// <summary>The quick benchmarks: which back end, which operations, and the progress bar while they run.</summary>
internal static class SpeedTest
{
    /// <summary>What --backend accepts.</summary>
    public static string[] Backends { get; } = ["scalar", "128", "256", "512"];

    /// <summary>The back end that <paramref name="name"/> means; the widest one of this machine for null.</summary>
    /// <exception cref="ToolException">This machine does not run it.</exception>
    public static LaneWidth ParseBackend(string? name)
    {
        LaneWidth width = name switch
        {
            null => Lanes.Widest,
            "scalar" => LaneWidth.Scalar,
            _ => (LaneWidth)int.Parse(name, CultureInfo.InvariantCulture),
        };
        return Lanes.IsSupported(width)
            ? width
            : throw new ToolException(
                $"This machine does not run the {width} back end; leave --backend away for the widest one, {Lanes.Widest}.");
    }

    /// <summary>The operations whose name contains <paramref name="only"/>; all for null.</summary>
    public static IEnumerable<Operation> Select(string? only) =>
        Catalog.Operations.Where(operation => operation.Name.Contains(only ?? "", StringComparison.Ordinal));

    /// <summary>Measures the yardstick and <paramref name="operations"/>.</summary>
    /// <param name="screen">Shows a progress bar.</param>
    /// <param name="width">The back end.</param>
    /// <param name="operations">What is measured.</param>
    public static IReadOnlyList<QuickResult> Measure(IAnsiConsole screen, LaneWidth width, IEnumerable<Operation> operations)
    {
        QuickRun run = new([Catalog.Yardstick, .. operations]);
        IReadOnlyList<QuickResult> results = [];
        screen.Progress().AutoClear(true).Start(context =>
        {
            using Lanes.Forced forced = Lanes.Force(width); // for the thread that measures
            ProgressTask task = context.AddTask("measuring", maxValue: 1);
            results = run.Measure(done => task.Value = done);
        });
        return results;
    }
}
