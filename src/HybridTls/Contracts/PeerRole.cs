namespace HybridTls;

/// <summary>What the peer is in the connection.</summary>
public enum PeerRole
{
    /// <summary>The peer is the server: its certificate must allow serverAuth and carry the expected name.</summary>
    Server,

    /// <summary>The peer is a client: its certificate must allow clientAuth.</summary>
    Client,
}
