using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using HybridTls.Channels;
using HybridTls.Records;

namespace HybridTls.Transport;

/// <summary>
/// The plaintext side of the transport's reader. Records are pulled: a read decrypts what the transport has, straight from its buffer
/// into the segments that the user gets, and waits for the transport only if that gave nothing.
/// </summary>
/// <remarks>
/// It promises what the reader of a <see cref="Pipe"/> promises, with one difference: data that came before a failure is delivered
/// before the failure is thrown.
/// </remarks>
internal sealed class PlaintextReader(HybridTlsConnection connection, PipeReader transport, MemoryPool<byte>? memoryPool) : PipeReader
{
    /// <summary>
    /// A read decrypts no more than this and a record, in bytes: what is not asked for stays with the transport, as ciphertext. Three
    /// full records fit the largest block.
    /// </summary>
    private const int BatchSize = 3 * RecordLimits.MaxContent;

    private readonly PlaintextQueue _queue = new(memoryPool);
    private readonly ReadCancellation _cancellation = new(transport);
    private long _bytes;
    private volatile State _state;
    private volatile bool _isCompleted;
    private volatile bool _isDisposed;

    /// <summary>What the user may do next.</summary>
    private enum State
    {
        /// <summary>Read.</summary>
        Idle,

        /// <summary>Wait: a read is under way.</summary>
        Pending,

        /// <summary>Advance: a read gave a result.</summary>
        Reading,

        /// <summary>Advance, or read again at once: the result was a cancelled one.</summary>
        ReadingCancelled,

        /// <summary>Read, or advance: the last read gave nothing.</summary>
        Tried,

        /// <summary>Nothing: the memory was given back.</summary>
        Closed,
    }

    /// <summary>How many blocks are rented now.</summary>
    public int RentedBlocks => _queue.Rented;

    /// <summary>The bytes of application data received.</summary>
    public long BytesRead => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Read(0, cancellationToken);

    /// <inheritdoc/>
    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
        Read(minimumSize, cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        SecureChannel channel = connection.Channel;
        ThrowIfCompleted();
        Begin();
        bool isTaken = false;
        try
        {
            connection.Gate.Enter(connection);
            try
            {
                while (!IsReady(channel, 0))
                {
                    channel.Failure?.Throw();
                    if (!TryReadTransport(channel, out ReadResult received))
                    {
                        isTaken = _cancellation.IsRequested;
                        result = isTaken ? Take(channel) : default;
                        return isTaken;
                    }

                    Open(channel, received);
                    if (channel.Failure is not null)
                        connection.ReportLoss(channel);
                }

                isTaken = true;
                result = Take(channel);
                return true;
            }
            finally
            {
                connection.Gate.Exit();
            }
        }
        finally
        {
            if (!isTaken)
                End(State.Tried);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_state is not (State.Reading or State.ReadingCancelled or State.Tried))
            throw new InvalidOperationException("No reading operation to complete.");
        _queue.Advance(consumed, examined);
        End(State.Idle);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => _cancellation.Request();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (!CloseFrom(State.Reading) && !CloseFrom(State.ReadingCancelled) && !CloseIfIdle())
            CancelPendingRead();
    }

    /// <summary>
    /// Ends a read that waits, and gives the memory back unless the user still looks at it: then <see
    /// cref="AdvanceTo(SequencePosition)"/> does.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        _cancellation.Interrupt();
        CloseIfIdle();
    }

    private ValueTask<ReadResult> Read(int minimumSize, CancellationToken cancellationToken)
    {
        SecureChannel channel = connection.Channel;
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        Begin();
        return IsReady(channel, minimumSize) ? new ValueTask<ReadResult>(Take(channel)) : ReadCoreAsync(channel, minimumSize, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadCoreAsync(SecureChannel channel, int minimumSize, CancellationToken cancellationToken)
    {
        bool isTaken = false;
        try
        {
            connection.Gate.Enter(connection);
            try
            {
                do
                {
                    channel.Failure?.Throw();
                    ReadResult received;
                    if (!_cancellation.IsRequested)
                    {
                        received = await ReadTransportAsync(channel, cancellationToken).ConfigureAwait(false);
                        if (_isDisposed)
                        {
                            transport.AdvanceTo(received.Buffer.Start);
                            ObjectDisposedException.ThrowIf(_isDisposed, connection);
                        }
                    }
                    else if (!TryReadTransport(channel, out received))
                    {
                        break;
                    }

                    Open(channel, received);
                    if (channel.Failure is not null)
                        await connection.ReportLossAsync(channel).ConfigureAwait(false);
                }
                while (!IsReady(channel, minimumSize) && !_cancellation.IsRequested);

                isTaken = true;
                return Take(channel);
            }
            finally
            {
                connection.Gate.Exit();
            }
        }
        finally
        {
            if (!isTaken)
                End(State.Tried);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadTransportAsync(SecureChannel channel, CancellationToken cancellationToken)
    {
        _cancellation.BeginWait();
        try
        {
            return await transport.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_isDisposed && exception is not ObjectDisposedException)
        {
            // Whatever became of the transport meanwhile: it is not the peer's doing.
            throw new ObjectDisposedException(connection.GetType().FullName, exception);
        }
        catch (IOException exception)
        {
            throw Lose(channel, exception);
        }
        finally
        {
            _cancellation.EndWait();
        }
    }

    private bool TryReadTransport(SecureChannel channel, out ReadResult received)
    {
        try
        {
            return transport.TryRead(out received);
        }
        catch (IOException exception)
        {
            throw Lose(channel, exception);
        }
    }

    /// <summary>Whether a read ends with what was decrypted already.</summary>
    private bool IsReady(SecureChannel channel, int minimumSize) =>
        channel.IsEnded || (_queue.Unexamined > 0 && _queue.Length >= minimumSize);

    /// <summary>Hands out what there is.</summary>
    private ReadResult Take(SecureChannel channel)
    {
        if (_isCompleted)
        {
            // On another thread, while this read waited.
            End(State.Idle);
            return new ReadResult(default, isCanceled: true, isCompleted: false);
        }

        bool isCancelled = _cancellation.Take();
        ReadResult result = new(_queue.Data, isCancelled, channel.IsEnded);
        End(isCancelled ? State.ReadingCancelled : State.Reading);
        return result;
    }

    /// <summary>
    /// Opens the records that the transport has, up to <see cref="BatchSize"/>. A failure is kept for when the data before it is read.
    /// </summary>
    private void Open(SecureChannel channel, in ReadResult received)
    {
        if (received.IsCanceled)
            _cancellation.TransportCancelled();
        ReadOnlySequence<byte> rest = received.Buffer;
        bool needsMore = false;
        try
        {
            for (long before = _queue.Length; !needsMore && !channel.IsEnded && _queue.Length - before < BatchSize;)
                needsMore = !OpenNext(channel, ref rest);
            if (needsMore && received.IsCompleted)
                channel.Fail(TlsError.Truncated());
        }
        catch (Exception exception)
        {
            channel.Fail(exception);
            rest = rest.Slice(rest.End);
        }
        finally
        {
            _queue.TrimEmptyTail();
            transport.AdvanceTo(rest.Start, needsMore ? rest.End : rest.Start);
        }
    }

    private bool OpenNext(SecureChannel channel, ref ReadOnlySequence<byte> rest)
    {
        // The room that all of it may need, so that a record is judged once; what stays empty is given back.
        if (_queue.Room.IsEmpty && rest.Length > RecordLimits.ProtectedOverhead)
            _queue.Reserve(needed: 0, rest.Length);
        RecordReadKind kind = channel.Open(ref rest, _queue.Room, out int length);
        if (kind == RecordReadKind.DestinationTooSmall)
        {
            _queue.Reserve(length, rest.Length);
        }
        else if (kind == RecordReadKind.ApplicationData)
        {
            _queue.Append(length);
            Volatile.Write(ref _bytes, _bytes + length);
        }

        return kind != RecordReadKind.None;
    }

    /// <summary>The transport reports its end.</summary>
    private Exception Lose(SecureChannel channel, IOException exception)
    {
        channel.Fail(exception as HybridTlsException ?? TlsError.Truncated(exception));
        Exception failure = channel.Failure!.SourceException;
        connection.Observer?.OnLost(failure);
        return failure;
    }

    private void Begin()
    {
        State before = _state;
        if (before is State.Idle or State.Tried or State.ReadingCancelled && Interlocked.CompareExchange(ref _state, State.Pending, before) == before)
            return;
        ObjectDisposedException.ThrowIf(_isDisposed, connection);
        throw new InvalidOperationException(
            before != State.Reading ? "Concurrent reads or writes are not supported." : "Reading is already in progress.");
    }

    /// <summary>Ends an operation; what a completion or a disposal on another thread could not do meanwhile is done here.</summary>
    private void End(State state)
    {
        Interlocked.Exchange(ref _state, state);
        if (_isCompleted || _isDisposed)
            CloseIfIdle();
    }

    private bool CloseIfIdle() => CloseFrom(State.Idle) || CloseFrom(State.Tried);

    private bool CloseFrom(State state)
    {
        if (Interlocked.CompareExchange(ref _state, State.Closed, state) != state)
            return false;
        _queue.Clear();
        return true;
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("Reading is not allowed after reader was completed.");
    }
}
