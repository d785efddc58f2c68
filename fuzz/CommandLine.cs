using System.CommandLine;
using System.Globalization;

namespace HybridTls.Fuzz;

/// <summary>The commands: run, replay, list, seeds.</summary>
internal static class CommandLine
{
    /// <summary>Creates the parser.</summary>
    public static RootCommand Create() => new("Fuzzes the protocol's readers with seeded mutations, and replays inputs.")
    {
        Run(),
        Replay(),
        List(),
        Seeds(),
    };

    private static Command Run()
    {
        Argument<FuzzTarget> target = TargetArgument();
        Option<TimeSpan> time = new("--time")
        {
            Description = "How long: 60s, 10m, 2h.",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(60),
            CustomParser = result =>
            {
                if (!TryParseTime(result.Tokens[0].Value, out TimeSpan value))
                    result.AddError($"'{result.Tokens[0].Value}' is not a time: write 60s, 10m or 2h.");
                return value;
            },
        };
        Option<int> seed = new("--seed") { Description = "The seed of the mutations; another one at each run unless given." };
        Option<DirectoryInfo?> corpus = new("--corpus")
        {
            Description = "A folder of inputs to start from, in addition to the built-in ones.",
        };
        Option<DirectoryInfo> failures = new("--failures")
        {
            Description = "The folder into which a failing input is written.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("artifacts", "fuzz")),
        };
        Option<int> outcomes = new("--outcomes")
        {
            Description = "How many kinds of outcomes the final statistics show, the most frequent first.",
            DefaultValueFactory = _ => 10,
        };
        var command = new Command("run", "Runs one target until the time is over or an input fails.")
        {
            target, time, seed, corpus, failures, outcomes,
        };
        command.SetAction(result => Run(
            result.InvocationConfiguration,
            result.GetRequiredValue(target),
            result.GetValue(time),
            result.GetResult(seed) is null ? Random.Shared.Next() : result.GetValue(seed),
            result.GetValue(corpus),
            result.GetRequiredValue(failures),
            result.GetValue(outcomes)));
        return command;
    }

    private static int Run(
        InvocationConfiguration console,
        FuzzTarget target,
        TimeSpan time,
        int seed,
        DirectoryInfo? corpus,
        DirectoryInfo failures,
        int outcomes)
    {
        console.Output.WriteLine($"{target.Name}: {target.Description}; seed {seed}");
        var campaign = new Campaign(target, seed, console.Output, outcomes);
        campaign.AddCorpus(target.Seeds().Select(input => input.Bytes));
        if (corpus is not null)
            campaign.AddCorpus(Corpus.Read(corpus.FullName).Select(input => input.Bytes));
        if (campaign.Run(time))
            return 0;

        string path = campaign.SaveFailure(failures.FullName);
        console.Error.WriteLine($"FAILED after {campaign.Executions} executions: {campaign.Failure}");
        console.Error.WriteLine($"The input is in {path}. Replay it with:");
        console.Error.WriteLine($"  dotnet run -c Release --project fuzz -- replay {target.Name} {path}");
        return 1;
    }

    private static Command Replay()
    {
        Argument<FuzzTarget> target = TargetArgument();
        Argument<FileInfo[]> files = new("files") { Description = "The inputs.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("replay", "Runs one target on files.") { target, files };
        command.SetAction(result =>
        {
            int failed = 0;
            foreach (FileInfo file in result.GetRequiredValue(files))
            {
                try
                {
                    string outcome = result.GetRequiredValue(target).Fuzz(File.ReadAllBytes(file.FullName));
                    result.InvocationConfiguration.Output.WriteLine($"{file.Name}: {outcome}");
                }
                catch (Exception exception)
                {
                    failed++;
                    result.InvocationConfiguration.Error.WriteLine($"{file.Name}: FAILED: {exception}");
                }
            }

            return failed == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the targets.");
        command.SetAction(result =>
        {
            foreach (FuzzTarget target in TargetList.All)
                result.InvocationConfiguration.Output.WriteLine($"{target.Name,-24} {target.Description}");
        });
        return command;
    }

    private static Command Seeds()
    {
        Option<DirectoryInfo> output = new("--output")
        {
            Description = "The folder that gets one folder for each target.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("fuzz", "corpus")),
        };
        var command = new Command("seeds", "Writes the built-in inputs of all targets to files.") { output };
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(
            $"{Corpus.Write(result.GetRequiredValue(output).FullName)} files written."));
        return command;
    }

    private static Argument<FuzzTarget> TargetArgument() => new("target")
    {
        Description = "The target; see list.",
        CustomParser = result =>
        {
            FuzzTarget? target = TargetList.Find(result.Tokens[0].Value);
            if (target is null)
                result.AddError($"There is no target '{result.Tokens[0].Value}': see list.");
            return target;
        },
    };

    private static bool TryParseTime(string text, out TimeSpan time)
    {
        time = default;
        ReadOnlySpan<char> digits = text.AsSpan(0, Math.Max(0, text.Length - 1));
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            return false;
        TimeSpan? unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            _ => null,
        };
        time = number * (unit ?? default);
        return unit is not null;
    }
}
