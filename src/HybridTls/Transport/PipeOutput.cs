using System.Buffers;
using System.IO.Pipelines;

namespace HybridTls.Transport;

/// <summary>The transport's writer as the core sees it; it knows whether there is something to flush, which not every pipe tells.</summary>
internal sealed class PipeOutput(PipeWriter writer) : IBufferWriter<byte>
{
    /// <summary>Whether something was written since the last flush.</summary>
    public bool HasUnflushed { get; private set; }

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
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        HasUnflushed = false;
        return writer.FlushAsync(cancellationToken);
    }
}
