using HybridTls.Transport;
using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>
/// The <c>ConnectionClosed</c> of a protected connection: it is triggered with that of the transport, and when the peer breaks or ends
/// the protection. A server looks at it to tell a lost peer from an application's fault, so it comes before the reader's exception;
/// the transport's own comes at any time.
/// </summary>
internal sealed class ConnectionEnd : CancellationTokenSource, IConnectionObserver
{
    /// <summary>What a peer gets to read an alert and close.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(250);

    /// <summary>How long callbacks may keep the reader: they belong to the host, and one may itself wait for the reader.</summary>
    private static readonly TimeSpan DefaultCallbackTime = TimeSpan.FromSeconds(1);

    private readonly ManualResetEventSlim _triggered = new();
    private readonly string _connectionId;
    private readonly ILogger _logger;
    private readonly TimeSpan _callbackTime;
    private int _triggeringThread;

    public ConnectionEnd(string connectionId, ILogger logger, CancellationToken transport, TimeSpan? callbackTime = null)
    {
        _callbackTime = callbackTime ?? DefaultCallbackTime;
        _connectionId = connectionId;
        _logger = logger;
        // Never ended: what was registered here is told of the end also if the server closes, after the middleware has returned.
        transport.UnsafeRegister(static state => ((ConnectionEnd)state!).Trigger(), this);
    }

    /// <inheritdoc/>
    public async ValueTask LingerAsync()
    {
        if (!IsCancellationRequested)
            await Task.Delay(LingerTime, Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void OnLost(Exception failure)
    {
        // A fault of ours is to be seen as one.
        if (HandshakeFailures.Classify(failure) == HandshakeFailureReason.Internal)
            return;
        try
        {
            Trigger();
        }
        catch (AggregateException exception)
        {
            Log.ConnectionClosedFailed(_logger, _connectionId, exception);
        }
    }

    /// <summary>
    /// Returns when all callbacks have run, also those that another thread runs: <see cref="CancellationTokenSource.Cancel()"/> by itself
    /// does not wait for those, and the reader would throw before the server knows that the peer is gone.
    /// </summary>
    /// <remarks>No lock is held meanwhile. A callback that gets here itself does not wait for its own end.</remarks>
    private void Trigger()
    {
        int thread = Environment.CurrentManagedThreadId;
        int first = Interlocked.CompareExchange(ref _triggeringThread, thread, 0);
        if (first != 0)
        {
            if (first != thread)
                _triggered.Wait(_callbackTime);
            return;
        }

        try
        {
            Cancel();
        }
        finally
        {
            _triggered.Set();
        }
    }
}
