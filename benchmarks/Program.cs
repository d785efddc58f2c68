using System.CommandLine;
using BenchmarkDotNet.Running;
using HybridTls.Benchmarks;
using HybridTls.Cryptography;
using HybridTls.Tool;
using HybridTls.Tool.Speed;
using Spectre.Console;

Option<string?> backend = new("--backend") { Description = "force a vector back end: scalar, 128, 256 or 512" };
backend.AcceptOnlyFromAmong(SpeedTest.Backends);
Option<FileInfo?> json = new("--json") { Description = "also write the results to FILE as JSON", HelpName = "FILE" };
Option<string?> only = new("--only") { Description = "measure only the operations whose name contains TEXT", HelpName = "TEXT" };
Command quick = new("quick", "Measure every operation in under a minute and print a table and a chart.") { backend, json, only };
quick.SetAction(result =>
{
    try
    {
        LaneWidth width = SpeedTest.ParseBackend(result.GetValue(backend));
        IAnsiConsole screen = ToolConsole.ForProcess(width: 110).Screen;
        IReadOnlyList<QuickResult> results = SpeedTest.Measure(screen, width, SpeedTest.Select(result.GetValue(only)));
        QuickReport.Show(screen, results, width.ToString());
        if (result.GetValue(json) is { } file)
            QuickReport.Write(results, file);
        return 0;
    }
    catch (ToolException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
});

Argument<string[]> forwarded = new("arguments") { Arity = ArgumentArity.ZeroOrMore, Description = "arguments for BenchmarkDotNet, e.g. --filter '*'" };
Command full = new("full", "Run BenchmarkDotNet over every operation and every back end.") { forwarded };
full.TreatUnmatchedTokensAsErrors = false;
full.SetAction(result =>
    BenchmarkSwitcher.FromAssembly(typeof(OperationBenchmarks).Assembly)
        .Run([.. result.GetValue(forwarded) ?? [], .. result.UnmatchedTokens]));

RootCommand root = new("Benchmarks of HybridTls.") { quick, full };
foreach (Command command in KestrelCommand.All)
    root.Add(command);
return root.Parse(args).Invoke();
