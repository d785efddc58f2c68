using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>Limits how many handshakes run at a time; some more wait, the others are refused.</summary>
#pragma warning disable CA1001 // It lives as long as its endpoint, which nobody disposes; the limiter holds no resource but its queue.
internal sealed class HandshakeGate
#pragma warning restore CA1001
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrencyLimiter? _limiter;
    private readonly HybridTlsMiddlewareOptions _options;
    private readonly ILogger _logger;
    private long _nextWarning;

    public HandshakeGate(HybridTlsMiddlewareOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        if (options.MaxConcurrentHandshakes is { } limit)
        {
            _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
            {
                PermitLimit = limit,
                QueueLimit = options.MaxQueuedHandshakes,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            });
        }
    }

    /// <summary>Waits for a place, which the caller gives back by disposing; null where there is no limit.</summary>
    /// <exception cref="HandshakeRefusedException">Too many are waiting already.</exception>
    public async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        if (_limiter is null)
            return null;
        RateLimitLease lease = await _limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        WarnNowAndThen();
        throw new HandshakeRefusedException(
            $"{_options.MaxConcurrentHandshakes} handshakes are running and {_options.MaxQueuedHandshakes} are waiting: " +
            "this one is refused.");
    }

    /// <summary>A flood must not become a flood of log lines.</summary>
    private void WarnNowAndThen()
    {
        long now = Environment.TickCount64;
        long next = Volatile.Read(ref _nextWarning);
        if (now >= next && Interlocked.CompareExchange(ref _nextWarning, now + (long)WarningInterval.TotalMilliseconds, next) == next)
            Log.Refusing(_logger, _options.MaxConcurrentHandshakes ?? 0, _options.MaxQueuedHandshakes);
    }
}
