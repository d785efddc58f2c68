namespace HybridTls.Tests;

/// <summary>Thrown to report the running test as skipped. xunit.v3 knows it by its message, so this library needs no test framework.</summary>
public sealed class SkipException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why the test cannot run, and what to do so that it can.</param>
    public SkipException(string reason)
        : base("$XunitDynamicSkip$" + reason)
    {
    }
}
