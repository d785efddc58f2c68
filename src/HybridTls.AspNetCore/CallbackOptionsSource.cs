namespace HybridTls.AspNetCore;

/// <summary>The host chooses the options of each connection by its ClientHello.</summary>
internal sealed class CallbackOptionsSource(
    Func<HybridTlsSelectionContext, ValueTask<HybridTlsServerOptions?>> select) : ServerOptionsSource
{
    private EndpointDefaults _defaults;

    public override HybridTlsServerOptions Initial { get; } = new();

    public override async ValueTask<HybridTlsServerOptions?> SelectAsync(HybridTlsSelectionContext context) =>
        await select(context).ConfigureAwait(false) is { } selected ? _defaults.Apply(selected) : null;

    public override void Prepare(EndpointDefaults defaults) => _defaults = defaults;
}
