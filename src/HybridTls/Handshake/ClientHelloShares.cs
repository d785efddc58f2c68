namespace HybridTls.Handshake;

/// <summary>Which key shares a ClientHello carries.</summary>
internal enum ClientHelloShares
{
    /// <summary>Ours, and a reserved one that servers must ignore (RFC 8701).</summary>
    Initial,

    /// <summary>Just the one that HelloRetryRequest selected (RFC 9846 §4.2.2).</summary>
    Selected,

    /// <summary>None: asks for HelloRetryRequest.</summary>
    None,
}
