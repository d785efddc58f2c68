namespace HybridTls.Cryptography;

/// <summary>
/// Lets a key or a connection be disposed while other threads use it: uses that began go on with intact secrets, later ones are refused,
/// and the last to leave zeroes. (A signature made from half-zeroed secrets could give the other half away.)
/// </summary>
/// <param name="release">Zeroes the secrets; called once.</param>
internal sealed class UseGuard(Action release)
{
    private const int Closed = 1;
    private const int OneUse = 2;

    // The number of uses under way times two, plus one once closed.
    private int _state;

    /// <summary>Begins a use, which ends when the result is disposed.</summary>
    /// <param name="owner">The object that the exception names.</param>
    /// <exception cref="ObjectDisposedException">The guard is closed.</exception>
    public Use Enter(object owner)
    {
        ObjectDisposedException.ThrowIf(!TryEnter(), owner);
        return new Use(this);
    }

    /// <summary>Begins a use, which <see cref="Exit"/> ends, unless the guard is closed.</summary>
    public bool TryEnter()
    {
        int state = Volatile.Read(ref _state);
        while ((state & Closed) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + OneUse, state);
            if (seen == state)
                return true;
            state = seen;
        }

        return false;
    }

    /// <summary>Ends a use.</summary>
    public void Exit()
    {
        if (Interlocked.Add(ref _state, -OneUse) == Closed)
            release();
    }

    /// <summary>Refuses uses from now on.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
            release();
    }

    /// <summary>A use under way.</summary>
    internal readonly ref struct Use(UseGuard guard) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => guard.Exit();
    }
}
