namespace HybridTls.Tool;

/// <summary>What the command ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>The command failed: one line on standard error says why and what to do.</summary>
    public const int Failure = 1;

    /// <summary>The command line is not understood.</summary>
    public const int UsageError = 2;

    /// <summary>Ctrl+C before the command was done: 128 and the number of SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
