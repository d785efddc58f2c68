using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Channels;

namespace HybridTls.Transport;

/// <summary>The transport's writer as the core sees it; it knows whether there is something to flush, which not every pipe tells.</summary>
internal sealed class PipeOutput(PipeWriter writer) : IChannelOutput
{
    /// <summary>Whether something was written since the last flush.</summary>
    public bool HasUnflushed { get; private set; }

    /// <inheritdoc/>
    /// <remarks>A pipe that failed says so at every flush.</remarks>
    ExceptionDispatchInfo? IChannelOutput.Failure => null;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        HasUnflushed = true;
        writer.Advance(count);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

    /// <summary>Makes what was written visible to the transport.</summary>
    /// <exception cref="HybridTlsException">The transport failed.</exception>
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        HasUnflushed = false;
        ValueTask<FlushResult> flush;
        try
        {
            flush = writer.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException or (IOException and not HybridTlsException))
        {
            throw TlsError.NotSent(exception);
        }

        return flush.IsCompletedSuccessfully ? flush : AwaitAsync(flush);
    }

    /// <summary>A flush that nobody asked for must not swallow a cancellation that somebody asked for.</summary>
    async ValueTask IChannelOutput.FlushAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
            writer.CancelPendingFlush();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            return await flush.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException or (IOException and not HybridTlsException))
        {
            throw TlsError.NotSent(exception);
        }
    }
}
