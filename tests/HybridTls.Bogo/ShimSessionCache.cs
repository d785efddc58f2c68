namespace HybridTls.Bogo;

/// <summary>Keeps the newest session whatever it belongs to: each connection of the shim offers what the one before it left.</summary>
internal sealed class ShimSessionCache : IClientSessionCache
{
    private ClientSession? _newest;

    /// <summary>Whether a session waits.</summary>
    public bool IsEmpty => _newest is null;

    /// <summary>How many sessions came so far.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public void Add(string key, ClientSession session)
    {
        Count++;
        _newest?.Dispose();
        _newest = session;
    }

    /// <inheritdoc/>
    public ClientSession? Take(string key)
    {
        ClientSession? session = _newest;
        _newest = null;
        return session;
    }
}
