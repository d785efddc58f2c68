using System.CommandLine;
using System.Net.Security;

namespace HybridTls.Tool.Connections;

/// <summary>The application protocols (ALPN, RFC 7301).</summary>
internal static class AlpnOption
{
    private const int MaxLength = 255;

    /// <summary>Creates the option.</summary>
    public static Option<string[]> Create() => new("--alpn")
    {
        Description = "Application protocols in order of preference, such as h2,http/1.1.",
        HelpName = "NAME[,NAME]",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Reads its values.</summary>
    public static IEnumerable<SslApplicationProtocol> Read(string[]? values)
    {
        foreach (string name in (values ?? []).SelectMany(static value => value.Split(',')))
        {
            if (name.Length is 0 or > MaxLength || name.Any(static character => character is <= ' ' or > '~'))
            {
                throw new ToolException(
                    $"--alpn \"{name}\" is no protocol name: write 1 to {MaxLength} visible ASCII characters, such as h2.");
            }

            yield return new SslApplicationProtocol(name);
        }
    }
}
