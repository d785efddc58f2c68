using System.Net;
using System.Threading.RateLimiting;
using HybridTls.Transport;
using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>
/// Bounds what the handshakes of one endpoint take: the processors, for which they wait in a queue, and the memory of those that wait for
/// their client, of which the oldest are given up.
/// </summary>
#pragma warning disable CA1001 // It lives as long as its endpoint, which nobody disposes; the limiter holds no resource but its queue.
internal sealed class HandshakeGate // HT-SHELL-14
#pragma warning restore CA1001
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrencyLimiter? _limiter;
    private readonly HybridTlsEndpointOptions _options;
    private readonly HandshakesUnderWay _underWay;
    private readonly ILogger _logger;
    private long _nextWarning;

    public HandshakeGate(HybridTlsEndpointOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _underWay = new HandshakesUnderWay(options.MaxHalfOpenHandshakes, options.MaxHalfOpenHandshakesPerAddress);
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

    /// <summary>A handshake begins; the caller disposes what it gets when it has ended.</summary>
    /// <param name="remote">The peer's address; null where the transport has none.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="timeProvider">The clock of <paramref name="limit"/>.</param>
    public HandshakeTicket Begin(EndPoint? remote, TimeSpan limit, TimeProvider timeProvider)
    {
        HandshakeTicket ticket = new(this, limit, timeProvider);
        if (_underWay.Add(ticket, (remote as IPEndPoint)?.Address) is { } oldest)
        {
            WarnNowAndThen();
            oldest.Evict();
        }

        return ticket;
    }

    /// <summary>A handshake has ended.</summary>
    public void End(HandshakeTicket ticket) => _underWay.Remove(ticket);

    /// <summary>Waits for a place at a processor, which the caller gives back by disposing; null where there is no limit.</summary>
    /// <exception cref="HybridTlsException">Too many are waiting already.</exception>
    public async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        if (_limiter is null)
            return null;
        RateLimitLease lease = await _limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        WarnNowAndThen();
        throw TlsError.Create(FailureReason.Overloaded, _options.MaxQueuedHandshakes, _options.MaxConcurrentHandshakes);
    }

    /// <summary>A flood must not become a flood of log lines.</summary>
    private void WarnNowAndThen()
    {
        long now = Environment.TickCount64;
        long next = Volatile.Read(ref _nextWarning);
        if (now >= next && Interlocked.CompareExchange(ref _nextWarning, now + (long)WarningInterval.TotalMilliseconds, next) == next)
            Log.Refusing(_logger, _options.MaxQueuedHandshakes, _options.MaxHalfOpenHandshakes, _options.MaxHalfOpenHandshakesPerAddress);
    }
}
