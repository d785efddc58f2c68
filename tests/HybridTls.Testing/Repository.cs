namespace HybridTls.Tests;

/// <summary>Finds the checkout that the running tests were built from.</summary>
public static class Repository
{
    private static readonly Lazy<string?> Root = new(FindRoot);

    /// <summary>Whether this run is a CI run (<c>CI=true</c>): what could have been there must be there.</summary>
    public static bool IsContinuousIntegration =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The full path of a file or folder of the checkout.</summary>
    /// <param name="segments">The path's parts below the folder that holds <c>Protocol.sln</c>.</param>
    /// <exception cref="DirectoryNotFoundException">The tests do not run from inside a checkout.</exception>
    public static string PathOf(params ReadOnlySpan<string> segments) =>
        Path.GetFullPath(Path.Combine([
            Root.Value ?? throw new DirectoryNotFoundException($"No Protocol.sln stands in {AppContext.BaseDirectory} or above it."),
            .. segments]));

    private static string? FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Protocol.sln")))
                return folder.FullName;
        }

        return null;
    }
}
