using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Handshake;
using HybridTls.Messages;
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

    private const int Idle = 0, Pending = 1, Reading = 2, Tried = 3, Closed = 4;

    private readonly PlaintextQueue _queue = new(memoryPool);
    private ExceptionDispatchInfo? _failure;
    private long _bytes;
    private int _state;
    private int _cancelRequested;
    private int _transportCancelled;
    private bool _isTentative;
    private bool _isWaiting;
    private bool _isEnded;
    private volatile bool _isCompleted;
    private volatile bool _isDisposed;

    /// <summary>How many blocks are rented now.</summary>
    public int RentedBlocks => _queue.Rented;

    /// <summary>The bytes of application data received.</summary>
    public long BytesRead => Volatile.Read(ref _bytes);

    /// <summary>Why nothing more can be read, or null.</summary>
    public ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Read(0, cancellationToken);

    /// <inheritdoc/>
    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
        Read(minimumSize, cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        HandshakeMachine machine = connection.Machine;
        ThrowIfCompleted();
        Begin();
        bool isTaken = false;
        try
        {
            connection.Gate.Enter(connection);
            try
            {
                while (!IsReady(0))
                {
                    _failure?.Throw();
                    if (!TryReadTransport(out ReadResult received))
                    {
                        isTaken = IsCancelRequested;
                        result = isTaken ? Take() : default;
                        return isTaken;
                    }

                    Decrypt(machine, received);
                    if (_failure is not null)
                        connection.ReportLoss(machine, _failure.SourceException);
                }

                isTaken = true;
                result = Take();
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
                End(Tried);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (Volatile.Read(ref _state) is not (Reading or Tried))
            throw new InvalidOperationException("No reading operation to complete.");
        _queue.Advance(consumed, examined);
        End(Idle);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        Interlocked.Exchange(ref _cancelRequested, 1);
        if (Volatile.Read(ref _isWaiting))
            CancelTransport();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (Interlocked.CompareExchange(ref _state, Closed, Reading) == Reading)
            _queue.Clear();
        else if (!CloseIfIdle())
            CancelPendingRead();
    }

    /// <summary>
    /// Ends a read that waits, and gives the memory back unless the user still looks at it: then <see
    /// cref="AdvanceTo(SequencePosition)"/> does.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isWaiting))
            CancelTransport();
        CloseIfIdle();
    }

    private bool IsCancelRequested => Volatile.Read(ref _cancelRequested) != 0;

    private ValueTask<ReadResult> Read(int minimumSize, CancellationToken cancellationToken)
    {
        HandshakeMachine machine = connection.Machine;
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        Begin();
        return IsReady(minimumSize) ? new ValueTask<ReadResult>(Take()) : ReadCoreAsync(machine, minimumSize, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadCoreAsync(HandshakeMachine machine, int minimumSize, CancellationToken cancellationToken)
    {
        bool isTaken = false;
        try
        {
            connection.Gate.Enter(connection);
            try
            {
                do
                {
                    _failure?.Throw();
                    ReadResult received;
                    if (!IsCancelRequested)
                    {
                        received = await ReadTransportAsync(cancellationToken).ConfigureAwait(false);
                        if (_isDisposed)
                        {
                            transport.AdvanceTo(received.Buffer.Start);
                            ObjectDisposedException.ThrowIf(_isDisposed, connection);
                        }
                    }
                    else if (!TryReadTransport(out received))
                    {
                        break;
                    }

                    Decrypt(machine, received);
                    if (_failure is not null)
                        await connection.ReportLossAsync(machine, _failure.SourceException).ConfigureAwait(false);
                }
                while (!IsReady(minimumSize) && !IsCancelRequested);

                isTaken = true;
                return Take();
            }
            finally
            {
                connection.Gate.Exit();
            }
        }
        finally
        {
            if (!isTaken)
                End(Tried);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadTransportAsync(CancellationToken cancellationToken)
    {
        BeginWaiting();
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
            throw Lose(exception);
        }
        finally
        {
            Volatile.Write(ref _isWaiting, false);
        }
    }

    private bool TryReadTransport(out ReadResult received)
    {
        try
        {
            return transport.TryRead(out received);
        }
        catch (IOException exception)
        {
            throw Lose(exception);
        }
    }

    /// <summary>Whether a read ends with what was decrypted already.</summary>
    private bool IsReady(int minimumSize) => _isEnded || (_queue.Unexamined > 0 && _queue.Length >= minimumSize);

    /// <summary>Hands out what there is.</summary>
    private ReadResult Take()
    {
        if (_isCompleted)
        {
            // On another thread, while this read waited.
            End(Idle);
            return new ReadResult(default, isCanceled: true, isCompleted: false);
        }

        _isTentative = IsCancelRequested && Interlocked.Exchange(ref _cancelRequested, 0) != 0;
        ReadResult result = new(_queue.Data, _isTentative, _isEnded);
        End(Reading);
        return result;
    }

    /// <summary>
    /// Decrypts the records that the transport has, up to <see cref="BatchSize"/>. A failure is kept for when the data before it is read.
    /// </summary>
    private void Decrypt(HandshakeMachine machine, in ReadResult received)
    {
        if (received.IsCanceled && Interlocked.Exchange(ref _transportCancelled, 0) == 0)
            Interlocked.Exchange(ref _cancelRequested, 1); // somebody else's: it is the user's to judge
        ReadOnlySequence<byte> rest = received.Buffer;
        bool needsMore = false;
        try
        {
            for (long before = _queue.Length; !needsMore && !_isEnded && _queue.Length - before < BatchSize;)
                needsMore = !DecryptNext(machine, ref rest);
            if (needsMore && received.IsCompleted)
                Fail(TlsError.Truncated());
        }
        catch (Exception exception)
        {
            Fail(exception);
            rest = rest.Slice(rest.End);
        }
        finally
        {
            _queue.TrimEmptyTail();
            transport.AdvanceTo(rest.Start, needsMore ? rest.End : rest.Start);
        }
    }

    private bool DecryptNext(HandshakeMachine machine, ref ReadOnlySequence<byte> rest)
    {
        SequencePosition consumed = rest.Start, examined = rest.Start;
        bool found = machine.Reader.TryRead(rest, ref consumed, ref examined, _queue.Room, out RecordReadResult result);
        rest = rest.Slice(consumed);
        if (!found)
            return false;
        switch (result.Kind)
        {
            case RecordReadKind.DestinationTooSmall:
                _queue.Reserve(result.Length, rest.Length);
                break;
            case RecordReadKind.ApplicationData:
                _queue.Append(result.Length);
                Volatile.Write(ref _bytes, _bytes + result.Length);
                machine.KeyUpdates.DataReceived();
                connection.SendOverdueKeyUpdate(machine);
                break;
            case RecordReadKind.Handshake:
                machine.Receive(HandshakeMessage.Parse(result.HandshakeMessage));
                break;
            case RecordReadKind.CloseNotify:
                _isEnded = true;
                break;
        }

        return true;
    }

    /// <summary>The transport reports its end.</summary>
    private Exception Lose(IOException exception)
    {
        Exception failure = Fail(exception as HybridTlsException ?? TlsError.Truncated(exception));
        connection.Observer?.OnLost(failure);
        return failure;
    }

    private Exception Fail(Exception exception)
    {
        if (_failure is null)
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(exception));
        return _failure.SourceException;
    }

    private void Begin()
    {
        int before = Volatile.Read(ref _state);
        bool isFree = before is Idle or Tried || (before == Reading && _isTentative);
        if (isFree && Interlocked.CompareExchange(ref _state, Pending, before) == before)
            return;
        ObjectDisposedException.ThrowIf(_isDisposed, connection);
        throw new InvalidOperationException(
            before != Reading ? "Concurrent reads or writes are not supported." : "Reading is already in progress.");
    }

    /// <summary>Ends an operation; what a completion or a disposal on another thread could not do meanwhile is done here.</summary>
    private void End(int state)
    {
        Interlocked.Exchange(ref _state, state);
        if (_isCompleted || _isDisposed)
            CloseIfIdle();
    }

    private bool CloseIfIdle()
    {
        int before = Volatile.Read(ref _state);
        if (before is not (Idle or Tried) || Interlocked.CompareExchange(ref _state, Closed, before) != before)
            return false;
        _queue.Clear();
        return true;
    }

    private void BeginWaiting()
    {
        Volatile.Write(ref _isWaiting, true);
        Interlocked.MemoryBarrier();
        // Asked for before the transport could be told.
        if (IsCancelRequested)
            CancelTransport();
    }

    private void CancelTransport()
    {
        // Once only until the transport has answered: a second one would come back as somebody else's.
        if (Interlocked.Exchange(ref _transportCancelled, 1) == 0)
            transport.CancelPendingRead();
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("Reading is not allowed after reader was completed.");
    }
}
