using System.Text.Json;

namespace HybridTls.Tests;

/// <summary>
/// The published test vectors. They are no part of the checkout: they lie where <c>HYBRIDTLS_VECTORS</c> points, else in
/// <c>shared/vectors</c> beside the checkout.
/// </summary>
public static class VectorFile
{
    /// <summary>Opens a file of vectors; the caller disposes the document.</summary>
    /// <param name="name">The file's name, for example <c>mlkem_768_test.json</c>.</param>
    /// <exception cref="SkipException">The file is not to be had, and this is no CI run in which it should be.</exception>
    /// <exception cref="FileNotFoundException">This is a CI run, the folder is there (or was promised), and the file is not.</exception>
    public static JsonDocument Open(string name)
    {
        string? named = Environment.GetEnvironmentVariable("HYBRIDTLS_VECTORS");
        bool promised = !string.IsNullOrEmpty(named);
        string folder = promised ? named! : Repository.PathOf("..", "shared", "vectors");
        string path = Path.Combine(folder, name);
        if (File.Exists(path))
        {
            using FileStream file = File.OpenRead(path);
            return JsonDocument.Parse(file);
        }

        if (Repository.IsContinuousIntegration && (promised || Directory.Exists(folder)))
            throw new FileNotFoundException($"The test vectors {name} are missing from {folder}.", path);

        throw new SkipException($"The test vectors {name} are not in {folder}; let HYBRIDTLS_VECTORS name the folder that holds them.");
    }
}
