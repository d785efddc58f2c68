namespace HybridTls;

/// <summary>Runs a clean-up once, when disposal was asked for and the last operation under way has ended.</summary>
internal sealed class UsageGate(Action cleanUp)
{
    private const int Closed = 1 << 30;
    private int _users;
    private int _cleaned;

    /// <summary>Begins an operation, which <see cref="Exit"/> ends.</summary>
    /// <exception cref="ObjectDisposedException">Disposal was asked for.</exception>
    public void Enter(object owner)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), owner);
    }

    /// <summary>Begins an operation unless disposal was asked for.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _users) < Closed)
            return true;
        Exit();
        return false;
    }

    /// <summary>Ends an operation.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == Closed)
            CleanUpOnce();
    }

    /// <summary>Asks for disposal; only the first call does anything.</summary>
    public void Close()
    {
        int before = Interlocked.Or(ref _users, Closed);
        if (before == 0)
            CleanUpOnce();
    }

    /// <summary>Operations that come after the closing pass through <see cref="Exit"/> too: memory must not go back to the pool twice.</summary>
    private void CleanUpOnce()
    {
        if (Interlocked.Exchange(ref _cleaned, 1) == 0)
            cleanUp();
    }
}
