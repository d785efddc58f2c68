namespace HybridTls.Connections;

/// <summary>The same options for every connection, unless they have a callback that chooses.</summary>
internal sealed class FixedOptionsSource : ServerOptionsSource
{
    private readonly Func<HybridTlsSelectionContext, ValueTask<HybridTlsServerOptions?>>? _select;
    private HybridTlsServerOptions _options;
    private EndpointDefaults _defaults;

    /// <summary>Takes a copy.</summary>
    /// <exception cref="InvalidOperationException">An option is missing or contradicts another; the message names it.</exception>
    public FixedOptionsSource(HybridTlsEndpointOptions options)
    {
        _select = options.OnConnection;
        _options = new HybridTlsServerOptions(options);
        if (_select is not null)
            _options.SelectOptions = static (_, _) => default; // says that these need no credential; SelectAsync is what is called
        else if (_options.SelectOptions is { } select)
            _select = context => select(context.ClientHello, context.CancellationToken);
        _options.Validate();
    }

    public override HybridTlsServerOptions Initial => _options;

    public override async ValueTask<HybridTlsServerOptions?> SelectAsync(HybridTlsSelectionContext context)
    {
        if (_select is null)
            return _options;
        return await _select(context).ConfigureAwait(false) is { } selected ? _defaults.Apply(selected) : null;
    }

    public override void Prepare(EndpointDefaults defaults)
    {
        _defaults = defaults;
        _options = defaults.Apply(_options).Seal();
    }
}
