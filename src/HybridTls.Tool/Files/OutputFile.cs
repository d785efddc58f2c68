using System.Text;

namespace HybridTls.Tool.Files;

/// <summary>Writes files whole or not at all: nothing is overwritten unasked, and secrets are for their owner alone.</summary>
internal static class OutputFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Refuses, before any work is done, to overwrite what is there.</summary>
    /// <exception cref="ToolException">The file exists and <paramref name="force"/> is not set, or its folder is missing.</exception>
    public static void ThrowIfBlocked(FileInfo file, bool force)
    {
        if (Directory.Exists(file.FullName))
            throw new ToolException($"{file} is a folder: name a file in it.");
        if (!force && File.Exists(file.FullName))
            throw new ToolException($"{file} exists already and is not overwritten: choose another name, or add --force.");
        if (!Directory.Exists(file.DirectoryName))
            throw new ToolException($"The folder of {file} does not exist: create {file.DirectoryName} first.");
    }

    /// <summary>Writes a text.</summary>
    /// <param name="file">The file.</param>
    /// <param name="content">The text, in ASCII.</param>
    /// <param name="force">Replaces what is there.</param>
    /// <param name="secret">Creates the file with mode 600.</param>
    public static void Write(FileInfo file, ReadOnlySpan<char> content, bool force, bool secret = false)
    {
        ThrowIfBlocked(file, force);
        byte[] bytes = new byte[Encoding.ASCII.GetByteCount(content)];
        string temporary = file.FullName + "." + Path.GetRandomFileName();
        try
        {
            Encoding.ASCII.GetBytes(content, bytes);
            using (FileStream stream = Create(temporary, secret))
                stream.Write(bytes);

            // Linking into place keeps a file that somebody else created meanwhile, unless --force says otherwise.
            File.Move(temporary, file.FullName, overwrite: force);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
            File.Delete(temporary);
        }
    }

    /// <summary>Creates a file that only its owner reads and into which a command writes as it goes.</summary>
    public static FileStream CreateSecret(FileInfo file, bool force)
    {
        ThrowIfBlocked(file, force);
        File.Delete(file.FullName);
        return Create(file.FullName, secret: true);
    }

    private static FileStream Create(string path, bool secret)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (secret && !OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }
}
