using HybridTls.Connections;
using Microsoft.AspNetCore.Connections;

namespace HybridTls;

/// <summary>
/// Puts post-quantum TLS 1.3 under the connections of any <see cref="IConnectionBuilder"/>. Options that cannot work are refused when the
/// host starts. Kestrel's <c>ListenOptions</c> have methods of the same names in the package HybridTls.AspNetCore.
/// </summary>
public static class HybridTlsConnectionBuilderExtensions
{
    /// <summary>Authenticates the server with <paramref name="credential"/>; all else is default.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="credential">Who we are. It stays the caller's to dispose.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder UseHybridTls<TBuilder>(this TBuilder builder, HybridTlsCredential credential)
        where TBuilder : IConnectionBuilder => builder.UseHybridTls(EndpointOptions.Of(credential));

    /// <summary>Sets the options in a callback, which runs at once.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="configure">Sets the options; it must set <see cref="HybridTlsOptions.Credential"/>, or what chooses one.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The options cannot work; the message names the one to change.</exception>
    public static TBuilder UseHybridTls<TBuilder>(this TBuilder builder, Action<HybridTlsEndpointOptions> configure)
        where TBuilder : IConnectionBuilder => builder.UseHybridTls(EndpointOptions.Of(configure));

    /// <summary>Uses <paramref name="options"/>, as they are now.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="options">The options, which are copied.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">
    /// The options cannot work; the message names the one to change. Or the endpoint is one of Kestrel's.
    /// </exception>
    public static TBuilder UseHybridTls<TBuilder>(this TBuilder builder, HybridTlsEndpointOptions options)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        if (IsKestrels(builder.GetType()))
        {
            // Kestrel would not know that the endpoint is protected: it would say http, and take no HTTP/2.
            throw new InvalidOperationException(
                $"{builder} is an endpoint of Kestrel's: call UseHybridTls of the package HybridTls.AspNetCore, on a variable of the type ListenOptions.");
        }

        return ServerMiddleware.Use(builder, new FixedOptionsSource(options), options, new EndpointHost(builder));
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
        return ClientMiddleware.Use(builder, options);
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

    /// <summary>By name, since this assembly does not know Kestrel's.</summary>
    private static bool IsKestrels(Type? type) =>
        type is not null && (type.FullName == "Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions" || IsKestrels(type.BaseType));
}
