namespace HybridTls.Fuzz;

/// <summary>One run of a target on one input, watched: a target that does not return is reported and left behind.</summary>
internal static class Execution
{
    /// <summary>How long one input may take unless told otherwise: the slowest take milliseconds.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(10);

    // More than the 128 KiB that ML-DSA wants, and room for a recursion to show itself as a finding of its own.
    internal const int StackSize = 16 * 1024 * 1024;

    /// <summary>Runs <paramref name="target"/> on <paramref name="input"/> in a thread of its own.</summary>
    /// <returns>The outcome, or why there is none: the target's exception, or a <see cref="TimeoutException"/> for a hang.</returns>
    public static (string? Outcome, Exception? Failure) Run(FuzzTarget target, byte[] input, TimeSpan limit)
    {
        string? outcome = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    outcome = target.Fuzz(input);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            StackSize)
        { IsBackground = true, Name = target.Name };
        thread.Start();
        return thread.Join(limit) ? (outcome, failure) : (null, Hang(target, limit));
    }

    /// <summary>What is reported for an input on which a target does not return.</summary>
    public static TimeoutException Hang(FuzzTarget target, TimeSpan limit) =>
        new($"{target.Name} has not returned after {limit.TotalSeconds} s (--input-timeout).");
}
