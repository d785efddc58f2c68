namespace HybridTls.AspNetCore;

/// <summary>The same options for every connection, unless they have a callback of their own.</summary>
internal sealed class FixedOptionsSource(HybridTlsServerOptions options) : ServerOptionsSource
{
    private HybridTlsServerOptions _options = new(options);
    private EndpointDefaults _defaults;

    public override HybridTlsServerOptions Initial => _options;

    public override async ValueTask<HybridTlsServerOptions?> SelectAsync(HybridTlsSelectionContext context)
    {
        if (_options.SelectOptions is not { } select)
            return _options;
        return await select(context.ClientHello, context.CancellationToken).ConfigureAwait(false) is { } selected ? _defaults.Apply(selected) : null;
    }

    public override void Prepare(EndpointDefaults defaults)
    {
        _defaults = defaults;
        _options = defaults.Apply(_options).Seal();
    }
}
