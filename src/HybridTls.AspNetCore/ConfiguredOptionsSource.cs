using HybridTls.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>
/// The options of a section of the configuration. What it names is looked at again and again: a change serves new connections, and the
/// others go on; a change that cannot be used is logged once and changes nothing. Contents are compared, not times or events, so that
/// links that are switched (as Kubernetes does), network drives and editors that rename all work.
/// </summary>
internal sealed class ConfiguredOptionsSource : ServerOptionsSource, IDisposable
{
    private readonly IConfigurationSection _section;
    private readonly Action<HybridTlsEndpointOptions>? _configure;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly string _root;
    private readonly Lock _reloading = new();
    private readonly Queue<(HybridTlsCredential Credential, long Since)> _retired = new();
    private readonly CancellationTokenRegistration _stopping;
    private volatile ConfiguredServer _server;
    private EndpointDefaults _defaults;
    private byte[] _fingerprint;
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Loads the options for the first time.</summary>
    /// <exception cref="InvalidOperationException">Something cannot work; the message names the key.</exception>
    public ConfiguredOptionsSource(
        IConfigurationSection section, Action<HybridTlsEndpointOptions>? configure, IServiceProvider? services, ILogger logger)
    {
        _section = section;
        _configure = configure;
        _logger = logger;
        _timeProvider = services?.GetService<TimeProvider>() ?? TimeProvider.System;
        _root = services?.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        _fingerprint = ConfiguredServer.Fingerprint(section, _root);
        _server = ConfiguredServer.Load(section, _root, configure);
        Endpoint = ConfiguredServer.ReadEndpoint(section, configure);
        if (services?.GetService<IHostApplicationLifetime>() is { } lifetime)
            _stopping = lifetime.ApplicationStopped.Register(Dispose);
    }

    public override HybridTlsServerOptions Initial => _server.Any;

    /// <summary>What handshakes may cost, and how often to look for changes; read once, at the start.</summary>
    public HybridTlsEndpointOptions Endpoint { get; }

    public override ValueTask<HybridTlsServerOptions?> SelectAsync(HybridTlsSelectionContext context) =>
        new(_server.Select(context.ClientHello.ServerName));

    public override void Prepare(EndpointDefaults defaults)
    {
        lock (_reloading)
        {
            _defaults = defaults;
            _server = _server.Apply(defaults);
            if (Endpoint.ReloadInterval > TimeSpan.Zero && !_disposed)
            {
                _timer ??= _timeProvider.CreateTimer(
                    static state => ((ConfiguredOptionsSource)state!).Reload(), this, Endpoint.ReloadInterval, Endpoint.ReloadInterval);
            }
        }
    }

    /// <summary>Looks for changes now.</summary>
    public void Reload()
    {
        // The next tick looks again if this one takes long.
        if (!_reloading.TryEnter())
            return;
        try
        {
            if (_disposed)
                return;
            DisposeRetired();
            byte[] fingerprint = ConfiguredServer.Fingerprint(_section, _root);
            if (fingerprint.AsSpan().SequenceEqual(_fingerprint))
                return;
            _fingerprint = fingerprint;
            ConfiguredServer server = ConfiguredServer.Load(_section, _root, _configure).Apply(_defaults);
            foreach (HybridTlsCredential credential in _server.Credentials)
                _retired.Enqueue((credential, _timeProvider.GetTimestamp()));
            _server = server;
            foreach (HybridTlsCredential credential in server.Credentials)
                AspNetCoreLog.Reloaded(_logger, _section.Path, credential.ToString(), credential.NotAfter);
        }
#pragma warning disable CA1031 // This runs on a timer: the service must go on with what it has.
        catch (Exception exception)
        {
            AspNetCoreLog.ReloadFailed(_logger, _section.Path, exception);
        }
#pragma warning restore CA1031
        finally
        {
            _reloading.Exit();
        }
    }

    /// <summary>Stops watching and disposes the credentials.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_reloading)
        {
            if (_disposed)
                return;
            _disposed = true;
            while (_retired.TryDequeue(out (HybridTlsCredential Credential, long Since) retired))
                retired.Credential.Dispose();
            foreach (HybridTlsCredential credential in _server.Credentials)
                credential.Dispose();
        }

        _stopping.Dispose();
    }

    /// <summary>Handshakes under way still sign with a credential that was replaced: it lives until their deadline is long over.</summary>
    private void DisposeRetired()
    {
        TimeSpan grace = _server.Any.HandshakeTimeout * 2;
        while (_retired.TryPeek(out (HybridTlsCredential Credential, long Since) retired)
            && _timeProvider.GetElapsedTime(retired.Since) > grace)
        {
            _retired.Dequeue().Credential.Dispose();
        }
    }
}
