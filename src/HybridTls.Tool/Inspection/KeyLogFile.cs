using HybridTls.KeySchedule;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Inspection;

/// <summary>The secrets of a key log in the NSS format: "LABEL client_random secret", in hexadecimal.</summary>
internal sealed class KeyLogFile
{
    private readonly Dictionary<(string Label, string ClientRandom), byte[]> _secrets = [];

    /// <summary>Reads a file.</summary>
    public static KeyLogFile Read(FileInfo file)
    {
        KeyLogFile log = new();
        string[] lines = InputFile.ReadText(file, "the key log").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 3 || !IsHex(parts[1]) || !IsHex(parts[2]))
            {
                throw new ToolException(
                    $"{file}, line {i + 1}, is no line of a key log: expected LABEL CLIENT_RANDOM SECRET (NSS key log format).");
            }

            log._secrets[(parts[0], parts[1].ToUpperInvariant())] = Convert.FromHexString(parts[2]);
        }

        return log._secrets.Count > 0 ? log : throw new ToolException($"{file} holds no secrets: let one side write it with --key-log.");
    }

    /// <summary>The secrets of one side in the order in which it uses them, and what their keys are called.</summary>
    public static (string Label, string Name)[] LabelsOf(Direction sender) => sender == Direction.FromClient
        ?
        [
            (KeyLog.ClientEarlyTraffic, "early keys"),
            (KeyLog.ClientHandshakeTraffic, "handshake keys"),
            (KeyLog.ClientApplicationTraffic, "application keys"),
        ]
        : [(KeyLog.ServerHandshakeTraffic, "handshake keys"), (KeyLog.ServerApplicationTraffic, "application keys")];

    /// <summary>A secret of a connection.</summary>
    /// <param name="clientRandom">The connection; null for the only one of the log.</param>
    /// <param name="label">The secret.</param>
    public byte[]? Find(byte[]? clientRandom, string label)
    {
        string? random = clientRandom is null ? OnlyRandom() : Convert.ToHexString(clientRandom);
        return random is not null && _secrets.TryGetValue((label, random), out byte[]? secret) ? secret : null;
    }

    private string? OnlyRandom()
    {
        string[] randoms = [.. _secrets.Keys.Select(static key => key.ClientRandom).Distinct().Take(2)];
        return randoms.Length == 1 ? randoms[0] : null;
    }

    private static bool IsHex(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);
}
