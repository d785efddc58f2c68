using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace HybridTls.Fuzz;

/// <summary>Runs one target on mutations of a corpus for a given time.</summary>
internal sealed class Campaign(FuzzTarget target, int seed, TextWriter output, int outcomesShown = 10)
{
    private readonly List<byte[]> _pool = [];
    private readonly Dictionary<string, long> _outcomes = [];
    private readonly Mutator _mutator = new(seed);

    /// <summary>The executions so far.</summary>
    public long Executions { get; private set; }

    /// <summary>The failing input, if the campaign ended with one.</summary>
    public byte[]? FailingInput { get; private set; }

    /// <summary>Why it fails.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Adds inputs to start from.</summary>
    public void AddCorpus(IEnumerable<byte[]> inputs) => _pool.AddRange(inputs);

    /// <summary>Runs until <paramref name="time"/> is over, <paramref name="maximumExecutions"/> are done, or an input fails.</summary>
    /// <returns>Whether all inputs passed.</returns>
    public bool Run(TimeSpan time, long maximumExecutions = long.MaxValue)
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
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    // What was kept is mostly refused early, and its offspring likewise: most start from the corpus.
    private byte[] Parent(int corpusCount) => _pool[_mutator.Next(_mutator.Next(4) == 0 ? _pool.Count : corpusCount)];

    private bool Execute(byte[] input)
    {
        Executions++;
        try
        {
            string outcome = target.Fuzz(input);
            if (!_outcomes.TryGetValue(outcome, out long count) && _pool.Count < 10_000)
                _pool.Add(input);
            _outcomes[outcome] = count + 1;
            return true;
        }
        catch (Exception exception)
        {
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
