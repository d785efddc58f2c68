using System.Diagnostics.Tracing;

namespace HybridTls.Connections;

/// <summary>The event source <c>HybridTls</c>, with the events that Kestrel's own source has for its TLS (dotnet-trace, dotnet-monitor).</summary>
[EventSource(Name = TlsNames.Source)]
internal sealed class HybridTlsEventSource : EventSource
{
    public static readonly HybridTlsEventSource Instance = new();

    private HybridTlsEventSource()
    {
    }

    /// <summary>A handshake begins.</summary>
    [Event(1, Level = EventLevel.Informational)]
    public void TlsHandshakeStart(string connectionId, string role)
    {
        if (IsEnabled())
            WriteEvent(1, connectionId, role);
    }

    /// <summary>A handshake has ended, well or not.</summary>
    [Event(2, Level = EventLevel.Informational)]
    public void TlsHandshakeStop(string connectionId, string role, string protocol)
    {
        if (IsEnabled())
            WriteEvent(2, connectionId, role, protocol);
    }

    /// <summary>A handshake has failed; <see cref="TlsHandshakeStop"/> follows.</summary>
    [Event(3, Level = EventLevel.Error)]
    public void TlsHandshakeFailed(string connectionId, string role, string reason)
    {
        if (IsEnabled())
            WriteEvent(3, connectionId, role, reason);
    }
}
