namespace HybridTls.Fuzz;

/// <summary>Makes a failing input smaller while it fails in the same way: with the same type of exception.</summary>
internal static class Minimizer
{
    /// <summary>Leaves out ever smaller parts, then sets bytes to zero, as long as the failure stays.</summary>
    /// <returns>The smallest input found, or null when <paramref name="input"/> does not fail.</returns>
    public static byte[]? Minimize(FuzzTarget target, byte[] input, TimeSpan limit)
    {
        if (Execution.Run(target, input, limit).Failure?.GetType() is not { } kind)
            return null;
        for (int size = Math.Max(1, input.Length / 2); size > 0; size /= 2)
        {
            for (int start = 0; start + size <= input.Length;)
            {
                byte[] shorter = [.. input.AsSpan(0, start), .. input.AsSpan(start + size)];
                if (StillFails(shorter))
                    input = shorter;
                else
                    start += size;
            }
        }

        for (int i = 0; i < input.Length; i++)
        {
            if (input[i] == 0)
                continue;
            byte[] simpler = [.. input];
            simpler[i] = 0;
            if (StillFails(simpler))
                input = simpler;
        }

        return input;

        bool StillFails(byte[] candidate) => Execution.Run(target, candidate, limit).Failure?.GetType() == kind;
    }
}
