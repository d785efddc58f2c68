using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace HybridTls.Fuzz;

/// <summary>Runs one target on mutations of a corpus for a given time, and watches that it returns.</summary>
internal sealed class Campaign(FuzzTarget target, int seed, TextWriter output, int outcomesShown = 10)
{
    // When the input that runs was started, in milliseconds; zero between two inputs.
    private long _started;
    private byte[]? _running;

    private readonly List<byte[]> _pool = [];
    private readonly Dictionary<string, long> _outcomes = [];
    private readonly Mutator _mutator = new(seed);

    /// <summary>The executions so far.</summary>
    public long Executions { get; private set; }

    /// <summary>The failing input, if the campaign ended with one.</summary>
    public byte[]? FailingInput { get; private set; }

    /// <summary>Why it fails.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How long one input may take before it is reported as a hang.</summary>
    public TimeSpan InputTimeout { get; init; } = Execution.DefaultLimit;

    /// <summary>The folder that gets every input which leads to a new outcome; none if null.</summary>
    public string? SaveTo { get; init; }

    /// <summary>Adds inputs to start from.</summary>
    public void AddCorpus(IEnumerable<byte[]> inputs) => _pool.AddRange(inputs);

    /// <summary>Runs until <paramref name="time"/> is over, <paramref name="maximumExecutions"/> are done, or an input fails.</summary>
    /// <returns>Whether all inputs passed. A target that does not return is left behind in its thread: the process should end.</returns>
    public bool Run(TimeSpan time, long maximumExecutions = long.MaxValue)
    {
        bool passed = false;
        var worker = new Thread(() => passed = RunAll(time, maximumExecutions), Execution.StackSize) { IsBackground = true, Name = target.Name };
        worker.Start();
        while (!worker.Join(50))
        {
            byte[]? input = Volatile.Read(ref _running);
            long started = Volatile.Read(ref _started);
            if (started == 0 || input is null || Environment.TickCount64 - started < InputTimeout.TotalMilliseconds)
                continue;
            FailingInput = input;
            Failure = Execution.Hang(target, InputTimeout);
            return false;
        }

        return passed;
    }

    private bool RunAll(TimeSpan time, long maximumExecutions)
    {
        if (_pool.Count == 0)
            _pool.Add([]);
        var watch = Stopwatch.StartNew();
        TimeSpan nextReport = TimeSpan.FromSeconds(5);
        TimeSpan slowest = TimeSpan.Zero;

        int corpusCount = _pool.Count;

        // The corpus itself first; the list may grow meanwhile.
        for (int i = 0; i < _pool.Count && i < maximumExecutions; i++)
        {
            if (!Execute(_pool[i]))
                return false;
        }

        while (watch.Elapsed < time && Executions < maximumExecutions)
        {
            byte[] input = _mutator.Mutate(Parent(corpusCount), Parent(corpusCount));
            TimeSpan start = watch.Elapsed;
            if (!Execute(input))
                return false;
            TimeSpan took = watch.Elapsed - start;
            slowest = took > slowest ? took : slowest;
            if (watch.Elapsed >= nextReport)
            {
                nextReport += TimeSpan.FromSeconds(5);
                Report(watch.Elapsed);
            }
        }

        Report(watch.Elapsed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"slowest input: {slowest.TotalMilliseconds:F1} ms"));
        foreach ((string outcome, long count) in _outcomes.OrderByDescending(pair => pair.Value).Take(outcomesShown))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12}  {outcome}"));
        return true;
    }

    /// <summary>Writes the failing input below <paramref name="folder"/>.</summary>
    /// <returns>The path of the file.</returns>
    public string SaveFailure(string folder)
    {
        byte[] input = FailingInput ?? throw new InvalidOperationException("No input failed.");
        return Save(folder, $"{target.Name}-", input);
    }

    private static string Save(string folder, string prefix, byte[] input)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{prefix}{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    // What was kept is mostly refused early, and its offspring likewise: most start from the corpus.
    private byte[] Parent(int corpusCount) => _pool[_mutator.Next(_mutator.Next(4) == 0 ? _pool.Count : corpusCount)];

    private bool Execute(byte[] input)
    {
        Executions++;
        Volatile.Write(ref _running, input);
        Volatile.Write(ref _started, Math.Max(1, Environment.TickCount64));
        try
        {
            string outcome = target.Fuzz(input);
            Volatile.Write(ref _started, 0);
            if (!_outcomes.TryGetValue(outcome, out long count) && _pool.Count < 10_000)
            {
                _pool.Add(input);
                if (SaveTo is not null)
                    Save(SaveTo, "", input);
            }

            _outcomes[outcome] = count + 1;
            return true;
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _started, 0);
            FailingInput = input;
            Failure = exception;
            return false;
        }
    }

    private void Report(TimeSpan elapsed) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{elapsed.TotalSeconds,6:F0} s  {Executions,12} exec  {Executions / Math.Max(elapsed.TotalSeconds, 0.001),9:F0} exec/s  " +
        $"{_pool.Count} inputs kept  {_outcomes.Count} outcomes"));
}
