using Microsoft.AspNetCore.Connections;

namespace HybridTls.AspNetCore;

/// <summary>The host chooses the options of each connection by its ClientHello.</summary>
internal sealed class CallbackOptionsSource(
    Func<ConnectionContext, ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>> select) : ServerOptionsSource
{
    private EndpointDefaults _defaults;

    public override HybridTlsServerOptions Initial { get; } = new();

    public override async ValueTask<HybridTlsServerOptions?> SelectAsync(
        ConnectionContext connection, ClientHelloInfo clientHello, CancellationToken cancellationToken) =>
        await select(connection, clientHello, cancellationToken).ConfigureAwait(false) is { } selected ? _defaults.Apply(selected) : null;

    public override void Prepare(EndpointDefaults defaults) => _defaults = defaults;
}
