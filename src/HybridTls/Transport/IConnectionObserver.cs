namespace HybridTls.Transport;

/// <summary>
/// A host that ends what runs on a connection when the connection is lost. Flushes to a lost connection then end as completed, as
/// those to a host's transports do: the host has the reason, and throws nothing at whoever writes.
/// </summary>
internal interface IConnectionObserver
{
    /// <summary>Waits a moment for the peer to close the connection: it is being sent a fatal alert, which a reset may overtake.</summary>
    ValueTask LingerAsync();

    /// <summary>Nothing more can be read; the reader learns it next.</summary>
    void OnLost(Exception failure);
}
