namespace HybridTls.AspNetCore;

/// <summary>
/// What a server's middleware does around the handshakes; what a handshake negotiates is <see cref="HybridTlsServerOptions"/>'s.
/// </summary>
public sealed class HybridTlsMiddlewareOptions
{
    /// <summary>What every timer takes: a little less than 2^31 milliseconds.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(24);

    /// <summary>Creates options with the defaults.</summary>
    public HybridTlsMiddlewareOptions()
    {
    }

    /// <summary>Copies <paramref name="other"/>.</summary>
    public HybridTlsMiddlewareOptions(HybridTlsMiddlewareOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        HandshakeTimeout = other.HandshakeTimeout;
        MaxConcurrentHandshakes = other.MaxConcurrentHandshakes;
        MaxQueuedHandshakes = other.MaxQueuedHandshakes;
        ReloadInterval = other.ReloadInterval;
        OnHandshakeFailed = other.OnHandshakeFailed;
    }

    /// <summary>
    /// The deadline of everything before the first application byte: the wait for the ClientHello and in the queue, the callbacks, and
    /// the handshake. Without a value (the default) it is <see cref="HybridTlsOptions.HandshakeTimeout"/>, 10 seconds.
    /// </summary>
    public TimeSpan? HandshakeTimeout { get; set; }

    /// <summary>
    /// How many handshakes may run at a time. A peer takes a place when its ClientHello is complete, so that silent peers take none.
    /// Default: 1024; null for any number.
    /// </summary>
    public int? MaxConcurrentHandshakes { get; set; } = 1024;

    /// <summary>
    /// How many more wait for a place, first come first served. Those beyond are refused at once (internal_error). Default: 4096.
    /// </summary>
    public int MaxQueuedHandshakes { get; set; } = 4096;

    /// <summary>
    /// How often the files that the configuration names are looked at; new certificates serve new connections, the others go on.
    /// Default: 5 seconds; <see cref="Timeout.InfiniteTimeSpan"/> for never. Only for options from the configuration.
    /// </summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Called for every handshake that failed, after the peer was told. It must not block; what it throws is logged.</summary>
    public Action<FailedHandshake>? OnHandshakeFailed { get; set; }

    /// <summary>Refuses options that cannot work.</summary>
    /// <exception cref="InvalidOperationException">An option cannot work; the message names it.</exception>
    internal void Validate()
    {
        if (HandshakeTimeout is { } timeout)
            ThrowIfNoTimerTakes(timeout, nameof(HandshakeTimeout));
        if (MaxConcurrentHandshakes is <= 0)
            throw new InvalidOperationException(
                $"MaxConcurrentHandshakes is {MaxConcurrentHandshakes}; it must be positive, or null for any number.");
        if (MaxQueuedHandshakes < 0)
            throw new InvalidOperationException($"MaxQueuedHandshakes is {MaxQueuedHandshakes}; it must not be negative.");
        ThrowIfNoTimerTakes(ReloadInterval, nameof(ReloadInterval));
    }

    private static void ThrowIfNoTimerTakes(TimeSpan time, string option)
    {
        if ((time <= TimeSpan.Zero && time != Timeout.InfiniteTimeSpan) || time > MaxTime)
            throw new InvalidOperationException($"{option} is {time}; it must be positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
    }
}
