using System.CommandLine;
using System.Globalization;

namespace HybridTls.Fuzz;

/// <summary>The commands: run, replay, minimize, list, seeds.</summary>
internal static class CommandLine
{
    private const string AllTargets = "all";

    /// <summary>Runs a command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Invoke(string[] arguments, InvocationConfiguration? console = null)
    {
        ParseResult result = Create().Parse(arguments);
        int code = result.Invoke(console ?? new());
        return result.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static RootCommand Create() => new("Fuzzes the protocol's readers with seeded mutations, and replays inputs.")
    {
        Run(),
        Replay(),
        Minimize(),
        List(),
        Seeds(),
    };

    private static Command Run()
    {
        Argument<FuzzTarget[]> target = TargetsArgument();
        Option<TimeSpan> time = TimeOption("--time", "How long each target runs: 60s, 10m, 2h.", TimeSpan.FromSeconds(60));
        Option<TimeSpan> inputTimeout = InputTimeout();
        Option<int> seed = new("--seed") { Description = "The seed of the mutations; another one at each run unless given." };
        Option<DirectoryInfo> corpus = new("--corpus")
        {
            Description = "A folder of inputs to start from, in addition to the built-in ones; it gets those that lead to a new outcome. " +
                "With 'all', one folder in it for each target.",
        };
        corpus.AcceptExistingOnly();
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
        var command = new Command("run", "Runs one target, or all, until the time is over or an input fails.")
        {
            target, time, inputTimeout, seed, corpus, failures, outcomes,
        };
        command.SetAction(result =>
        {
            FuzzTarget[] targets = result.GetRequiredValue(target);
            int worst = ExitCode.Passed;
            foreach (FuzzTarget one in targets)
            {
                string? folder = result.GetValue(corpus)?.FullName;
                worst = Math.Max(worst, Run(
                    result.InvocationConfiguration,
                    one,
                    result.GetValue(time),
                    result.GetValue(inputTimeout),
                    result.GetResult(seed) is null ? Random.Shared.Next() : result.GetValue(seed),
                    folder is null || targets.Length == 1 ? folder : Path.Combine(folder, one.Name),
                    result.GetRequiredValue(failures),
                    result.GetValue(outcomes)));
            }

            return worst;
        });
        return command;
    }

    private static int Run(
        InvocationConfiguration console,
        FuzzTarget target,
        TimeSpan time,
        TimeSpan inputTimeout,
        int seed,
        string? corpus,
        DirectoryInfo failures,
        int outcomes)
    {
        console.Output.WriteLine($"{target.Name}: {target.Description}; seed {seed}");
        var campaign = new Campaign(target, seed, console.Output, outcomes) { InputTimeout = inputTimeout, SaveTo = corpus };
        campaign.AddCorpus(target.Seeds().Select(input => input.Bytes));
        if (corpus is not null)
            campaign.AddCorpus(Corpus.Read(corpus).Select(input => input.Bytes));
        if (campaign.Run(time))
            return ExitCode.Passed;

        string path = campaign.SaveFailure(failures.FullName);
        string kind = campaign.Failure is TimeoutException ? "HANG" : "FAILED";
        console.Error.WriteLine($"{kind} after {campaign.Executions} executions: {campaign.Failure}");
        console.Error.WriteLine($"The input is in {path}. Replay it with:");
        console.Error.WriteLine($"  dotnet run -c Release --project fuzz -- replay {target.Name} {path}");
        return ExitCode.Of(campaign.Failure!);
    }

    private static Command Replay()
    {
        Argument<FuzzTarget> target = TargetArgument();
        Argument<FileInfo[]> files = new("files") { Description = "The inputs.", Arity = ArgumentArity.OneOrMore };
        files.AcceptExistingOnly();
        Option<TimeSpan> inputTimeout = InputTimeout();
        var command = new Command("replay", "Runs one target on files.") { target, files, inputTimeout };
        command.SetAction(result =>
        {
            int worst = ExitCode.Passed;
            foreach (FileInfo file in result.GetRequiredValue(files))
            {
                (string? outcome, Exception? failure) = Execution.Run(
                    result.GetRequiredValue(target), File.ReadAllBytes(file.FullName), result.GetValue(inputTimeout));
                if (failure is null)
                {
                    result.InvocationConfiguration.Output.WriteLine($"{file.Name}: {outcome}");
                    continue;
                }

                worst = Math.Max(worst, ExitCode.Of(failure));
                result.InvocationConfiguration.Error.WriteLine($"{file.Name}: FAILED: {failure}");
            }

            return worst;
        });
        return command;
    }

    private static Command Minimize()
    {
        Argument<FuzzTarget> target = TargetArgument();
        Argument<FileInfo> file = new("file") { Description = "An input that fails." };
        file.AcceptExistingOnly();
        Option<FileInfo> output = new("--output") { Description = "The file that gets the smaller input.", Required = true };
        Option<TimeSpan> inputTimeout = InputTimeout();
        var command = new Command("minimize", "Makes an input smaller that fails, as long as it fails with the same exception.")
        {
            target, file, output, inputTimeout,
        };
        command.SetAction(result =>
        {
            byte[] input = File.ReadAllBytes(result.GetRequiredValue(file).FullName);
            byte[]? smaller = Minimizer.Minimize(result.GetRequiredValue(target), input, result.GetValue(inputTimeout));
            if (smaller is null)
            {
                result.InvocationConfiguration.Error.WriteLine($"{result.GetRequiredValue(file).Name} does not fail: there is nothing to minimize.");
                return ExitCode.Usage;
            }

            File.WriteAllBytes(result.GetRequiredValue(output).FullName, smaller);
            result.InvocationConfiguration.Output.WriteLine($"{input.Length} bytes, now {smaller.Length}: {result.GetRequiredValue(output)}");
            return ExitCode.Passed;
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

    private static Argument<FuzzTarget[]> TargetsArgument() => new("target")
    {
        Description = "The target (see list), or all.",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string name = result.Tokens[0].Value;
            if (name == AllTargets)
                return [.. TargetList.All];
            if (TargetList.Find(name) is { } target)
                return [target];
            result.AddError($"There is no target '{name}': see list, or write all.");
            return [];
        },
    };

    private static Option<TimeSpan> InputTimeout() =>
        TimeOption("--input-timeout", "How long one input may take before it is a hang.", Execution.DefaultLimit);

    private static Option<TimeSpan> TimeOption(string name, string description, TimeSpan value) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            if (!TryParseTime(result.Tokens[0].Value, out TimeSpan time))
                result.AddError($"'{result.Tokens[0].Value}' is not a time: write 60s, 10m or 2h.");
            return time;
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
