using SharpFuzz;

namespace HybridTls.Fuzz;

/// <summary>The entry point for libFuzzer through SharpFuzz: <c>sharpfuzz TARGET</c>. Compiled only with -p:UseSharpFuzz=true.</summary>
internal static class SharpFuzzEntry
{
    /// <summary>Hands the target to the fuzzer, which does not return before it is done.</summary>
    public static int Run(string name)
    {
        FuzzTarget target = TargetList.Find(name) ?? throw new ArgumentException($"There is no target '{name}'.", nameof(name));
        Fuzzer.LibFuzzer.Run(input => target.Fuzz(input));
        return 0;
    }
}
