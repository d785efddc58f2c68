using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HybridTls;

/// <summary>What servers find in the host's services.</summary>
public static class HybridTlsServiceCollectionExtensions
{
    /// <summary>
    /// Seals tickets with the keys of ASP.NET Core Data Protection, so that the servers of a fleet resume each other's sessions. They
    /// need the same key ring (<c>AddDataProtection().PersistKeysTo...</c>) and the same application name (<c>SetApplicationName</c>).
    /// </summary>
    /// <param name="services">The host's services. An <see cref="ITicketProtector"/> that is registered already stays.</param>
    /// <param name="configure">Sets the options, at once.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>
    /// Every <c>UseHybridTls</c> of the host uses it whose options name no <see cref="HybridTlsServerOptions.TicketProtector"/>. While the
    /// ring cannot be read, handshakes are full ones, and it is logged. Whoever has the ring can resume the sessions of the tickets that
    /// it sealed, as server and as client, and make sessions up in the name of any client whose certificate he has, but decrypt no recorded
    /// connection: protect it at rest.
    /// </remarks>
    /// <exception cref="InvalidOperationException">An option cannot work; the message names it.</exception>
    public static IServiceCollection AddHybridTlsTicketProtection(
        this IServiceCollection services, Action<HybridTlsTicketProtectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        HybridTlsTicketProtectionOptions options = new();
        configure?.Invoke(options);
        options.Validate();
        services.AddDataProtection();
        services.TryAddSingleton<ITicketProtector>(provider =>
        {
            Telemetry telemetry = Telemetry.From(provider);
            return new DataProtectionTicketProtector(
                provider.GetRequiredService<IDataProtectionProvider>(),
                provider.GetRequiredService<IKeyManager>(),
                options,
                provider.GetService<TimeProvider>() ?? TimeProvider.System,
                telemetry.Logger);
        });
        return services;
    }
}
