using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>
/// Knows the ring's keys and which are revoked. Data Protection keeps a ring for a day, and in its first two minutes reads it anew for
/// every id that it does not know: a revocation must count sooner, and strangers must not make us read storage as often as they like.
/// </summary>
/// <remarks>Uses never wait: the ring is read in the background when that is due, and at once by whoever revokes in this process.</remarks>
internal sealed class KeyRingWatch
{
    private static readonly TimeSpan StrangerInterval = TimeSpan.FromSeconds(1);

    private readonly IKeyManager _keys;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Guid, bool> _isRevoked = new();
    private readonly Lock _reading = new();
    private long _readAt;
    private long _strangerAt;
    private int _isReading;
    private volatile bool _hasRead;
    private bool _hasFailed;

    public KeyRingWatch(IKeyManager keys, TimeSpan interval, TimeProvider timeProvider, ILogger logger)
    {
        _keys = keys;
        _interval = interval;
        _timeProvider = timeProvider;
        _logger = logger;
        _strangerAt = timeProvider.GetTimestamp() - (long)(StrangerInterval.TotalSeconds * timeProvider.TimestampFrequency);
        WatchThisProcess();
        ReadInBackground();
    }

    /// <summary>Whether the ring is being read in the background; for tests.</summary>
    public bool IsReading => Volatile.Read(ref _isReading) == 1;

    /// <summary>Whether a key may be used: it is not revoked, and not the second unknown one within a second.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="isOurs">Whether the id comes from the ring itself, and not from the network.</param>
    public bool Accepts(Guid id, bool isOurs)
    {
        if (_timeProvider.GetElapsedTime(Volatile.Read(ref _readAt)) >= _interval)
            ReadInBackground();
        if (_isRevoked.TryGetValue(id, out bool isRevoked))
            return !isRevoked;
        if (isOurs)
            Learn(id);
        return isOurs || !_hasRead || MayAskForStranger();
    }

    /// <summary>A key that has sealed or opened something is no stranger.</summary>
    public void Learn(Guid id) => _isRevoked.TryAdd(id, false);

    private bool MayAskForStranger()
    {
        long last = Volatile.Read(ref _strangerAt);
        return _timeProvider.GetElapsedTime(last) >= StrangerInterval
            && Interlocked.CompareExchange(ref _strangerAt, _timeProvider.GetTimestamp(), last) == last;
    }

    private void ReadInBackground()
    {
        if (Interlocked.Exchange(ref _isReading, 1) == 1)
            return;
        Volatile.Write(ref _readAt, _timeProvider.GetTimestamp());
        ThreadPool.UnsafeQueueUserWorkItem(
            static watch =>
            {
                watch.Read();
                Volatile.Write(ref watch._isReading, 0);
            },
            this,
            preferLocal: false);
    }

#pragma warning disable CA1031 // Storage of any kind can be under the ring, and throw anything; the keys known so far stay.
    private void Read()
    {
        lock (_reading)
        {
            try
            {
                foreach (IKey key in _keys.GetAllKeys())
                {
                    if (key.IsRevoked)
                        _isRevoked[key.KeyId] = true;
                    else
                        Learn(key.KeyId);
                }

                _hasRead = true;
                _hasFailed = false;
            }
            catch (Exception exception)
            {
                if (!_hasFailed)
                    AspNetCoreLog.RevocationsNotRead(_logger, exception);
                _hasFailed = true;
            }
        }
    }

    /// <summary>The manager's token is cancelled, on the thread that does it, when this process revokes or adds a key.</summary>
    private void WatchThisProcess()
    {
        try
        {
            CancellationToken token = _keys.GetCacheExpirationToken();
            if (token.IsCancellationRequested)
                return; // a manager that never renews it
            token.UnsafeRegister(
                static state =>
                {
                    KeyRingWatch watch = (KeyRingWatch)state!;
                    watch.WatchThisProcess();
                    watch.Read();
                },
                this);
        }
        catch (Exception exception)
        {
            AspNetCoreLog.RevocationsNotRead(_logger, exception);
        }
    }
#pragma warning restore CA1031
}
