using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HybridTls.AspNetCore.Authentication;

/// <summary>A client whom the handshake accepted.</summary>
public sealed class HybridTlsPeerValidatedContext(HttpContext context, AuthenticationScheme scheme, HybridTlsAuthenticationOptions options)
    : ResultContext<HybridTlsAuthenticationOptions>(context, scheme, options)
{
    /// <summary>What the handshake agreed on.</summary>
    public required NegotiatedParameters Parameters { get; init; }

    /// <summary>The client's certificate; null if it has a raw public key.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>SHA-256 of the client's SubjectPublicKeyInfo in hexadecimal, as <c>PinnedPublicKeyHashes</c> takes it.</summary>
    public required string PublicKeyHash { get; init; }
}
