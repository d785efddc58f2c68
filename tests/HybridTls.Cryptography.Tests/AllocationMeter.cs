using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Measures what a call allocates on its thread once it has been compiled and has warmed up.</summary>
internal static class AllocationMeter
{
    /// <summary>The bytes that ten calls allocate, at the least over several tries: tiering may allocate in between.</summary>
    public static long Measure(Action call)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
                call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
