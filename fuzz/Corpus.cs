namespace HybridTls.Fuzz;

/// <summary>The files of a target: <c>fuzz/corpus/TARGET/*.bin</c>.</summary>
internal static class Corpus
{
    /// <summary>Reads the files of a folder in the order of their names; none if it does not exist.</summary>
    public static IEnumerable<FuzzSeed> Read(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal)
                .Select(path => new FuzzSeed(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path)))
            : [];

    /// <summary>Writes the seeds of every target below <paramref name="folder"/>.</summary>
    /// <returns>The number of files.</returns>
    public static int Write(string folder)
    {
        int count = 0;
        foreach (FuzzTarget target in TargetList.All)
        {
            DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(folder, target.Name));
            foreach (FuzzSeed seed in target.Seeds())
            {
                File.WriteAllBytes(Path.Combine(directory.FullName, seed.Name + ".bin"), seed.Bytes);
                count++;
            }
        }

        return count;
    }
}
