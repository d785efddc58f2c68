namespace HybridTls;

/// <summary>Whether the sender of a KeyUpdate asks for one in return (RFC 9846 §4.7.3).</summary>
internal enum KeyUpdateRequest : byte
{
    /// <summary>update_not_requested.</summary>
    NotRequested = 0,

    /// <summary>update_requested.</summary>
    Requested = 1,
}
