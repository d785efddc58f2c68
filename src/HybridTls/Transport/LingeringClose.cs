using System.Net.Sockets;

namespace HybridTls.Transport;

/// <summary>
/// Ends a connection on which an alert was sent last. Closing a socket with unread data resets the connection, and the reset can
/// overtake the alert: so the sending half is closed, and what the peer still sends is read and dropped for a moment.
/// </summary>
internal static class LingeringClose
{
    private const int MaxBytes = 256 * 1024;
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Drops what a socket has received and nobody will read, without waiting for more: tickets, mostly. Unread, they would reset the
    /// connection, and the peer might lose the end of our data.
    /// </summary>
    public static async ValueTask DropReceivedAsync(Stream transport)
    {
        if (transport is not NetworkStream { Socket: { } socket })
            return;
        try
        {
            if (socket.Available == 0)
                return;
            using CancellationTokenSource limit = new(MaxTime);
            byte[] dropped = new byte[4096];
            for (int total = 0; total < MaxBytes && socket.Available > 0;)
            {
                int count = await transport.ReadAsync(dropped, limit.Token).ConfigureAwait(false);
                if (count == 0)
                    return;
                total += count;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The peer is gone already.
        }
    }

    /// <summary>Lingers if <paramref name="transport"/> is a socket's stream; otherwise does nothing.</summary>
    public static async ValueTask LingerAsync(Stream transport)
    {
        if (transport is not NetworkStream { Socket: { } socket })
            return;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            using CancellationTokenSource limit = new(MaxTime);
            byte[] dropped = new byte[4096];
            for (int total = 0; total < MaxBytes;)
            {
                int count = await transport.ReadAsync(dropped, limit.Token).ConfigureAwait(false);
                if (count == 0)
                    return;
                total += count;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The peer is gone already.
        }
    }
}
