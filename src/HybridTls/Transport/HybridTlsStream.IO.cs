using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls;

/// <content>Reading, writing and closing.</content>
public sealed partial class HybridTlsStream
{
    /// <summary>How much is read from the transport at a time, in bytes: two full records.</summary>
    private const int TransportReadSize = 32 * 1024;

    /// <summary>
    /// How much protected data is gathered before it goes to the transport, in bytes: three full records, in a buffer of that size.
    /// </summary>
    private const int TransportWriteSize = 64 * 1024;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Reads application data.</summary>
    /// <returns>The number of bytes; 0 when the peer closed its side with close_notify (or for an empty buffer, when data is there).</returns>
    /// <exception cref="HybridTlsException">The peer broke a rule, sent an alert, or the connection was truncated.</exception>
    /// <exception cref="NotSupportedException">Another read is under way.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        HandshakeMachine machine = Machine;
        if (!_reading.Wait(0, CancellationToken.None))
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            throw new NotSupportedException("Another read is under way: one at a time.");
        }

        bool hasEntered = false;
        try
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            _gate.Enter(this);
            hasEntered = true;
            _failure?.Throw();
            while (true)
            {
                if (_plaintext.Length > 0)
                    return TakePlaintext(buffer.Span);
                if (_closedByPeer)
                    return 0;
                if (TryDecrypt(machine, buffer.Span, out int length))
                {
                    if (machine.KeyUpdates.IsOverdue && _gate.TryEnter())
                        _ = SendOverdueKeyUpdateAsync(machine);
                    if (length > 0)
                        return length;
                    continue;
                }

                int count = await ReadTransportAsync(cancellationToken).ConfigureAwait(false);
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                if (count == 0)
                    throw TlsError.Truncated();
                _input.Advance(count);
            }
        }
        catch (Exception exception) when (IsDisposed && exception is not ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(GetType().FullName, exception);
        }
        catch (IOException exception) when (exception is not HybridTlsException)
        {
            HybridTlsException truncated = TlsError.Truncated(exception);
            await FailAsync(machine, truncated).ConfigureAwait(false);
            throw truncated;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
        {
            await FailAsync(machine, exception).ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (hasEntered)
                _gate.Exit();
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Protects and sends application data; a second write waits for the first.</summary>
    /// <remarks>Cancelling a write that has begun breaks the connection: part of a record may have been sent.</remarks>
    /// <exception cref="HybridTlsException">The connection was lost before.</exception>
    /// <exception cref="InvalidOperationException">The stream was shut down for writing.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        HandshakeMachine machine = Machine;
        _gate.Enter(this);
        try
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfNotWritable();
                _sizer.BeginFlight();
                while (!buffer.IsEmpty)
                {
                    // Reserved at once: growing would copy what is there.
                    int records = 2 + (buffer.Length / 1024);
                    _output.GetSpan(Math.Min(buffer.Length + (records * RecordLimits.ProtectedOverhead), TransportWriteSize));
                    while (!buffer.IsEmpty)
                    {
                        machine.KeyUpdates.WriteIfDue(_output);
                        int count = Math.Min(buffer.Length, _sizer.GetContent(machine.Writer.MaxContent));
                        if (_output.Length > 0 && _output.Length + count + RecordLimits.ProtectedOverhead > TransportWriteSize)
                            break;
                        _sizer.Take(count, count);
                        machine.Writer.WriteApplicationData(_output, buffer.Span[..count]);
                        buffer = buffer[count..];
                    }

                    await SendOutputAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                _writing.Release();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Does nothing: a write is handed to the transport, and flushed there, before it ends.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: a write is handed to the transport, and flushed there, before it ends.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Renews the key that protects what we send (RFC 9846 §4.7.3).</summary>
    /// <remarks>
    /// Call it now and then, not in a loop: peers refuse KeyUpdates in a row without data between them, this library more than 32.
    /// </remarks>
    /// <param name="requestPeer">Also asks the peer to renew its key, unless an earlier request is still unanswered.</param>
    /// <param name="cancellationToken">Cancels the wait for the transport; the connection is broken then.</param>
    /// <exception cref="InvalidOperationException">The handshake is not complete, or the stream was shut down for writing.</exception>
    /// <exception cref="HybridTlsException">The connection was lost before.</exception>
    public Task UpdateKeysAsync(bool requestPeer = true, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return SendAsync(machine => machine.KeyUpdates.Write(_output, requestPeer), cancellationToken);
    }

    /// <summary>
    /// Sends close_notify: nothing more will be written; what the peer sends can still be read (half-close, RFC 9846 §6.1).
    /// </summary>
    public async Task ShutdownAsync(CancellationToken cancellationToken = default)
    {
        if (_closedForWriting)
            return;
        await SendAsync(
            machine =>
            {
                if (_closedForWriting)
                    return;
                _closedForWriting = true;
                machine.WriteAlert(TlsAlert.CloseNotify);
            },
            cancellationToken,
            closing: true).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Sends close_notify if that was not done, zeroes every secret and closes the transport.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            try
            {
                // A handshake or a read that waits ends now, so that nobody else reads from the transport while it is closed.
                await _disposing.CancelAsync().ConfigureAwait(false);
                if (IsAuthenticated && _failure is null && _writeFailure is null && !_closedForWriting)
                    await CloseQuietlyAsync().ConfigureAwait(false);
                if (!_leaveTransportOpen)
                {
                    bool hasTransport = await _reading.WaitAsync(AlertTimeout).ConfigureAwait(false);
                    if (hasTransport && _alertSent)
                        await LingeringClose.LingerAsync(_transport).ConfigureAwait(false);
                    else if (hasTransport)
                        await LingeringClose.DropReceivedAsync(_transport).ConfigureAwait(false);
                    if (hasTransport)
                        _reading.Release();
                    await _transport.DisposeAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                // Whatever the transport throws: the secrets go.
                _gate.Close();
            }
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _disposals) == 0)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    /// <summary>Reads from the transport until the caller, or disposal, says stop.</summary>
    private ValueTask<int> ReadTransportAsync(CancellationToken cancellationToken)
    {
        Memory<byte> buffer = _input.GetMemory(TransportReadSize);
        return cancellationToken.CanBeCanceled
            ? ReadTransportLinkedAsync(buffer, cancellationToken)
            : _transport.ReadAsync(buffer, _disposing.Token);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadTransportLinkedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            return await _transport.ReadAsync(buffer, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Decrypts the next record into <paramref name="destination"/>, or aside if that is too small.</summary>
    /// <returns>False when more input is needed; true with a length of 0 when something else happened: look again.</returns>
    private bool TryDecrypt(HandshakeMachine machine, Span<byte> destination, out int length)
    {
        length = 0;
        bool found = machine.Reader.TryRead(_input.Span, out int consumed, destination, out RecordReadResult result);
        if (found && result.Kind == RecordReadKind.DestinationTooSmall)
        {
            // Records before this one are used up: their numbers do not come again.
            _input.Consume(consumed);
            int needed = result.Length;
            found = machine.Reader.TryRead(_input.Span, out consumed, _plaintext.GetSpan(needed)[..needed], out result);
            if (found && result.Kind == RecordReadKind.ApplicationData)
            {
                _plaintext.Advance(result.Length);
                machine.KeyUpdates.DataReceived();
                _input.Consume(consumed);
                return true;
            }

            _plaintext.Release();
        }

        switch (found ? result.Kind : RecordReadKind.None)
        {
            case RecordReadKind.ApplicationData:
                length = result.Length;
                machine.KeyUpdates.DataReceived();
                break;
            case RecordReadKind.Handshake:
                machine.Receive(HandshakeMessage.Parse(result.HandshakeMessage));
                break;
            case RecordReadKind.CloseNotify:
                _closedByPeer = true;
                break;
        }

        _input.Consume(consumed);
        return found;
    }

    private int TakePlaintext(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _plaintext.Length);
        _plaintext.Span[..count].CopyTo(destination);
        _plaintext.Consume(count);
        return count;
    }

    private async Task SendAsync(Action<HandshakeMachine> write, CancellationToken cancellationToken, bool closing = false)
    {
        HandshakeMachine machine = Machine;
        _gate.Enter(this);
        try
        {
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfNotWritable(closing);
                write(machine);
                await SendOutputAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Hands the protected records to the transport. If that fails nothing more can be sent: records may be missing. What the peer sent
    /// can still be read; often it is the alert that says why.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendOutputAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _transport.WriteAsync(_output.Memory, cancellationToken).ConfigureAwait(false);
            await _transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!IsDisposed)
        {
            _writeFailure ??= ExceptionDispatchInfo.Capture(TlsError.WriteCancelled(exception));
            throw;
        }
        catch (Exception exception) when (exception is not HybridTlsException)
        {
            // A transport that was closed under a write, by whatever name it calls that, is lost as well, unless we closed it.
            Exception lasting = IsDisposed && exception is not OperationCanceledException
                ? new ObjectDisposedException(GetType().FullName, exception)
                : exception is IOException or ObjectDisposedException or SocketException ? TlsError.NotSent(exception) : exception;
            _writeFailure ??= ExceptionDispatchInfo.Capture(lasting);
            if (lasting == exception)
                throw;
            throw lasting;
        }
        finally
        {
            _output.Release();
        }
    }

    /// <summary>
    /// Sends the KeyUpdate that waits for data of ours, unless somebody is writing, who does so himself. The reader does not await it: two
    /// sides that each wait for the other to read would stand still.
    /// </summary>
    private async Task SendOverdueKeyUpdateAsync(HandshakeMachine machine)
    {
        bool hasTurn = false;
        try
        {
            hasTurn = _writing.Wait(0, CancellationToken.None);
            if (!hasTurn || _closedForWriting || _failure is not null || _writeFailure is not null)
                return;
            machine.KeyUpdates.WriteIfDue(_output);
            await SendOutputAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (_writeFailure is not null)
        {
            // The next write reports it.
        }
        finally
        {
            if (hasTurn)
                _writing.Release();
            _gate.Exit();
        }
    }

    private void ThrowIfNotWritable(bool closing = false)
    {
        _failure?.Throw();
        _writeFailure?.Throw();
        if (_closedForWriting && !closing)
            throw new InvalidOperationException("The stream was shut down for writing.");
    }

    /// <summary>Keeps the first failure and tells the peer its alert, unless a write that is stuck bars the way.</summary>
    private async ValueTask FailAsync(HandshakeMachine machine, Exception exception)
    {
        if (Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null) is not null
            || exception is not HybridTlsException { Failure: HybridTlsFailure.AlertSent, Alert: { } alert })
        {
            return;
        }

        if (_writeFailure is not null || !await _writing.WaitAsync(AlertTimeout).ConfigureAwait(false))
            return;
        try
        {
            using CancellationTokenSource limit = new(AlertTimeout);
            machine.WriteAlert(alert);
            _alertSent = true;
            await SendOutputAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The peer will see a truncated connection instead of the alert.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask CloseQuietlyAsync()
    {
        try
        {
            using CancellationTokenSource limit = new(AlertTimeout);
            await ShutdownAsync(limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The transport is gone, by whatever name it calls that: there is nobody to say goodbye to.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }

    private void CleanUp()
    {
        _machine?.Dispose();
        _input.Dispose();
        _output.Dispose();
        _plaintext.Dispose();
    }
}
