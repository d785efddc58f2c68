namespace HybridTls.Fuzz;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>All inputs passed.</summary>
    public const int Passed = 0;

    /// <summary>An input failed.</summary>
    public const int Finding = 1;

    /// <summary>The command line is wrong; nothing ran.</summary>
    public const int Usage = 2;

    /// <summary>A target did not return.</summary>
    public const int Hang = 3;

    /// <summary>The code for a failure.</summary>
    public static int Of(Exception failure) => failure is TimeoutException ? Hang : Finding;
}
