using System.CommandLine;
using BenchmarkDotNet.Running;
using HybridTls.Benchmarks;
using HybridTls.Cryptography;
using Spectre.Console;

Option<string?> backend = new("--backend") { Description = "force a vector back end: scalar, 128, 256 or 512" };
backend.AcceptOnlyFromAmong("scalar", "128", "256", "512");
Option<FileInfo?> json = new("--json") { Description = "also write the results to FILE as JSON", HelpName = "FILE" };
Option<string?> only = new("--only") { Description = "measure only the operations whose name contains TEXT", HelpName = "TEXT" };
Command quick = new("quick", "Measure every operation in under a minute and print a table and a chart.") { backend, json, only };
quick.SetAction(result =>
{
    LaneWidth width = result.GetValue(backend) switch
    {
        null => Lanes.Widest,
        "scalar" => LaneWidth.Scalar,
        string bits => (LaneWidth)int.Parse(bits, System.Globalization.CultureInfo.InvariantCulture),
    };
    if (!Lanes.IsSupported(width))
    {
        Console.Error.WriteLine($"This machine does not run the {width} back end; leave --backend away for the widest one, {Lanes.Widest}.");
        return 1;
    }

    string filter = result.GetValue(only) ?? string.Empty;
    if (Console.IsOutputRedirected)
    {
        AnsiConsole.Profile.Width = 110;
    }

    QuickRun run = new([Catalog.Yardstick, .. Catalog.Operations.Where(operation => operation.Name.Contains(filter, StringComparison.Ordinal))]);
    IReadOnlyList<QuickResult> results = [];
    AnsiConsole.Progress().AutoClear(true).Start(context =>
    {
        using Lanes.Forced forced = Lanes.Force(width); // for the thread that measures
        ProgressTask task = context.AddTask("measuring", maxValue: 1);
        results = run.Measure(done => task.Value = done);
    });
    QuickReport.Show(results, width.ToString());
    if (result.GetValue(json) is { } file)
    {
        QuickReport.Write(results, file);
    }

    return 0;
});

Argument<string[]> forwarded = new("arguments") { Arity = ArgumentArity.ZeroOrMore, Description = "arguments for BenchmarkDotNet, e.g. --filter '*'" };
Command full = new("full", "Run BenchmarkDotNet over every operation and every back end.") { forwarded };
full.TreatUnmatchedTokensAsErrors = false;
full.SetAction(result =>
    BenchmarkSwitcher.FromAssembly(typeof(Operation).Assembly)
        .Run([.. result.GetValue(forwarded) ?? [], .. result.UnmatchedTokens]));

RootCommand root = new("Benchmarks of HybridTls.") { quick, full };
foreach (Command command in KestrelCommand.All)
    root.Add(command);
return root.Parse(args).Invoke();
