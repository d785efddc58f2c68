using HybridTls.Transport;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>
/// The <c>ConnectionClosed</c> of a protected connection: it is triggered with that of the transport, and when the peer breaks or ends
/// the protection. A server looks at it to tell a lost peer from an application's fault, so it comes before the reader's exception;
/// the transport's own comes at any time.
/// </summary>
internal sealed class ConnectionEnd : CancellationTokenSource, IConnectionObserver
{
    /// <summary>What a peer gets to read an alert and close.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(250);

    private readonly CancellationToken _transport;
    private readonly CancellationTokenRegistration _registration;
    private readonly string _connectionId;
    private readonly ILogger _logger;

    public ConnectionEnd(string connectionId, ILogger logger, CancellationToken transport)
    {
        _transport = transport;
        _connectionId = connectionId;
        _logger = logger;
        _registration = transport.UnsafeRegister(static state => ((ConnectionEnd)state!).Cancel(), this);
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
            Cancel();
        }
        catch (AggregateException exception)
        {
            Log.ConnectionClosedFailed(_logger, _connectionId, exception);
        }
    }

    /// <summary>Ends the link to the transport.</summary>
    /// <returns>The transport's token.</returns>
    public CancellationToken Detach()
    {
        _registration.Dispose();
        return _transport;
    }
}
