using System.Net.Sockets;
using HybridTls.Tool.Inspection;

namespace HybridTls.Tool.Connections;

/// <summary>A client's socket whose traffic is timed and, if asked for, written to a capture.</summary>
internal sealed class TappedNetworkStream(Socket socket, FlightLog flights, CaptureWriter? capture)
    : NetworkStream(socket, ownsSocket: true)
{
    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            flights.Add(Direction.FromServer, count);
            capture?.Write(Direction.FromServer, buffer.Span[..count]);
        }

        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        flights.Add(Direction.FromClient, buffer.Length);
        capture?.Write(Direction.FromClient, buffer.Span);
        return base.WriteAsync(buffer, cancellationToken);
    }
}
