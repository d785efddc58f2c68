using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using HybridTls.Handshake;
using HybridTls.Records;

namespace HybridTls.Transport;

/// <summary>
/// The plaintext side of the transport's writer. What the user writes gathers in one rented block; whenever a record is full, and on
/// every flush, it is protected straight into the transport's memory. Between a flush and the next write no memory is held.
/// </summary>
internal sealed class PlaintextWriter : PipeWriter
{
    /// <summary>The first block, for short answers.</summary>
    private const int SmallBlock = 4096;

    /// <summary>The block in bulk: a full record, whose wire form fills 2^14 bytes.</summary>
    private const int LargeBlock = 16 * 1024;

    /// <summary>A write of a whole buffer lets the transport go on after this much.</summary>
    private const int FlushEvery = 64 * 1024;

    private readonly HybridTlsConnection _connection;
    private readonly PipeWriter _transport;
    private readonly BlockPool _pool;
    private RecordSizer _sizer;
    private bool _hasSizer;
    private object? _owner;
    private Memory<byte> _block;
    private int _filled;
    private long _unflushed;
    private long _bytes;
    private int _flushing;
    private int _completed;
    private bool _flushWasCancelled;

    public PlaintextWriter(HybridTlsConnection connection, PipeWriter transport, MemoryPool<byte>? memoryPool)
    {
        _connection = connection;
        _transport = transport;
        _pool = new BlockPool(memoryPool);
        Output = new PipeOutput(transport);
    }

    /// <summary>Where records go.</summary>
    public PipeOutput Output { get; }

    /// <summary>Who holds it may use <see cref="Output"/> and the writing half of the core.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>How many blocks are rented now.</summary>
    public int RentedBlocks => _pool.Rented;

    /// <summary>The bytes of application data protected.</summary>
    public long BytesWritten => Volatile.Read(ref _bytes);

    /// <summary>Whether nothing more will be written.</summary>
    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _unflushed;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        HandshakeMachine machine = _connection.Machine;
        ThrowIfCompleted();
        Reserve(machine, Math.Max(sizeHint, 1));
        return _block[_filled..^1]; // the last byte is for the content type
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)Math.Max(0, _block.Length - 1 - _filled), nameof(bytes));
        _filled += bytes;
        _unflushed += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAndFlush(default, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        WriteAndFlush(source, cancellationToken);

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _transport.CancelPendingFlush();

    /// <summary>Sends what was written and close_notify; after an <paramref name="exception"/> the alert internal_error instead of both.</summary>
    public override void Complete(Exception? exception = null) => CompleteAsync(exception).Preserve();

    /// <summary>As <see cref="Complete"/>; the task ends when the transport has taken it all.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
            return;
        if (!_connection.IsAuthenticated || !_connection.Gate.TryEnter())
        {
            ReleaseBlock();
            return;
        }

        try
        {
            await Turn.WaitAsync().ConfigureAwait(false);
            try
            {
                if (exception is null)
                    SealBlock(_connection.Machine);
                ReleaseBlock();
                _unflushed = 0;
                if (_connection.TryBeginAlert())
                {
                    _connection.Machine.WriteAlert(exception is null ? TlsAlert.CloseNotify : TlsAlert.InternalError);
                    await Output.FlushAsync(default).ConfigureAwait(false);
                }
            }
            finally
            {
                Turn.Release();
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or OperationCanceledException or ObjectDisposedException)
        {
            // The transport is gone: there is nobody to say goodbye to.
        }
        finally
        {
            _connection.Gate.Exit();
        }
    }

    /// <summary>Gives the memory back, unless the user may still be writing to it: then it is left to the collector.</summary>
    public void Dispose() => Interlocked.Exchange(ref _completed, 1);

    /// <summary>A flush that nobody asked for must not swallow a cancellation that somebody asked for.</summary>
    public async ValueTask FlushInternallyAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
            _transport.CancelPendingFlush();
    }

    private ValueTask<FlushResult> WriteAndFlush(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        HandshakeMachine machine = _connection.Machine;
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (Interlocked.Exchange(ref _flushing, 1) != 0)
            throw new InvalidOperationException("Concurrent reads or writes are not supported.");
        return WriteAndFlushAsync(machine, source, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WriteAndFlushAsync(HandshakeMachine machine, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            _connection.Gate.Enter(_connection);
            try
            {
                if (!Turn.Wait(0, CancellationToken.None))
                    await Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    _connection.ThrowIfNotWritable();
                    StartFlight(machine);
                    SealBlock(machine);
                    while (source.Length > FlushEvery)
                    {
                        Seal(machine, source.Span[..FlushEvery]);
                        source = source[FlushEvery..];
                        FlushResult partial = await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
                        if (partial.IsCompleted)
                            return partial;
                        _flushWasCancelled |= partial.IsCanceled;
                    }

                    Seal(machine, source.Span);
                    source = default;
                    _unflushed = 0;
                    FlushResult result = await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
                    return _flushWasCancelled ? new FlushResult(isCanceled: true, result.IsCompleted) : result;
                }
                finally
                {
                    _flushWasCancelled = false;
                    Turn.Release();
                }
            }
            finally
            {
                ReleaseBlock();
                _connection.SendOwedAlert(machine);
                _connection.Gate.Exit();
            }
        }
        finally
        {
            Volatile.Write(ref _flushing, 0);
        }
    }

    private void Reserve(HandshakeMachine machine, int needed)
    {
        if (_block.Length - 1 - _filled >= needed)
            return;
        if (_filled > 0 && _filled + needed >= LargeBlock - RecordLimits.ProtectedOverhead)
            TrySealBlock(machine);
        int size = _filled + needed + 1;
        if (size <= _block.Length)
            return;
        size = _block.Length == 0 ? Math.Max(size, SmallBlock) : Math.Max(size, Math.Max(LargeBlock, _filled * 2));
        Memory<byte> larger = _pool.Rent(size, out object owner);
        _block.Span[.._filled].CopyTo(larger.Span);
        int filled = _filled;
        ReleaseBlock();
        (_block, _owner, _filled) = (larger, owner, filled);
    }

    /// <summary>Protects what has gathered before the user flushes, unless somebody else is sending.</summary>
    private void TrySealBlock(HandshakeMachine machine)
    {
        if (!_connection.Gate.TryEnter())
            return;
        try
        {
            if (!Turn.Wait(0, CancellationToken.None))
                return;
            try
            {
                if (_connection.IsWritable)
                {
                    StartFlight(machine);
                    SealBlock(machine);
                }
            }
            finally
            {
                Turn.Release();
            }

            _connection.SendOwedAlert(machine);
        }
        finally
        {
            _connection.Gate.Exit();
        }
    }

    private void SealBlock(HandshakeMachine machine)
    {
        Seal(machine, _block.Span[.._filled]);
        _filled = 0;
    }

    private void StartFlight(HandshakeMachine machine)
    {
        if (!_hasSizer)
        {
            _sizer = new RecordSizer(machine.Options.RecordSizing, machine.Options.TimeProvider);
            _hasSizer = true;
        }

        _sizer.BeginFlight();
    }

    private void Seal(HandshakeMachine machine, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            machine.KeyUpdates.WriteIfDue(Output);
            int length = _sizer.Take(content.Length, machine.Writer.MaxContent);
            machine.Writer.WriteApplicationData(Output, content[..length]);
            Volatile.Write(ref _bytes, _bytes + length);
            content = content[length..];
        }
    }

    private void ReleaseBlock()
    {
        if (_owner is null)
            return;
        _pool.Return(_owner);
        _owner = null;
        _block = default;
        _filled = 0;
    }

    private void ThrowIfCompleted()
    {
        if (IsCompleted)
            throw new InvalidOperationException("Writing is not allowed after writer was completed.");
    }
}
