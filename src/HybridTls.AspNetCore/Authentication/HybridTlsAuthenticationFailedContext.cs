using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HybridTls.AspNetCore.Authentication;

/// <summary>An event threw.</summary>
public sealed class HybridTlsAuthenticationFailedContext(HttpContext context, AuthenticationScheme scheme, HybridTlsAuthenticationOptions options)
    : ResultContext<HybridTlsAuthenticationOptions>(context, scheme, options)
{
    /// <summary>What it threw.</summary>
    public required Exception Exception { get; init; }
}
