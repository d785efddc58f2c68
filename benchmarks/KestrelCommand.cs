using System.CommandLine;
using Spectre.Console;

namespace HybridTls.Benchmarks;

/// <summary>The command <c>kestrel</c>, and the hidden one that is its server.</summary>
internal static class KestrelCommand
{
    /// <summary>Both commands.</summary>
    public static IEnumerable<Command> All => [CreateComparison(), CreateServer()];

    private static Command CreateComparison()
    {
        Option<FileInfo?> json = new("--json") { Description = "also write the results to FILE as JSON", HelpName = "FILE" };
        Option<double> seconds = new("--seconds")
        {
            Description = "how long each figure of each endpoint is measured",
            HelpName = "N",
            DefaultValueFactory = _ => 6,
        };
        Option<string> only = new("--only")
        {
            Description = "measure only the figures whose name contains TEXT",
            HelpName = "TEXT",
            DefaultValueFactory = _ => string.Empty,
        };
        Option<bool> check = new("--check") { Description = "fail if answers of 1 MiB come slower than through UseHttps" };
        Command command = new("kestrel", "Compare UseHybridTls with UseHttps: throughput and handshakes through Kestrel.") { json, seconds, only, check };
        command.SetAction(async (result, _) =>
        {
            if (Console.IsOutputRedirected)
                AnsiConsole.Profile.Width = 130;
            IReadOnlyList<KestrelResult> results = [];
            using KestrelEndpoints endpoints = KestrelEndpoints.Start();
            KestrelRun run = new(endpoints, result.GetValue(seconds));
            await AnsiConsole.Progress().AutoClear(true).StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("measuring", maxValue: 1);
                results = await run.MeasureAsync(result.GetValue(only)!, done => task.Value = done);
            });
            KestrelReport.Show(results);
            if (result.GetValue(json) is { } file)
                KestrelReport.Write(results, file);
            return result.GetValue(check) && results.Any(figure => figure.BodySize == KestrelServer.LargeSize && figure.Ratio < 1) ? 1 : 0;
        });
        return command;
    }

    private static Command CreateServer()
    {
        Command command = new(KestrelServer.CommandName) { Hidden = true };
        command.SetAction((_, _) => KestrelServer.RunAsync());
        return command;
    }
}
