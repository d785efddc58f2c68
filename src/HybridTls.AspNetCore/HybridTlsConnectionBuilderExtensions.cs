using System.Security.Cryptography;
using HybridTls.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls;

/// <summary>
/// Puts post-quantum TLS 1.3 under the connections of Kestrel's <c>ListenOptions</c>, or of any other
/// <see cref="IConnectionBuilder"/>. Options that cannot work are refused when the host starts.
/// </summary>
public static class HybridTlsConnectionBuilderExtensions
{
    /// <summary>The section of the configuration that <see cref="UseHybridTls{TBuilder}(TBuilder)"/> reads.</summary>
    public const string DefaultSection = "HybridTls";

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
    /// <param name="configure">Sets what the middleware does around the handshakes; it is applied after the configuration.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The configuration cannot work; the message names the key to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder, IConfigurationSection section, Action<HybridTlsMiddlewareOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        Telemetry telemetry = Telemetry.From(builder.ApplicationServices);
        ConfiguredOptionsSource source = new(section, builder.ApplicationServices, telemetry.Logger);
        HybridTlsMiddlewareOptions options = source.ReadMiddlewareOptions();
        configure?.Invoke(options);
        source.ReloadInterval = options.ReloadInterval;
        return Use(builder, source, options, telemetry);
    }

    /// <summary>Authenticates the server with <paramref name="credential"/>; all else is default.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="credential">Who we are. It stays the caller's to dispose.</param>
    /// <param name="configure">Sets what the middleware does around the handshakes.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder, HybridTlsCredential credential, Action<HybridTlsMiddlewareOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(credential);
        return builder.UseHybridTls(new HybridTlsServerOptions { Credential = credential }, configure);
    }

    /// <summary>Sets the options in a callback, which runs at once.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="configureTls">Sets the options; it must set <see cref="HybridTlsOptions.Credential"/>.</param>
    /// <param name="configure">Sets what the middleware does around the handshakes.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder, Action<HybridTlsServerOptions> configureTls, Action<HybridTlsMiddlewareOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(configureTls);
        HybridTlsServerOptions options = new();
        try
        {
            configureTls(options);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException)
        {
            string option = options.Credential is null ? nameof(options.Credential) : nameof(options.PeerValidation);
            throw new InvalidOperationException($"UseHybridTls: {option} cannot be set. {exception.Message}", exception);
        }

        return builder.UseHybridTls(options, configure);
    }

    /// <summary>Uses <paramref name="options"/>, as they are now.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="options">The options, which are copied. Without application protocols, Kestrel's endpoint names them.</param>
    /// <param name="configure">Sets what the middleware does around the handshakes.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder, HybridTlsServerOptions options, Action<HybridTlsMiddlewareOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Use(builder, new FixedOptionsSource(options), Configure(configure), Telemetry.From(builder.ApplicationServices));
    }

    /// <summary>Chooses the options of each connection by its ClientHello.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="selectOptions">
    /// Chooses, under the deadline of the handshake. Null refuses the name with <c>unrecognized_name</c>. Keep the options it returns:
    /// making a credential for every connection is slow.
    /// </param>
    /// <param name="configure">Sets what the middleware does around the handshakes.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder UseHybridTls<TBuilder>(
        this TBuilder builder,
        Func<HybridTlsSelectionContext, ValueTask<HybridTlsServerOptions?>> selectOptions,
        Action<HybridTlsMiddlewareOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(selectOptions);
        return Use(builder, new CallbackOptionsSource(selectOptions), Configure(configure), Telemetry.From(builder.ApplicationServices));
    }

    /// <summary>
    /// Puts TLS under the connections that a client opens. A handshake that fails is thrown at the host. Without
    /// <see cref="HybridTlsClientOptions.TargetHost"/> the name is that of the connection's <see cref="System.Net.DnsEndPoint"/>.
    /// </summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder UseHybridTlsClient<TBuilder>(this TBuilder builder, HybridTlsClientOptions options)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        HybridTlsClientOptions copy = new(options);
        ClientOptionsCheck.ThrowIfUnusable(copy);
        Telemetry telemetry = Telemetry.From(builder.ApplicationServices);
        new KeyLogWarning(telemetry.Logger, "Client").Check(copy);
        builder.Use(next => new ClientMiddleware(next, copy, telemetry).OnConnectionAsync);
        return builder;
    }

    /// <summary>As <see cref="UseHybridTlsClient{TBuilder}(TBuilder, HybridTlsClientOptions)"/>, with options set in a callback.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Sets the options; it must set <see cref="HybridTlsOptions.PeerValidation"/>.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder UseHybridTlsClient<TBuilder>(this TBuilder builder, Action<HybridTlsClientOptions> configure)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        HybridTlsClientOptions options = new();
        configure(options);
        return builder.UseHybridTlsClient(options);
    }

    private static HybridTlsMiddlewareOptions Configure(Action<HybridTlsMiddlewareOptions>? configure)
    {
        HybridTlsMiddlewareOptions options = new();
        configure?.Invoke(options);
        return options;
    }

    private static TBuilder Use<TBuilder>(
        TBuilder builder, ServerOptionsSource source, HybridTlsMiddlewareOptions options, Telemetry telemetry)
        where TBuilder : IConnectionBuilder
    {
        HybridTlsMiddlewareOptions copy = new(options);
        copy.Validate();
        HandshakeGate gate = new(copy, telemetry.Logger);
        KestrelEndpoint endpoint = KestrelEndpoint.Mark(builder);
        builder.Use(next =>
        {
            endpoint.Report(telemetry.Logger);
            // Runs when the endpoint is bound: what ListenOptions says is final by then.
            source.Prepare(EndpointDefaults.Of(builder));
            KeyLogWarning keyLog = new(telemetry.Logger, $"Endpoint {builder}");
            keyLog.Check(source.Initial);
            return new ServerMiddleware(next, source, copy, gate, telemetry, keyLog).OnConnectionAsync;
        });
        return builder;
    }
}
