using System.Text;
using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Inspection;

/// <summary>Reads captures: the lines that <see cref="CaptureWriter"/> writes, raw bytes of one side, or a hex dump of one side.</summary>
internal static class CaptureFile
{
    private const int AsciiColumnGap = 2;

    /// <summary>Reads one file as pieces of traffic in their order.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sender">Who sent the bytes of a file that does not say it; null to find out.</param>
    public static IReadOnlyList<(Direction Sender, byte[] Bytes)> Read(FileInfo file, Direction? sender)
    {
        byte[] content = InputFile.ReadBytes(file, "a capture");
        if (content.Length == 0)
            throw new ToolException($"{file} is empty: give a capture, such as \"connect --capture FILE\" writes.");
        if (content is [>= 20 and <= 23, 3, ..])
            return [(sender ?? Guess(content, file), content)];

        List<(Direction?, byte[])> pieces = [];
        string[] lines = Encoding.UTF8.GetString(content).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            Direction? from = line[0] switch { '>' => Direction.FromClient, '<' => Direction.FromServer, _ => null };
            pieces.Add((from, Decode(from is null ? line : line[1..], file, i + 1)));
        }

        byte[] undirected = [.. pieces.Where(static piece => piece.Item1 is null).SelectMany(static piece => piece.Item2)];
        if (undirected.Length == 0)
            return [.. pieces.Select(static piece => (piece.Item1!.Value, piece.Item2))];
        return undirected.Length == pieces.Sum(static piece => piece.Item2.Length)
            ? [(sender ?? Guess(undirected, file), undirected)]
            : throw new ToolException($"{file} has lines with and without a direction: begin all with \"> \" (client) or \"< \" (server).");
    }

    /// <summary>The hexadecimal digits of a line, without the offset and the text column of a dump (xxd).</summary>
    private static byte[] Decode(string line, FileInfo file, int number)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon is > 0 and <= 8 && line[..colon].All(char.IsAsciiHexDigit))
        {
            line = line[(colon + 1)..].TrimStart();
            int gap = line.IndexOf(new string(' ', AsciiColumnGap), StringComparison.Ordinal);
            if (gap > 0)
                line = line[..gap];
        }

        string digits = string.Concat(line.Where(static character => !char.IsWhiteSpace(character)));
        try
        {
            return Convert.FromHexString(digits);
        }
        catch (FormatException exception)
        {
            throw new ToolException(
                $"{file}, line {number}, is no capture: expected \"> HEX\" and \"< HEX\" lines, a hex dump, or raw TLS records.",
                exception);
        }
    }

    /// <summary>A side is known by the first message it sends.</summary>
    private static Direction Guess(ReadOnlySpan<byte> bytes, FileInfo file) => bytes switch
    {
        [22, 3, _, _, _, 1, ..] => Direction.FromClient,
        [22, 3, _, _, _, 2, ..] => Direction.FromServer,
        _ => throw new ToolException(
            $"{file} does not begin with a hello, so it is not clear who sent it: add --from client or --from server."),
    };
}
