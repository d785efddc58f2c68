using System.Net.Sockets;

namespace HybridTls.Bogo;

/// <summary>
/// The TCP connection to the runner. It blocks, so that the shim needs no other thread than its own; with <c>-async</c> it moves one
/// byte a read and splits each write. The runner may close its side while we write: the alert that says why is still to be read, so a
/// failed write is no failure.
/// </summary>
internal sealed class ShimTransport(Socket socket, bool oneByteAtATime) : Stream
{
    private const int SniffedSize = 5;

    private readonly byte[] _received = new byte[16 * 1024];
    private readonly byte[] _first = new byte[SniffedSize];
    private int _firstCount;
    private int _start;
    private int _end;
    private bool _writable = true;
    private TaskCompletionSource? _gate;

    /// <summary>The first bytes that came, at most five.</summary>
    public ReadOnlySpan<byte> FirstReceived => _first.AsSpan(0, _firstCount);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets only the first byte of the next write out until <see cref="Release"/>.</summary>
    public void Hold() => _gate = new TaskCompletionSource();

    /// <summary>Lets the rest of the held write out.</summary>
    public void Release() => _gate?.TrySetResult();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_start == _end)
        {
            _start = 0;
            _end = Receive(_received);
            int sniffed = Math.Min(SniffedSize - _firstCount, _end);
            _received.AsSpan(0, sniffed).CopyTo(_first.AsSpan(_firstCount));
            _firstCount += sniffed;
        }

        int count = Math.Min(oneByteAtATime ? 1 : buffer.Length, _end - _start);
        _received.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (oneByteAtATime && buffer.Length > 1)
        {
            Send(buffer[..1]);
            buffer = buffer[1..];
        }

        Send(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gate is { } gate && buffer.Length > 1)
        {
            Send(buffer.Span[..1]);
            await gate.Task;
            _gate = null;
            buffer = buffer[1..];
        }

        Write(buffer.Span);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends our side and reads the peer's to its end: a reset could overtake our alert.</summary>
    public void CloseGracefully()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            socket.ReceiveTimeout = 5000;
            while (socket.Receive(_received) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The runner was faster.
        }

        socket.Dispose();
    }

    private int Receive(Span<byte> buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (_writable && !bytes.IsEmpty)
                bytes = bytes[socket.Send(bytes)..];
        }
        catch (SocketException)
        {
            _writable = false;
        }
    }
}
