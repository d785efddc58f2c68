namespace HybridTls.Handshake;

/// <summary>What a handshake waits for its host to do: the core itself never awaits.</summary>
internal enum HostTask
{
    /// <summary>Nothing: it goes on with the peer's next message.</summary>
    None,

    /// <summary>Choose the options by the ClientHello (server only).</summary>
    SelectOptions,

    /// <summary>Sign with a key that answers asynchronously.</summary>
    Sign,

    /// <summary>Ask the user's callback about the peer.</summary>
    JudgePeer,
}
