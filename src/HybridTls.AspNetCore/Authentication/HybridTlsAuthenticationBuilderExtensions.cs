using HybridTls.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication;

namespace HybridTls;

/// <summary>Adds the authentication by the handshake's verdict.</summary>
public static class HybridTlsAuthenticationBuilderExtensions
{
    /// <summary>
    /// Makes users of the clients that handshakes under <c>UseHybridTls</c> accepted, by certificate or by raw public key, with the claims of
    /// ASP.NET Core's certificate authentication (which cannot be used: its <c>X509Chain</c> throws for ML-DSA where the platform has none).
    /// </summary>
    /// <param name="builder">The builder that <c>AddAuthentication</c> returns.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static AuthenticationBuilder AddHybridTls(this AuthenticationBuilder builder, Action<HybridTlsAuthenticationOptions>? configure = null) =>
        builder.AddHybridTls(HybridTlsAuthenticationDefaults.AuthenticationScheme, configure);

    /// <summary>As the other overload, under another name.</summary>
    /// <param name="builder">The builder that <c>AddAuthentication</c> returns.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static AuthenticationBuilder AddHybridTls(
        this AuthenticationBuilder builder, string authenticationScheme, Action<HybridTlsAuthenticationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddScheme<HybridTlsAuthenticationOptions, HybridTlsAuthenticationHandler>(authenticationScheme, configure);
    }
}
