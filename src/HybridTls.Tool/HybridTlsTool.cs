using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace HybridTls.Tool;

/// <summary>The command line: every command, and how its outcome becomes an exit code.</summary>
internal static class HybridTlsTool
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">Where input comes from and output goes.</param>
    /// <param name="cancellationToken">Ends a command that runs on, as Ctrl+C does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolConsole console, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = CreateRoot(console).Parse(args.Count == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            // What was not understood says more than what is missing because of it.
            string message = parsed.UnmatchedTokens.Count > 0
                ? $"\"{parsed.UnmatchedTokens[0]}\" is not understood."
                    + (Spelling.Nearest(parsed.CommandResult.Command, parsed.UnmatchedTokens[0]) is { } near ? $" Did you mean \"{near}\"?" : "")
                : parsed.Errors[0].Message;
            message = $"{message} See: {HelpFor(parsed.CommandResult)}";
            console.WriteError(message);
            if (args.Contains("--json"))
                CommandActions.WriteJson(console, CommandActions.Error(message, null));
            return ExitCode.UsageError;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(3),
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds the tree of commands.</summary>
    public static Command CreateRoot(ToolConsole console) =>

        // Not a RootCommand: that one is named after the assembly, not after the command that users type.
        new("hybridtls", "Post-quantum TLS 1.3 (X25519MLKEM768, ML-DSA-65) at the command line.")
        {
            KeyCommands.Create(console),
            CertificateCommands.Create(console),
            ConnectCommand.Create(console),
            ListenCommand.Create(console),
            SpeedCommand.Create(console),
            InspectCommand.Create(console),
            CompletionCommand.Create(console),
            CompletionCommand.CreateAnswer(console),
            new HelpOption(),
            new VersionOption(),
        };

    private static string HelpFor(CommandResult result)
    {
        List<string> names = ["--help"];
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
            names.Insert(0, command.Command.Name);
        return string.Join(' ', names);
    }
}
