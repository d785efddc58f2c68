using System.Text;
using HybridTls.Certificates;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary>The terminal as commands see it; tests put their own streams in.</summary>
internal sealed class ToolConsole
{
    private const int WidthWithoutTerminal = 120;

    private readonly Func<Stream> _openInput;
    private readonly Func<Stream> _openOutput;
    private readonly Func<string, string>? _askSecret;

    /// <summary>Joins the ends of a console.</summary>
    /// <param name="output">Standard output as text.</param>
    /// <param name="error">Standard error as text.</param>
    /// <param name="openInput">Opens standard input as bytes.</param>
    /// <param name="openOutput">Opens standard output as bytes.</param>
    /// <param name="askSecret">Asks for a password without showing it; null where nobody can be asked.</param>
    public ToolConsole(
        TextWriter output, TextWriter error, Func<Stream> openInput, Func<Stream> openOutput, Func<string, string>? askSecret = null)
    {
        Out = output;
        Error = error;
        _openInput = openInput;
        _openOutput = openOutput;
        _askSecret = askSecret;
        Screen = CreateScreen(output, plain: true);
        ErrorScreen = CreateScreen(error, plain: true);
    }

    private ToolConsole()
        : this(Console.Out, Console.Error, StandardInput.Open, Console.OpenStandardOutput)
    {
        Screen = CreateScreen(Console.Out, Console.IsOutputRedirected);
        ErrorScreen = CreateScreen(Console.Error, Console.IsErrorRedirected);
        if (!Console.IsInputRedirected && !Console.IsErrorRedirected)
            _askSecret = question => ErrorScreen.Prompt(new TextPrompt<string>(question).Secret());
    }

    /// <summary>Standard output, for results.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error, for what goes wrong and for what goes on.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard output for tables and trees.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Standard error for tables and trees, where standard output carries the peer's bytes.</summary>
    public IAnsiConsole ErrorScreen { get; }

    /// <summary>The console of this process; what is not a terminal gets plain text.</summary>
    /// <param name="width">The columns of output that goes to no terminal.</param>
    public static ToolConsole ForProcess(int width = WidthWithoutTerminal)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        ToolConsole console = new();
        if (Console.IsOutputRedirected)
            console.Screen.Profile.Width = width;
        return console;
    }

    /// <summary>Opens standard input as bytes.</summary>
    public Stream OpenInput() => _openInput();

    /// <summary>Opens standard output as bytes.</summary>
    public Stream OpenOutput() => _openOutput();

    /// <summary>Asks for a password, if somebody sits at a terminal; null otherwise.</summary>
    public string? AskSecret(string question) => _askSecret?.Invoke(question);

    /// <summary>Writes one line to standard error, whatever the text holds.</summary>
    public void WriteError(string message) => Error.WriteLine("hybridtls: " + OneLine(message));

    /// <summary>A text as one line, without what a terminal would obey.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            bool space = char.IsWhiteSpace(character);
            if (!space || (line.Length > 0 && line[^1] != ' '))
                line.Append(space ? ' ' : char.IsControl(character) ? '?' : character);
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>A name that a peer or a file brought, made safe and short for the terminal.</summary>
    public static string Printable(string text) => DistinguishedName.Printable(text);

    private static IAnsiConsole CreateScreen(TextWriter writer, bool plain)
    {
        IAnsiConsole screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (plain)
        {
            screen.Profile.Width = WidthWithoutTerminal;
            screen.Profile.Capabilities.Unicode = true;
        }

        return screen;
    }
}
