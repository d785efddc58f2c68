using System.Diagnostics;
using System.Net.Sockets;

namespace HybridTls.Tool.Connections;

/// <summary>One connection of <c>listen</c>, from its handshake to its end; no failure of a client reaches the others.</summary>
internal sealed class ServedConnection(
    int number, Socket socket, HybridTlsServerOptions options, Conversation conversation, ListenReport report)
{
    /// <summary>Serves it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Traffic traffic = new();
        string client = socket.RemoteEndPoint?.ToString() ?? "?";
        try
        {
            long start = Stopwatch.GetTimestamp();
            await using HybridTlsStream stream = new(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            report.Connected(number, client, stream.Parameters, Stopwatch.GetElapsedTime(start));
            await conversation.RunAsync(stream, traffic, cancellationToken).ConfigureAwait(false);
            report.Closed(number, traffic);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            report.Closed(number, traffic);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            report.Failed(number, client, traffic, exception);
        }
        finally
        {
            socket.Dispose();
        }
    }
}
