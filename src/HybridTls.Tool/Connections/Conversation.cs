namespace HybridTls.Tool.Connections;

/// <summary>What a server says and hears on a connection.</summary>
/// <param name="Description">In words.</param>
/// <param name="RunAsync">Talks until both sides are done; counts what it receives and sends.</param>
internal sealed record Conversation(string Description, Func<HybridTlsStream, Traffic, CancellationToken, Task> RunAsync)
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Sends back what comes.</summary>
    public static Conversation Echo { get; } = new("echo", static (stream, traffic, cancellationToken) =>
        ReceiveAsync(stream, traffic, echo: true, cancellationToken));

    /// <summary>Drops what comes.</summary>
    public static Conversation Discard { get; } = new("discard", static (stream, traffic, cancellationToken) =>
        ReceiveAsync(stream, traffic, echo: false, cancellationToken));

    /// <summary>Sends a file.</summary>
    public static Conversation Send(FileInfo file) => new($"send {file}", async (stream, traffic, cancellationToken) =>
    {
        byte[] buffer = new byte[BufferSize];
        using (FileStream source = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true))
        {
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                traffic.Sent += count;
            }
        }

        // Says that this was all, and waits for the client's goodbye: closing at once could cost it the end of the file.
        await stream.ShutdownAsync(cancellationToken).ConfigureAwait(false);
        await ReceiveAsync(stream, traffic, echo: false, cancellationToken).ConfigureAwait(false);
    });

    private static async Task ReceiveAsync(HybridTlsStream stream, Traffic traffic, bool echo, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            traffic.Received += count;
            if (!echo)
                continue;
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            traffic.Sent += count;
        }
    }
}
