using System.CommandLine;
using System.Text.Json.Nodes;
using HybridTls.Records;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Inspection;
using Spectre.Console;

namespace HybridTls.Tool;

/// <summary><c>hybridtls inspect</c>: decodes captured traffic, and decrypts it with a key log.</summary>
internal static class InspectCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<FileInfo[]> files = new("FILE")
        {
            Description = "A capture (connect --capture), or raw bytes or a hex dump of one side; two files for both sides.",
            Arity = new ArgumentArity(1, 2),
        };
        Option<FileInfo?> keyLog = new("--key-log")
        {
            Description = "Decrypt with these secrets (NSS key log format, SSLKEYLOGFILE).",
            HelpName = "FILE",
        };
        Option<string?> from = new("--from")
        {
            Description = "Who sent the bytes of a file that begins without a hello: client or server.",
        };
        from.AcceptOnlyFromAmong("client", "server");
        Option<bool> json = CommandActions.JsonOption();
        Command command = new("inspect", "Decode captured records and handshake messages.") { files, keyLog, from, json };
        command.Run(console, json, parsed =>
        {
            FileInfo[] captures = parsed.GetRequiredValue(files);
            Direction? sender = parsed.GetValue(from) switch
            {
                "client" => Direction.FromClient,
                "server" => Direction.FromServer,
                _ => null,
            };
            ConnectionFacts facts = new(parsed.GetValue(keyLog) is { } log ? KeyLogFile.Read(log) : null);
            (Direction, byte[])[] traffic = [.. captures.SelectMany(file => CaptureFile.Read(file, sender))];

            // The first pass learns what the hellos say: with one file a side, the client's keys depend on a later ServerHello.
            Decode(traffic, facts);
            List<InspectedRecord> records = Decode(traffic, facts);
            if (records.All(static record => record.Type == ContentType.Invalid))
                throw new ToolException($"{string.Join(" and ", captures.Select(static file => file.ToString()))} holds no TLS record: " +
                    "give traffic as \"connect --capture FILE\" writes it, raw records, or their hex dump.");
            if (parsed.GetValue(json))
                CommandActions.WriteJson(console, ToJson(records, facts));
            else
                Show(console.Screen, records, facts, string.Join(", ", captures.Select(static file => file.Name)));
        });
        return command;
    }

    private static List<InspectedRecord> Decode((Direction Sender, byte[] Bytes)[] traffic, ConnectionFacts facts)
    {
        using SideDecoder client = new(Direction.FromClient, facts), server = new(Direction.FromServer, facts);
        List<InspectedRecord> records = [];
        foreach ((Direction sender, byte[] bytes) in traffic)
            records.AddRange((sender == Direction.FromClient ? client : server).Feed(bytes));
        foreach (SideDecoder side in (SideDecoder[])[client, server])
        {
            if (side.End() is { } rest)
                records.Add(rest);
        }

        return records;
    }

    private static void Show(IAnsiConsole screen, List<InspectedRecord> records, ConnectionFacts facts, string title)
    {
        Tree tree = new Tree(new Text(title, Layout.Strong)).Guide(TreeGuide.Line);
        foreach (InspectedRecord record in records)
        {
            bool client = record.Sender == Direction.FromClient;
            string arrow = client ? "→ client" : "← server";
            string protection = record.Protection is null ? "" : ", " + record.Protection;
            TreeNode node = tree.AddNode(new Text(
                $"{arrow}  {NameOf(record.Type)} record, {Layout.Bytes(record.Size)}{protection}",
                record.IsReadable ? new Style(client ? Color.Teal : Color.Blue) : Layout.Dim));
            foreach (Detail content in record.Contents)
                Add(node, content, Layout.Strong);
        }

        screen.Write(tree);
        int closed = records.Count(static record => !record.IsReadable && record.Protection is not null);
        if (closed == 0)
            return;
        string advice = facts.KeyLog is null
            ? "add --key-log FILE with the connection's secrets"
            : "the key log must be of this very connection, and the capture must begin with its first record";
        screen.Write(new Text($"{closed} of {records.Count} records stay encrypted: {advice}.\n", Layout.Warning));
    }

    private static void Add(TreeNode parent, Detail detail, Style style)
    {
        if (detail.IsHidden)
            return;
        TreeNode node = parent.AddNode(new Paragraph(ToolConsole.OneLine(detail.Name), style)
            .Append(detail.Value is null ? "" : "  " + ToolConsole.OneLine(detail.Value), Style.Plain));
        foreach (Detail part in detail.Parts)
            Add(node, part, Layout.Dim);
    }

    private static JsonObject ToJson(List<InspectedRecord> records, ConnectionFacts facts) => new()
    {
        ["clientRandom"] = facts.ClientRandom is null ? null : Convert.ToHexStringLower(facts.ClientRandom),
        ["cipherSuite"] = facts.Suite?.ToString(),
        ["records"] = new JsonArray([.. records.Select(static record => new JsonObject
        {
            ["from"] = record.Sender == Direction.FromClient ? "client" : "server",
            ["offset"] = record.Offset,
            ["type"] = NameOf(record.Type),
            ["sizeInBytes"] = record.Size,
            ["protection"] = record.Protection,
            ["readable"] = record.IsReadable,
            ["contents"] = new JsonArray([.. record.Contents.Select(static content => content.ToNamedJson())]),
        })]),
    };

    private static string NameOf(ContentType type) => type switch
    {
        ContentType.ChangeCipherSpec => "change_cipher_spec",
        ContentType.Alert => "alert",
        ContentType.Handshake => "handshake",
        ContentType.ApplicationData => "application_data",
        _ => "unknown",
    };
}
