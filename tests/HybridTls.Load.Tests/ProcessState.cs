using System.Globalization;
using System.Runtime.InteropServices;

namespace HybridTls.Load.Tests;

/// <summary>What the process holds: memory in bytes, handles, timers. Where the platform does not tell, zero.</summary>
internal sealed record ProcessState(long Managed, long Native, long Resident, int Handles, long Timers)
{
    /// <summary>
    /// Looks after full collections, so that only what is reachable counts, and when two looks agree: the compiler, which works in the
    /// background, takes megabytes and gives them back.
    /// </summary>
    public static async Task<ProcessState> TakeAsync()
    {
        ProcessState last = Take();
        for (int i = 0; i < 30; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            ProcessState next = Take();
            if (Math.Abs(next.Native - last.Native) + Math.Abs(next.Managed - last.Managed) < 32 * 1024)
                return next;
            last = next;
        }

        return last;
    }

    /// <summary>The change since <paramref name="before"/>, in words.</summary>
    public string Since(ProcessState before) => string.Create(CultureInfo.InvariantCulture,
        $"managed {(Managed - before.Managed) / 1024.0:+0.0;-0.0} KiB, native {(Native - before.Native) / 1024.0:+0.0;-0.0} KiB, "
        + $"resident {(Resident - before.Resident) / 1024.0:+0;-0} KiB, handles {Handles - before.Handles:+0;-0;0}, timers {Timers - before.Timers:+0;-0;0}");

    private static ProcessState Take()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new ProcessState(GC.GetTotalMemory(forceFullCollection: false), AllocatedByMalloc(), ResidentSet(), OpenHandles(), Timer.ActiveCount);
    }

    private static long ResidentSet()
    {
        const string File = "/proc/self/status";
        if (!OperatingSystem.IsLinux())
            return 0;
        string line = System.IO.File.ReadLines(File).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static int OpenHandles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;

    /// <summary>The bytes that native code has allocated and not freed: those of glibc, which OpenSSL uses.</summary>
    private static long AllocatedByMalloc()
    {
        try
        {
            MallocInfo info = GetMallocInfo();
            return (long)(info.SmallInUse + info.MappedBytes);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return 0;
        }
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallocInfo GetMallocInfo();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        public readonly nuint Arena, FreeChunks, FastChunks, MappedRegions, MappedBytes, MaxAllocated, FastFree, SmallInUse, Free, Top;
    }
}
