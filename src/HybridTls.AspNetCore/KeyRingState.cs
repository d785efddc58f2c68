using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>
/// Whether the key ring works. As long as that is not known, one thread tries at a time, and after a failure only every 30 seconds:
/// storage that does not answer would otherwise hold up every handshake.
/// </summary>
internal sealed class KeyRingState(Action attempt, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _trying = new();
    private volatile bool _isUp;
    private bool _isDown;
    private long _failedAt;

    /// <summary>Whether to use the ring now; tries it if that is due.</summary>
    public bool IsUsable() => _isUp || TryRing();

#pragma warning disable CA1031 // Storage of any kind can be under the ring, and throw anything.
    /// <summary>
    /// A use has failed: tries the ring itself. It may be strangers' bytes that do not open; and when Data Protection cannot renew a ring
    /// that is a day old, one use fails, and the others go on with the old ring.
    /// </summary>
    public void Doubt(Exception exception)
    {
        if (!_trying.TryEnter())
            return;
        try
        {
            attempt();
            AspNetCoreLog.TicketFailed(logger, exception);
        }
        catch (Exception failure)
        {
            SetDown(failure);
        }
        finally
        {
            _trying.Exit();
        }
    }

    private bool TryRing()
    {
        if (!_trying.TryEnter())
            return false;
        try
        {
            if (_isUp)
                return true;
            if (_isDown && timeProvider.GetElapsedTime(_failedAt) < RetryInterval)
                return false;
            attempt();
            if (_isDown)
                AspNetCoreLog.KeyRingIsBack(logger);
            _isDown = false;
            _isUp = true;
            return true;
        }
        catch (Exception exception)
        {
            SetDown(exception);
            return false;
        }
        finally
        {
            _trying.Exit();
        }
    }
#pragma warning restore CA1031

    /// <summary>Says so once for each outage.</summary>
    private void SetDown(Exception exception)
    {
        _isUp = false;
        _failedAt = timeProvider.GetTimestamp();
        if (_isDown)
            return;
        _isDown = true;
        AspNetCoreLog.KeyRingIsDown(logger, exception);
    }
}
