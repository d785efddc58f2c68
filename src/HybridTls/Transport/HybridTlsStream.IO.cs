using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Channels;
using HybridTls.Handshake;
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
        SecureChannel channel = Channel;
        if (!_reading.Wait(0, CancellationToken.None)) // HT-SHELL-1
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
            channel.Failure?.Throw();
            while (true)
            {
                if (_plaintext.Length > 0)
                    return TakePlaintext(buffer.Span);
                if (channel.IsEnded) // HT-SHELL-2
                    return 0;
                RecordReadKind kind = Open(channel, buffer.Span, out int length); // HT-REC-20
                if (kind == RecordReadKind.ApplicationData && length > 0)
                    return length;
                if (kind != RecordReadKind.None)
                    continue;
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
        catch (IOException exception) when (exception is not HybridTlsException) // HT-SHELL-12
        {
            HybridTlsException truncated = TlsError.Truncated(exception);
            channel.Fail(truncated);
            throw truncated;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
        {
            if (channel.Fail(exception))
                await channel.ReportFailureAsync().ConfigureAwait(false);
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
        SecureChannel channel = Channel;
        using WriteTurn turn = await channel.EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        channel.ThrowIfNotWritable();
        _sizer.BeginFlight();
        while (!buffer.IsEmpty)
        {
            int written = WriteRecords(channel.Machine, buffer.Span);
            buffer = buffer[written..];
            await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
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
        return Channel.UpdateKeysAsync(requestPeer, cancellationToken).AsTask();
    }

    /// <summary>
    /// Sends close_notify: nothing more will be written; what the peer sends can still be read (half-close, RFC 9846 §6.1).
    /// </summary>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) =>
        _channel is { IsClosed: true, Failure: null } ? Task.CompletedTask : Channel.CloseAsync(cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Sends close_notify if that was not done, zeroes every secret and closes the transport.</summary>
    public override async ValueTask DisposeAsync() // HT-SHELL-4
    {
        if (Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            try
            {
                // A handshake or a read that waits ends now, so that nobody else reads from the transport while it is closed.
                await _disposing.CancelAsync().ConfigureAwait(false);
                if (_channel is { IsWritable: true } channel)
                    await CloseQuietlyAsync(channel).ConfigureAwait(false);
                if (!_leaveTransportOpen)
                {
                    bool hasTransport = await _reading.WaitAsync(SecureChannel.AlertTimeout).ConfigureAwait(false);
                    if (hasTransport && HasSentFault)
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

    /// <summary>Opens the next record into <paramref name="destination"/>, or aside (<paramref name="length"/> is 0 then) if that is too small.</summary>
    private RecordReadKind Open(SecureChannel channel, Span<byte> destination, out int length)
    {
        RecordReadKind kind = channel.Open(_input.Span, out int consumed, destination, out length);
        _input.Consume(consumed);
        if (kind != RecordReadKind.DestinationTooSmall)
            return kind;
        kind = channel.Open(_input.Span, out consumed, _plaintext.GetSpan(length)[..length], out length);
        _input.Consume(consumed);
        if (kind == RecordReadKind.ApplicationData)
            _plaintext.Advance(length);
        else
            _plaintext.Release();
        length = 0;
        return kind;
    }

    private int TakePlaintext(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _plaintext.Length);
        _plaintext.Span[..count].CopyTo(destination);
        _plaintext.Consume(count);
        return count;
    }

    /// <summary>Protects as much of <paramref name="data"/> as goes to the transport at once, and says how much that is.</summary>
    private int WriteRecords(HandshakeMachine machine, ReadOnlySpan<byte> data)
    {
        // Reserved at once: growing would copy what is there.
        int records = 2 + (data.Length / 1024);
        _output.GetSpan(Math.Min(data.Length + (records * RecordLimits.ProtectedOverhead), TransportWriteSize));
        int written = 0;
        while (written < data.Length)
        {
            machine.Established.KeyUpdates.WriteIfDue(_output);
            int count = Math.Min(data.Length - written, _sizer.GetContent(machine.Writer.MaxContent));
            if (_output.Length > 0 && _output.Length + count + RecordLimits.ProtectedOverhead > TransportWriteSize)
                break;
            _sizer.Take(count, count);
            machine.Writer.WriteApplicationData(_output, data.Slice(written, count));
            written += count;
        }

        return written;
    }

    /// <summary>Whether the last thing that the peer gets from us is a fatal alert.</summary>
    private bool HasSentFault => _channel?.HasSentFault ?? _machine is { AlertWritten: true };

    private static async ValueTask CloseQuietlyAsync(SecureChannel channel)
    {
        try
        {
            using CancellationTokenSource limit = new(SecureChannel.AlertTimeout);
            await channel.CloseAsync(limit.Token).ConfigureAwait(false);
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
