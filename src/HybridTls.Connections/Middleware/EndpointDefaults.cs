using System.Net.Security;

namespace HybridTls.Connections;

/// <summary>What the endpoint and the host's services say where the options say nothing.</summary>
/// <param name="Protocols">The application protocols; null: none.</param>
/// <param name="TicketProtector">Seals tickets; null: as the options' own default.</param>
internal readonly record struct EndpointDefaults(IReadOnlyList<SslApplicationProtocol>? Protocols, ITicketProtector? TicketProtector)
{
    /// <summary>The options, completed in a copy: they are the host's, who may use them elsewhere.</summary>
    public HybridTlsServerOptions Apply(HybridTlsServerOptions options)
    {
        bool lacksProtocols = Protocols is not null && options.ApplicationProtocols.Count == 0;
        bool lacksProtector = TicketProtector is not null && options.TicketProtector is null;
        if (!lacksProtocols && !lacksProtector)
            return options;
        HybridTlsServerOptions completed = new(options);
        if (lacksProtocols)
            completed.ApplicationProtocols = [.. Protocols!];
        if (lacksProtector)
            completed.TicketProtector = TicketProtector;
        return completed;
    }
}
