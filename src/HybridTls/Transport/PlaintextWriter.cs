using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using HybridTls.Channels;
using HybridTls.Handshake;
using HybridTls.Records;

namespace HybridTls.Transport;

/// <summary>
/// The plaintext side of the transport's writer. What the user writes gathers in one rented block; whenever a record is full, and on
/// every flush, it is protected straight into the transport's memory. Between a flush and the next write no memory is held.
/// </summary>
internal sealed class PlaintextWriter : PipeWriter
{
    /// <summary>What the first block holds, for short answers: 4 KiB with the byte behind.</summary>
    private const int SmallBlock = 4095;

    /// <summary>What a block in bulk holds, or a little less: one full record, or as many smaller ones.</summary>
    private const int LargeBlock = RecordLimits.MaxContent;

    /// <summary>A write of a whole buffer lets the transport go on after this much.</summary>
    private const int FlushEvery = 64 * 1024;

    private readonly HybridTlsConnection _connection;
    private readonly PipeWriter _transport;
    private readonly PlaintextBlock _block;
    private RecordSizer _sizer;
    private bool _hasSizer;
    private bool _isBulk;
    private long _unflushed;
    private long _bytes;
    private int _flushing;
    private int _completed;

    public PlaintextWriter(HybridTlsConnection connection, PipeWriter transport, MemoryPool<byte>? memoryPool)
    {
        _connection = connection;
        _transport = transport;
        _block = new PlaintextBlock(memoryPool);
        Output = new PipeOutput(transport);
    }

    /// <summary>Where records go.</summary>
    public PipeOutput Output { get; }

    /// <summary>How many blocks are rented now.</summary>
    public int RentedBlocks => _block.Rented;

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
        SecureChannel channel = _connection.Channel;
        ThrowIfCompleted();
        Reserve(channel, Math.Max(sizeHint, 1));
        return _block.Free;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unchecked((uint)bytes), (uint)_block.Room, nameof(bytes));
        _block.Advance(bytes);
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

    /// <summary>
    /// Sends what was written and close_notify; after an <paramref name="exception"/> the alert internal_error instead of both.
    /// </summary>
    public override void Complete(Exception? exception = null) => CompleteAsync(exception).Preserve();

    /// <summary>As <see cref="Complete"/>; the task ends when the transport has taken it all.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) == 0)
            await EndAsync(exception is null ? TlsAlert.CloseNotify : TlsAlert.InternalError, ownsBlock: true).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends close_notify if the user did not complete. What was not flushed is not sent, and its block is left to the collector: the
    /// user may be writing to it.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _completed, 1) == 0)
            await EndAsync(TlsAlert.CloseNotify, ownsBlock: false).ConfigureAwait(false);
    }

    private ValueTask<FlushResult> WriteAndFlush(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        SecureChannel channel = _connection.Channel;
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (Interlocked.Exchange(ref _flushing, 1) != 0)
            throw new InvalidOperationException("Concurrent reads or writes are not supported.");
        return WriteAndFlushAsync(channel, source, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WriteAndFlushAsync(
        SecureChannel channel, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            using WriteTurn turn = await channel.EnterWriteAsync(cancellationToken).ConfigureAwait(false);
            SealBlock(channel);
            _isBulk = false;
            _unflushed = 0;
            if (!channel.IsWritable && _connection.Observer is not null)
                return new FlushResult(isCanceled: false, isCompleted: true);
            channel.ThrowIfNotWritable();
            return await SealAndFlushAsync(channel.Machine, source, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _flushing, 0);
        }
    }

    /// <summary>
    /// Protects all of <paramref name="source"/> in any case, as a pipe takes it in any case; a long one lets the transport begin to send
    /// before its end is protected.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SealAndFlushAsync(
        HandshakeMachine machine, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        while (source.Length > FlushEvery)
        {
            Seal(machine, source.Span[..FlushEvery]);
            source = source[FlushEvery..];
            FlushResult result;
            try
            {
                result = await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await SealAndCommitAsync(machine, source).ConfigureAwait(false);
                throw;
            }

            if (result.IsCompleted)
                return result;
            if (result.IsCanceled)
                return await SealAndCommitAsync(machine, source).ConfigureAwait(false);
        }

        Seal(machine, source.Span);
        return await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a write whose flush is not to wait any more.</summary>
    private ValueTask<FlushResult> SealAndCommitAsync(HandshakeMachine machine, ReadOnlyMemory<byte> source)
    {
        Seal(machine, source.Span);
        _transport.CancelPendingFlush();
        return Output.FlushAsync(default);
    }

    private async ValueTask EndAsync(TlsAlert alert, bool ownsBlock)
    {
        try
        {
            if (_connection.IsAuthenticated)
            {
                SecureChannel channel = _connection.Channel;
                using WriteTurn turn = await channel.EnterWriteAsync(CancellationToken.None).ConfigureAwait(false);
                if (ownsBlock && alert == TlsAlert.CloseNotify)
                    SealBlock(channel);
                _unflushed = 0;
                if (channel.IsWritable)
                    await channel.EndAsync(alert, CancellationToken.None).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The transport is gone, by whatever name it calls that: there is nobody to say goodbye to.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
        finally
        {
            if (ownsBlock)
                _block.Release();
        }
    }

    private void Reserve(SecureChannel channel, int needed)
    {
        if (_block.Room >= needed)
            return;
        HandshakeMachine machine = channel.Machine;
        int record = GetSizer(machine).GetFullContent(machine.Writer.MaxContent);
        int bulk = record * Math.Max(1, LargeBlock / record);
        if (_block.Filled > 0 && _block.Filled + needed > bulk)
            TrySealEarly(channel);
        if (_block.Room >= needed)
            return;
        int least = _block.Rented == 0 && !_isBulk ? SmallBlock : Math.Max(bulk, _block.Filled * 2);
        _block.Grow(Math.Max(_block.Filled + needed, least), bulk);
    }

    /// <summary>
    /// Protects what fills records before the user flushes, unless somebody else is sending; at least something, if it can.
    /// </summary>
    private void TrySealEarly(SecureChannel channel)
    {
        if (!channel.TryEnterWrite(out WriteTurn turn))
            return;
        using (turn)
        {
            _isBulk = true;
            SealBlock(channel, fullOnly: true);
        }
    }

    /// <summary>Protects what has gathered; on a connection that is lost it is dropped.</summary>
    /// <param name="channel">The channel; the caller has its write turn.</param>
    /// <param name="fullOnly">Leaves what does not fill a record, unless that is all there is.</param>
    private void SealBlock(SecureChannel channel, bool fullOnly = false)
    {
        if (!channel.IsWritable)
        {
            _block.Release();
            return;
        }

        HandshakeMachine machine = channel.Machine;
        ref RecordSizer sizer = ref GetSizer(machine);
        sizer.BeginFlight();
        int start = 0;
        while (start < _block.Filled)
        {
            if (fullOnly && start > 0 && _block.Filled - start < sizer.GetContent(machine.Writer.MaxContent))
                break;
            int length = BeginRecord(machine, _block.Filled - start);
            machine.Writer.WriteApplicationDataBorrowed(Output, _block.GetContentAndRoom(start, length));
            start += length;
        }

        if (fullOnly)
            _block.Consume(start);
        else
            _block.Release();
    }

    private ref RecordSizer GetSizer(HandshakeMachine machine)
    {
        if (!_hasSizer)
        {
            _sizer = new RecordSizer(machine.Options.RecordSizing, machine.Options.TimeProvider);
            _hasSizer = true;
        }

        return ref _sizer;
    }

    private void Seal(HandshakeMachine machine, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            int length = BeginRecord(machine, content.Length);
            machine.Writer.WriteApplicationData(Output, content[..length]);
            content = content[length..];
        }
    }

    /// <summary>Renews the key if that is due, and says how much of the data goes into the next record.</summary>
    private int BeginRecord(HandshakeMachine machine, int available)
    {
        machine.Established.KeyUpdates.WriteIfDue(Output);
        int length = _sizer.Take(available, machine.Writer.MaxContent);
        Volatile.Write(ref _bytes, _bytes + length);
        return length;
    }

    private void ThrowIfCompleted()
    {
        if (IsCompleted)
            throw new InvalidOperationException("Writing is not allowed after writer was completed.");
    }
}
