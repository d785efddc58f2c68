using SharpFuzz;

namespace HybridTls.Fuzz;

/// <summary>The entry point for fuzzers that watch coverage: one argument, <c>afl:TARGET</c> or <c>libfuzzer:TARGET</c>.</summary>
internal static class SharpFuzzEntry
{
    /// <summary>Hands the target to the fuzzer, which does not return before it is done.</summary>
    /// <returns>Whether <paramref name="argument"/> names a fuzzer and one of the targets.</returns>
    public static bool TryRun(string argument, out int code)
    {
        code = ExitCode.Passed;
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || TargetList.Find(argument[(colon + 1)..]) is not { } target)
            return false;
        switch (argument[..colon])
        {
            case "afl":
                Fuzzer.OutOfProcess.Run(stream => target.Fuzz(ReadAll(stream)));
                return true;
            case "libfuzzer":
                Fuzzer.LibFuzzer.Run(input => target.Fuzz(input));
                return true;
            default:
                return false;
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
