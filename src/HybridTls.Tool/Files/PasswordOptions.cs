using System.CommandLine;

namespace HybridTls.Tool.Files;

/// <summary>Where the password of a private key comes from: a file, the command line, or the person at the terminal.</summary>
internal sealed class PasswordOptions
{
    private readonly Option<FileInfo?> _file;
    private readonly Option<string?> _text;

    /// <summary>Creates the options.</summary>
    /// <param name="prefix">What stands before "password", for a command that reads two keys.</param>
    public PasswordOptions(string prefix = "")
    {
        _file = new Option<FileInfo?>($"--{prefix}password-file")
        {
            Description = "The password of the private key: the first line of FILE.",
            HelpName = "FILE",
        };
        _text = new Option<string?>($"--{prefix}password")
        {
            Description = "The password itself; others can see it in the list of processes.",
            HelpName = "TEXT",
        };
    }

    /// <summary>Adds both to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_text);
    }

    /// <summary>The password that the command line gives; null if it gives none.</summary>
    public string? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not { } file)
            return parsed.GetValue(_text);
        if (parsed.GetValue(_text) is not null)
            throw new ToolException($"Two passwords are given: leave {_text.Name} or {_file.Name} away.");
        string text = InputFile.ReadText(file, "the password");
        string line = text.Split('\n')[0].TrimEnd('\r');
        return line.Length > 0 ? line : throw new ToolException($"The first line of {file} is empty: write the password there.");
    }

    /// <summary>The password of a new key: from the command line, or asked for twice.</summary>
    public string ReadNew(ParseResult parsed, ToolConsole console)
    {
        if (Read(parsed) is { Length: > 0 } given)
            return given;
        string asked = console.AskSecret("Password for the new key:")
            ?? throw new ToolException($"--encrypt needs a password and nobody can be asked: add {_file.Name} FILE.");
        if (asked.Length == 0 || asked != console.AskSecret("Once more:"))
            throw new ToolException("The two passwords differ or are empty: try again.");
        return asked;
    }
}
