using System.Globalization;

namespace KestrelHttps;

/// <summary>What the command line says.</summary>
/// <param name="Port">The port to listen on; 0 for any free one.</param>
/// <param name="Once">Whether to end after the call to itself.</param>
/// <param name="Folder">Where the authority is kept.</param>
/// <param name="Ring">The key ring of a fleet; null for tickets that only this process resumes.</param>
internal sealed record Arguments(int Port, bool Once, string Folder, string? Ring = null)
{
    public const string Usage = "usage: KestrelHttps [--port 8443] [--once] [--data FOLDER] [--ring FOLDER]";

    /// <exception cref="FormatException">The arguments make no sense.</exception>
    public static Arguments Parse(ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new(8443, false, DefaultFolder);
        for (int i = 0; i < arguments.Length; i++)
        {
            parsed = arguments[i] switch
            {
                "--once" => parsed with { Once = true },
                "--port" when i + 1 < arguments.Length
                    && ushort.TryParse(arguments[++i], CultureInfo.InvariantCulture, out ushort port) => parsed with { Port = port },
                "--data" when i + 1 < arguments.Length => parsed with { Folder = Path.GetFullPath(arguments[++i]) },
                "--ring" when i + 1 < arguments.Length => parsed with { Ring = Path.GetFullPath(arguments[++i]) },
                _ => throw new FormatException(Usage),
            };
        }

        return parsed;
    }

    private static string DefaultFolder
    {
        get
        {
            string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "hybridtls-sample");
        }
    }
}
