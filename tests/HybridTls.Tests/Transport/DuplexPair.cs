using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace HybridTls.Tests.Transport;

/// <summary>
/// One end of a connection in memory. A write blocks when more than the limit lies unread, and everything continues inline on the
/// thread that caused it, so that a test can count what one thread allocates.
/// </summary>
internal sealed class DuplexPair : Stream
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;

    private DuplexPair(PipeReader input, PipeWriter output)
    {
        _input = input;
        _output = output;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public bool IsDisposed { get; private set; }

    public int Flushes { get; private set; }

    public static (DuplexPair Client, DuplexPair Server) Create(int limit = 1 << 20)
    {
        PipeOptions options = new(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false,
            pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2);
        Pipe up = new(options), down = new(options);
        return (new DuplexPair(down.Reader, up.Writer), new DuplexPair(up.Reader, down.Writer));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result = await _input.ReadAsync(cancellationToken);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        int count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        result.Buffer.Slice(0, count).CopyTo(buffer.Span);
        _input.AdvanceTo(result.Buffer.GetPosition(count));
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        FlushResult result = await _output.WriteAsync(buffer, cancellationToken);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (result.IsCompleted)
            throw new IOException("The other end is closed.");
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Flushes++;
        return Task.CompletedTask;
    }

    public override void Flush() => Flushes++;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            IsDisposed = true;
            _input.CancelPendingRead();
            _output.CancelPendingFlush();
            _output.Complete();
            _input.Complete();
        }

        base.Dispose(disposing);
    }
}
