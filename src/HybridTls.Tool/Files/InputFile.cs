namespace HybridTls.Tool.Files;

/// <summary>Reads files that the user named, with failures that say which.</summary>
internal static class InputFile
{
    /// <summary>No file that the tool reads is longer: keys, chains, captures.</summary>
    private const long MaxSize = 64 * 1024 * 1024;

    /// <summary>Reads a text.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <exception cref="ToolException">It cannot be read.</exception>
    public static string ReadText(FileInfo file, string what) => System.Text.Encoding.UTF8.GetString(ReadBytes(file, what));

    /// <summary>Reads bytes.</summary>
    public static byte[] ReadBytes(FileInfo file, string what)
    {
        if (Directory.Exists(file.FullName))
            throw new ToolException($"{file} is a folder: name the file of {what} in it.");
        if (!File.Exists(file.FullName))
            throw new ToolException($"There is no file {file}: give the path of {what}.");
        try
        {
            return file.Length <= MaxSize
                ? File.ReadAllBytes(file.FullName)
                : throw new ToolException($"{file} has {file.Length} bytes, which is too long for {what}.");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ToolException($"{file} may not be read by this user: check its owner and mode.", exception);
        }
    }
}
