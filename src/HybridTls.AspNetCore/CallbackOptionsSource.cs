using Microsoft.AspNetCore.Connections;

namespace HybridTls.AspNetCore;

/// <summary>The host chooses the options of each connection by its ClientHello.</summary>
internal sealed class CallbackOptionsSource(
    Func<ConnectionContext, ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>> select) : ServerOptionsSource
{
    private ApplicationProtocolDefaults _protocols;

    public override HybridTlsServerOptions Initial { get; } = new();

    public override async ValueTask<HybridTlsServerOptions?> SelectAsync(
        ConnectionContext connection, ClientHelloInfo clientHello, CancellationToken cancellationToken) =>
        await select(connection, clientHello, cancellationToken).ConfigureAwait(false) is { } selected ? _protocols.Apply(selected) : null;

    public override void Prepare(ApplicationProtocolDefaults protocols) => _protocols = protocols;
}
