using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls;

/// <summary>
/// Puts post-quantum TLS 1.3 under the connections of Kestrel's endpoints. Options that cannot work are refused when the host starts.
/// Without application protocols, the endpoint's <see cref="ListenOptions.Protocols"/> names them.
/// </summary>
public static class HybridTlsListenOptionsExtensions
{
    /// <summary>The section of the configuration that <see cref="UseHybridTls{TBuilder}(TBuilder)"/> reads.</summary>
    public const string DefaultSection = "HybridTls";

    /// <summary>Authenticates the server with <paramref name="credential"/>; all else is default.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="credential">Who we are. It stays the caller's to dispose.</param>
    /// <returns><paramref name="listen"/>.</returns>
    public static ListenOptions UseHybridTls(this ListenOptions listen, HybridTlsCredential credential) =>
        listen.UseHybridTls(EndpointOptions.Of(credential));

    /// <summary>Sets the options in a callback, which runs at once.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="configure">Sets the options; it must set <see cref="HybridTlsOptions.Credential"/>, or what chooses one.</param>
    /// <returns><paramref name="listen"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static ListenOptions UseHybridTls(this ListenOptions listen, Action<HybridTlsEndpointOptions> configure) =>
        listen.UseHybridTls(EndpointOptions.Of(configure));

    /// <summary>Uses <paramref name="options"/>, as they are now.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <returns><paramref name="listen"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static ListenOptions UseHybridTls(this ListenOptions listen, HybridTlsEndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(options);
        return ServerMiddleware.Use(listen, new FixedOptionsSource(options), options, new KestrelEndpoint(listen));
    }

    /// <summary>
    /// Serves the clients that HybridTls can serve, and leaves all others to <paramref name="fallback"/>: those that do not offer TLS 1.3,
    /// X25519MLKEM768 or mldsa65. The choice is made by the ClientHello, which the fallback finds untouched.
    /// Any client can choose the fallback by what it offers, so that must ask for client certificates itself where they are required.
    /// </summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="configure">Sets the options, as in the method without a fallback.</param>
    /// <param name="fallback">Adds the other TLS to the endpoint it is given, e.g. <c>endpoint => endpoint.UseHttps()</c>.</param>
    /// <returns><paramref name="listen"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static ListenOptions UseHybridTls(
        this ListenOptions listen, Action<HybridTlsEndpointOptions> configure, Action<ListenOptions> fallback) =>
        listen.UseHybridTls(EndpointOptions.Of(configure), fallback);

    /// <summary>As the method with a callback: uses <paramref name="options"/>, as they are now, and a fallback.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <param name="fallback">Adds the other TLS to the endpoint it is given, e.g. <c>endpoint => endpoint.UseHttps()</c>.</param>
    /// <returns><paramref name="listen"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static ListenOptions UseHybridTls(this ListenOptions listen, HybridTlsEndpointOptions options, Action<ListenOptions> fallback)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(fallback);
        return ServerMiddleware.Use(listen, new FixedOptionsSource(options), options, new KestrelEndpoint(listen), fallback);
    }

    /// <summary>
    /// Takes the options from the section <c>HybridTls</c> of the host's configuration (appsettings.json), and new certificates from
    /// the files it names without dropping connections.
    /// </summary>
    /// <param name="builder">The endpoint.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration cannot work; the message names the key to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(this TBuilder builder)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        IConfiguration configuration = builder.ApplicationServices?.GetService<IConfiguration>()
            ?? throw new InvalidOperationException(
                "The host has no IConfiguration to take the section HybridTls from: pass UseHybridTls a section, or options.");
        return builder.UseHybridTls(configuration.GetSection(DefaultSection));
    }

    /// <summary>Takes the options from a section of the configuration, and new certificates from the files it names.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="section">The section; its keys are those of the options, and a wrong one is answered with a list of all.</param>
    /// <param name="configure">
    /// Sets what a file cannot say. It is applied after the configuration, to the section and to each entry of its <c>Sni</c>, at the start
    /// and at every reload. The credential is the section's.
    /// </param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration cannot work; the message names the key to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder, IConfigurationSection section, Action<HybridTlsEndpointOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        EndpointHost host = builder is ListenOptions listen ? new KestrelEndpoint(listen) : new EndpointHost(builder);
        ConfiguredOptionsSource source = new(section, configure, builder.ApplicationServices, host.Telemetry.Logger);
        if (!ConfiguredServer.FallsBackToHttps(section))
            return ServerMiddleware.Use(builder, source, source.Endpoint, host);
        return ServerMiddleware.Use(builder, source, source.Endpoint, host, static endpoint => (endpoint as ListenOptions
            ?? throw new InvalidOperationException("Fallback is Https in the configuration, and the endpoint is none of Kestrel's: call the UseHybridTls that takes a fallback."))
            .UseHttps());
    }
}
