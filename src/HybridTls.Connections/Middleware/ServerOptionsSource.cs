namespace HybridTls.Connections;

/// <summary>Where a server's options come from: fixed ones, a callback, or the configuration.</summary>
internal abstract class ServerOptionsSource
{
    /// <summary>The options until the ClientHello is there: limits, clock, deadline.</summary>
    public abstract HybridTlsServerOptions Initial { get; }

    /// <summary>The options of one connection; null refuses the name.</summary>
    public abstract ValueTask<HybridTlsServerOptions?> SelectAsync(HybridTlsSelectionContext context);

    /// <summary>Refuses what cannot work, before the first connection, and learns what the endpoint and the services say where options say nothing.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    public abstract void Prepare(EndpointDefaults defaults);
}
