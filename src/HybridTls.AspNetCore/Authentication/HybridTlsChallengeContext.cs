using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HybridTls.AspNetCore.Authentication;

/// <summary>A request without a user is about to be refused.</summary>
public sealed class HybridTlsChallengeContext(
    HttpContext context, AuthenticationScheme scheme, HybridTlsAuthenticationOptions options, AuthenticationProperties? properties)
    : PropertiesContext<HybridTlsAuthenticationOptions>(context, scheme, options, properties)
{
    /// <summary>Whether the application has answered itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>The application has answered itself: nothing more is done.</summary>
    public void HandleResponse() => Handled = true;
}
