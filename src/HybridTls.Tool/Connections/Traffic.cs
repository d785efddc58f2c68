namespace HybridTls.Tool.Connections;

/// <summary>The application bytes of one connection.</summary>
internal sealed class Traffic
{
    /// <summary>Bytes received from the peer.</summary>
    public long Received { get; set; }

    /// <summary>Bytes sent to the peer.</summary>
    public long Sent { get; set; }
}
