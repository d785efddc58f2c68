namespace HybridTls.Connections;

/// <summary>The sum over all connections of one role, the ended ones included: it only grows.</summary>
internal sealed class TrafficTotals(PeerRole peer)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ITraffic> _active = [];
    private long _received;
    private long _sent;

    /// <summary>What the peer is.</summary>
    public PeerRole Peer => peer;

    /// <summary>The sums.</summary>
    public (long Received, long Sent) Total
    {
        get
        {
            lock (_lock)
            {
                long received = _received;
                long sent = _sent;
                foreach (ITraffic traffic in _active)
                {
                    received += traffic.BytesReceived;
                    sent += traffic.BytesSent;
                }

                return (received, sent);
            }
        }
    }

    public void Add(ITraffic traffic)
    {
        lock (_lock)
            _active.Add(traffic);
    }

    /// <summary>Takes the last values of a connection that ends.</summary>
    public void Remove(ITraffic traffic)
    {
        lock (_lock)
        {
            if (!_active.Remove(traffic))
                return;
            _received += traffic.BytesReceived;
            _sent += traffic.BytesSent;
        }
    }
}
