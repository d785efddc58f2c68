namespace HybridTls.Tool;

/// <summary>Standard input, also where whoever started this process closed it.</summary>
internal static class StandardInput
{
    private const string Descriptors = "/proc/self/fd";
    private const int AccessMode = 3;
    private const int WriteOnly = 1;

    /// <summary>Opens standard input as bytes; an empty stream where it is closed.</summary>
    public static Stream Open() => IsClosed() ? Stream.Null : Console.OpenStandardInput();

    /// <summary>
    /// Whether descriptor 0 is none of the caller's. The runtime itself takes the lowest free descriptor, 0, for a pipe of its own: reading that
    /// would wait for ever. Such a pipe has its writing end in this process. (Other systems than Linux do not tell.)
    /// </summary>
    private static bool IsClosed()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            string? input = File.ResolveLinkTarget($"{Descriptors}/0", returnFinalTarget: false)?.Name;
            if (input is null || input.StartsWith("anon_inode:", StringComparison.Ordinal))
                return true;
            return input.StartsWith("pipe:", StringComparison.Ordinal)
                && Directory.EnumerateFileSystemEntries(Descriptors).Any(path => IsWritingEnd(Path.GetFileName(path), input));
        }
        catch (IOException)
        {
            return !File.Exists($"{Descriptors}/0");
        }
    }

    private static bool IsWritingEnd(string descriptor, string pipe)
    {
        try
        {
            if (descriptor is "0" or "1" or "2" || File.ResolveLinkTarget($"{Descriptors}/{descriptor}", returnFinalTarget: false)?.Name != pipe)
                return false;
            string? flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(static line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is not null && (Convert.ToInt32(flags[6..].Trim(), 8) & AccessMode) == WriteOnly;
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    }
}
