using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Watches native memory of secrets being given up on this thread: it is shown after its zeroing, before it is freed.</summary>
internal static class ZeroedMemory
{
    /// <summary>Runs <paramref name="action"/> and asserts that it gave up memory of these sizes in bytes, in any order, all of it zero.</summary>
    public static void AssertGivenUp(Action action, params int[] sizes)
    {
        List<int> seen = [];
        bool allZero = true;
        SecretMemory.Zeroed = memory =>
        {
            seen.Add(memory.Length);
            allZero &= !memory.ContainsAnyExcept((byte)0);
        };
        try
        {
            action();
        }
        finally
        {
            SecretMemory.Zeroed = null;
        }

        Assert.True(allZero);
        Assert.Equal(sizes.Order(), seen.Order());
    }
}
