using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.AspNetCore;

/// <summary>What the endpoint and the host's services say where the options say nothing.</summary>
/// <param name="Protocols">The application protocols.</param>
/// <param name="TicketProtector">Seals tickets; null: as the options' own default.</param>
internal readonly record struct EndpointDefaults(ApplicationProtocolDefaults Protocols, ITicketProtector? TicketProtector)
{
    /// <summary>Read when the endpoint is bound.</summary>
    /// <exception cref="InvalidOperationException">The endpoint speaks nothing that runs over TCP.</exception>
    public static EndpointDefaults Of(IConnectionBuilder builder) =>
        new(ApplicationProtocolDefaults.Of(builder), builder.ApplicationServices?.GetService<ITicketProtector>());

    /// <summary>The options, completed in a copy: they are the host's, who may use them elsewhere.</summary>
    public HybridTlsServerOptions Apply(HybridTlsServerOptions options)
    {
        HybridTlsServerOptions completed = Protocols.Apply(options);
        if (TicketProtector is null || completed.TicketProtector is not null)
            return completed;
        if (ReferenceEquals(completed, options))
            completed = new HybridTlsServerOptions(options);
        completed.TicketProtector = TicketProtector;
        return completed;
    }
}
