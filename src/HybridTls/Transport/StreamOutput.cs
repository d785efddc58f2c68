using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Channels;

namespace HybridTls.Transport;

/// <summary>Gathers the records of a <see cref="HybridTlsStream"/> and hands them to its transport, all with one write.</summary>
/// <param name="transport">The transport.</param>
/// <param name="owner">Whose disposal a failure may be due to.</param>
/// <param name="disposing">Cancelled when that begins.</param>
internal sealed class StreamOutput(Stream transport, object owner, CancellationToken disposing) : IChannelOutput, IDisposable
{
    private readonly PooledBuffer _records = new();
    private ExceptionDispatchInfo? _failure;

    /// <inheritdoc/>
    public ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

    /// <summary>The records that wait.</summary>
    public ReadOnlyMemory<byte> Memory => _records.Memory;

    /// <summary>Their size in bytes.</summary>
    public int Length => _records.Length;

    /// <inheritdoc/>
    public void Advance(int count) => _records.Advance(count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _records.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _records.GetSpan(sizeHint);

    /// <summary>Drops the records and gives their memory back.</summary>
    public void Release() => _records.Release();

    /// <summary>
    /// Hands the records to the transport. If that fails nothing more can be sent: records may be missing. What the peer sent can still be
    /// read; often it is the alert that says why.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await transport.WriteAsync(_records.Memory, cancellationToken).ConfigureAwait(false);
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!disposing.IsCancellationRequested)
        {
            _failure ??= ExceptionDispatchInfo.Capture(TlsError.WriteCancelled(exception)); // HT-SHELL-6
            throw;
        }
        catch (Exception exception) when (exception is not HybridTlsException)
        {
            // A transport that was closed under a write, by whatever name it calls that, is lost as well, unless we closed it.
            Exception lasting = disposing.IsCancellationRequested && exception is not OperationCanceledException
                ? new ObjectDisposedException(owner.GetType().FullName, exception)
                : exception is IOException or ObjectDisposedException or SocketException ? TlsError.NotSent(exception) : exception;
            _failure ??= ExceptionDispatchInfo.Capture(lasting);
            if (lasting == exception)
                throw;
            throw lasting;
        }
        finally
        {
            _records.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();
}
