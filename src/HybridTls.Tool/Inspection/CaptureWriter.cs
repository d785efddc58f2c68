using HybridTls.Tool.Connections;
using HybridTls.Tool.Files;

namespace HybridTls.Tool.Inspection;

/// <summary>Writes a capture: a line for each piece of traffic, "&gt; hex" from the client and "&lt; hex" from the server.</summary>
internal sealed class CaptureWriter : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly Lock _lock = new();

    /// <summary>Creates the file.</summary>
    public CaptureWriter(FileInfo file, bool force, string title)
    {
        OutputFile.ThrowIfBlocked(file, force);
        _writer = new StreamWriter(file.FullName);
        _writer.WriteLine("# " + ToolConsole.OneLine(title));
    }

    /// <summary>Adds what crossed the wire.</summary>
    public void Write(Direction sender, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _writer.Write(sender == Direction.FromClient ? "> " : "< ");
            _writer.WriteLine(Convert.ToHexStringLower(bytes));
            _writer.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _writer.Dispose();
    }
}
