using System.Net.Sockets;

namespace HybridTls.Load.Tests;

/// <summary>A socket's stream that can be cut: what is written afterwards is dropped, and the socket stays open.</summary>
internal sealed class SeverableStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    public bool IsSevered { get; set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        IsSevered ? ValueTask.CompletedTask : base.WriteAsync(buffer, cancellationToken);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!IsSevered)
            base.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
}
