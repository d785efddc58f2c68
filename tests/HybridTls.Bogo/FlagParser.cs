namespace HybridTls.Bogo;

/// <summary>Reads the command line of the shim into one set of options for each kind of connection.</summary>
internal sealed class FlagParser
{
    /// <summary>The options of the first connection.</summary>
    public ShimOptions Initial { get; } = new();

    /// <summary>The options of the connections that resume.</summary>
    public ShimOptions Resume { get; } = new();

    /// <summary>The options of a second attempt after refused early data, which never comes: they are only checked.</summary>
    private readonly ShimOptions _retry = new();

    /// <summary>Reads all flags.</summary>
    /// <exception cref="UnimplementedException">A flag is unknown, or its value is out of scope.</exception>
    public void Parse(ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string flag = arguments[i];
            if (!flag.StartsWith('-'))
                throw new UnimplementedException(flag);
            (string name, ReadOnlySpan<ShimOptions> targets) = flag switch
            {
                _ when flag.StartsWith("-on-initial-", StringComparison.Ordinal) => (flag["-on-initial-".Length..], Only(Initial)),
                _ when flag.StartsWith("-on-resume-", StringComparison.Ordinal) => (flag["-on-resume-".Length..], Only(Resume)),
                _ when flag.StartsWith("-on-retry-", StringComparison.Ordinal) => (flag["-on-retry-".Length..], Only(_retry)),
                _ when flag.StartsWith("-on-shim-", StringComparison.Ordinal) => (flag["-on-shim-".Length..], All()),
                _ when flag.StartsWith("-on-handshaker-", StringComparison.Ordinal) => (flag["-on-handshaker-".Length..], Only(new ShimOptions())),
                _ => (flag[1..], All()),
            };
            if (targets[0].TrySet(name))
            {
                foreach (ShimOptions options in targets[1..])
                    options.TrySet(name);
                continue;
            }

            string value = i + 1 < arguments.Length ? arguments[++i] : throw new UnimplementedException(flag);
            foreach (ShimOptions options in targets)
            {
                if (!options.TrySet(name, value))
                    throw new UnimplementedException(flag);
            }
        }
    }

    private ShimOptions[] All() => [Initial, Resume, _retry];

    private static ShimOptions[] Only(ShimOptions options) => [options];
}
