namespace HybridTls.KeySchedule;

/// <summary>
/// The file that SSLKEYLOGFILE names. It is opened for every line: a debugging aid need not be quick, and so it may be removed or renamed
/// under way, and several processes may write to it.
/// </summary>
internal sealed class SslKeyLogFile(string path)
{
    private static readonly Lock Writing = new();

    /// <summary>What the environment names; null if nothing.</summary>
    public static string? Path => Environment.GetEnvironmentVariable("SSLKEYLOGFILE") is { Length: > 0 } path ? path : null;

    /// <summary>Refuses a file that cannot be written, before a connection needs it.</summary>
    /// <exception cref="InvalidOperationException">It cannot; the message says why.</exception>
    public void ThrowIfUnusable()
    {
        try
        {
            Write([]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException(
                $"UseSslKeyLogFile is set, but the file that the environment variable SSLKEYLOGFILE names cannot be written: {exception.Message}",
                exception);
        }
    }

    /// <summary>Appends one line.</summary>
    /// <param name="line">Without its line feed. It carries a secret.</param>
    public void Append(string line)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(line + "\n");
        try
        {
            Write(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A disk that is full by now must not end the connections that are watched.
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // HT-KEY-11
        lock (Writing)
        {
            using FileStream file = new(path, options);
            file.Write(bytes);
        }
    }
}
