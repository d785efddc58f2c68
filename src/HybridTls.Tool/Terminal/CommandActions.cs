using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridTls.Tool;

/// <summary>What all commands share: the option --json, and failures that become one line.</summary>
internal static class CommandActions
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The option that every command has.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON document instead of text." };

    /// <summary>Sets what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="console">Where its failure goes.</param>
    /// <param name="json">Its option --json.</param>
    /// <param name="action">What it does; it throws <see cref="ToolException"/> or what the library throws.</param>
    public static void Run(
        this Command command, ToolConsole console, Option<bool> json, Func<ParseResult, CancellationToken, Task> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                await action(parsed, cancellationToken).ConfigureAwait(false);
                return ExitCode.Success;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (Exception exception) when (Explain(exception) is { } message)
            {
                console.WriteError(message);
                if (parsed.GetValue(json))
                    WriteJson(console, Error(message, exception));
                return ExitCode.Failure;
            }
        });

    /// <summary>Sets what a command does at once.</summary>
    public static void Run(this Command command, ToolConsole console, Option<bool> json, Action<ParseResult> action) =>
        command.Run(console, json, (parsed, _) =>
        {
            action(parsed);
            return Task.CompletedTask;
        });

    /// <summary>Prints a JSON document.</summary>
    public static void WriteJson(ToolConsole console, JsonNode document) => console.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>A failure as JSON: the member <c>error</c>, and the alert, where there is one.</summary>
    public static JsonObject Error(string message, Exception? exception)
    {
        JsonObject error = new() { ["message"] = ToolConsole.OneLine(message) };
        if ((exception as HybridTlsException ?? exception?.InnerException as HybridTlsException) is { } failure)
        {
            error["failure"] = failure.Failure.ToString();
            if (failure.Alert is { } alert)
            {
                error["alert"] = alert.ToString();
                error["alertNumber"] = (int)alert;
            }
        }

        return new JsonObject { ["error"] = error };
    }

    /// <summary>The failure in words, or null for a defect of ours, which shows its stack.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        ToolException or HybridTlsException or CryptographicException => exception.Message,
        UnauthorizedAccessException => exception.Message + " Check who may read and write there.",
        ArgumentException => exception.Message.Split(" (Parameter '")[0], // whose argument it was says nothing to users
        SocketException or IOException or InvalidOperationException => exception.Message,
        _ => null,
    };
}
