using System.CommandLine;
using System.Text.Json.Nodes;
using HybridTls.Cryptography;
using HybridTls.Tool.Speed;

namespace HybridTls.Tool;

/// <summary><c>hybridtls speed</c>: how fast the cryptography and the protocol are on this machine.</summary>
internal static class SpeedCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Option<string?> backend = new("--backend") { Description = "Force a vector back end: scalar, 128, 256 or 512." };
        backend.AcceptOnlyFromAmong(SpeedTest.Backends);
        Option<string?> only = new("--only") { Description = "Measure only the operations whose name contains TEXT.", HelpName = "TEXT" };
        Option<bool> json = CommandActions.JsonOption();
        Command command = new("speed", "Measure every operation on one core, in under a minute.") { backend, only, json };
        command.Run(console, json, parsed =>
        {
            LaneWidth width = SpeedTest.ParseBackend(parsed.GetValue(backend));
            List<Operation> operations = [.. SpeedTest.Select(parsed.GetValue(only))];
            if (operations.Count == 0)
            {
                throw new ToolException($"No operation's name contains \"{parsed.GetValue(only)}\": there are " +
                    $"{string.Join(", ", Catalog.Operations.Select(static operation => operation.Name))}.");
            }

            IReadOnlyList<QuickResult> results = SpeedTest.Measure(console.ErrorScreen, width, operations);
            if (parsed.GetValue(json))
            {
                CommandActions.WriteJson(console, new JsonObject
                {
                    ["backend"] = width.ToString(),
                    ["yardstick"] = Catalog.Yardstick.Name,
                    ["results"] = QuickReport.ToJson(results),
                });
            }
            else
            {
                QuickReport.Show(console.Screen, results, width.ToString());
            }
        });
        return command;
    }
}
