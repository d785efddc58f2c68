namespace HybridTls;

/// <summary>Keeps the newest sessions of the servers that a client used last, in memory. Thread-safe.</summary>
public sealed class ClientSessionCache : IClientSessionCache, IDisposable
{
    private readonly Lock _lock = new();
    private readonly int _maxServers;
    private readonly int _maxSessionsPerServer;
    private readonly bool _singleUse;
    private Dictionary<string, LinkedListNode<Entry>>? _entries;
    private LinkedList<Entry>? _recent;
    private bool _disposed;

    /// <summary>
    /// Creates a cache. An empty one holds no memory to speak of; a session holds the server's certificates and its ticket, with our servers
    /// some 200 bytes or, with the client's certificates, 6 to 12 kB, and with no server more than 32 KiB.
    /// </summary>
    /// <param name="maxServers">How many servers are remembered; the one not used for longest is dropped. At least 1.</param>
    /// <param name="maxSessionsPerServer">How many sessions of each, so that as many connections can be opened at a time. At least 1.</param>
    /// <param name="singleUse">
    /// Whether a session is given out once (RFC 9846 appendix C.4). False lets many connections use one ticket: fewer full handshakes with
    /// servers that send few tickets, but an observer sees that the connections belong together.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public ClientSessionCache(int maxServers = 256, int maxSessionsPerServer = 4, bool singleUse = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxServers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSessionsPerServer, 1);
        _maxServers = maxServers;
        _maxSessionsPerServer = maxSessionsPerServer;
        _singleUse = singleUse;
    }

    /// <summary>How many sessions are kept now, of all servers.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _recent?.Sum(static entry => entry.Sessions.Count) ?? 0;
        }
    }

    /// <inheritdoc/>
    public void Add(string key, ClientSession session)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(session);
        lock (_lock)
        {
            if (_disposed)
            {
                session.Dispose();
                return;
            }

            List<ClientSession> sessions = Touch(key);
            if (sessions.Count == _maxSessionsPerServer)
            {
                sessions[0].Dispose();
                sessions.RemoveAt(0);
            }

            sessions.Add(session);
        }
    }

    /// <inheritdoc/>
    public ClientSession? Take(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            if (_entries is null || !_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
                return null;
            List<ClientSession> sessions = node.Value.Sessions;
            ClientSession newest = sessions[^1];
            if (!_singleUse)
            {
                MoveToFront(node);
                return newest.Duplicate();
            }

            sessions.RemoveAt(sessions.Count - 1);
            if (sessions.Count == 0)
                Remove(node);
            else
                MoveToFront(node);
            return newest;
        }
    }

    /// <summary>Forgets all sessions: after a change of what the client trusts, say.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            while (_recent is { First: { } node })
                Remove(node);
        }
    }

    /// <summary>Forgets all sessions, and keeps none from now on.</summary>
    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        Clear();
    }

    private List<ClientSession> Touch(string key)
    {
        _entries ??= new Dictionary<string, LinkedListNode<Entry>>(StringComparer.Ordinal);
        _recent ??= new LinkedList<Entry>();
        if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            MoveToFront(node);
            return node.Value.Sessions;
        }

        if (_entries.Count == _maxServers)
            Remove(_recent.Last!);
        node = _recent.AddFirst(new Entry(key, []));
        _entries.Add(key, node);
        return node.Value.Sessions;
    }

    private void MoveToFront(LinkedListNode<Entry> node)
    {
        _recent!.Remove(node);
        _recent.AddFirst(node);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _recent!.Remove(node);
        _entries!.Remove(node.Value.Key);
        foreach (ClientSession session in node.Value.Sessions)
            session.Dispose();
    }

    private sealed record Entry(string Key, List<ClientSession> Sessions);
}
