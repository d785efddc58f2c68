using HybridTls.Handshake;

namespace HybridTls.Transport;

/// <summary>A handshake over a stream. What the peer sent beyond it stays in <paramref name="input"/>.</summary>
internal sealed class StreamHandshakeTransport(Stream stream, PooledBuffer input, StreamOutput output) : IHandshakeTransport
{
    /// <summary>How much is read from the transport at a time, in bytes: a whole flight of the peer.</summary>
    private const int ReadSize = 16 * 1024;

    /// <inheritdoc/>
    public bool HasOutput => output.Length > 0;

    /// <inheritdoc/>
    public void Process(HandshakeMachine machine) => input.Consume(machine.Process(input.Span));

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await stream.ReadAsync(input.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw TlsError.HandshakeCut(exception);
        }

        if (count == 0)
            throw TlsError.HandshakeCut();
        input.Advance(count);
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (output.Length == 0)
            return;
        try
        {
            await stream.WriteAsync(output.Memory, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw TlsError.HandshakeCut(exception);
        }

        output.Release();
    }
}
