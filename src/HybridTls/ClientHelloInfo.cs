using System.Net.Security;

namespace HybridTls;

/// <summary>The facts of a ClientHello that a server may choose its options by. Nothing in it is authenticated.</summary>
/// <param name="ServerName">The name that the client wants (RFC 6066), or null.</param>
/// <param name="ApplicationProtocols">The application protocols that the client offers, in its order (RFC 7301); the first 64 of them.</param>
/// <param name="CipherSuites">The cipher suites that the client offers, in its order.</param>
/// <param name="SignatureSchemes">The code points of the signatures that the client accepts.</param>
/// <param name="SupportedGroups">The code points of the groups that the client supports.</param>
public sealed record ClientHelloInfo(
    string? ServerName,
    IReadOnlyList<SslApplicationProtocol> ApplicationProtocols,
    IReadOnlyList<TlsCipherSuite> CipherSuites,
    IReadOnlyList<ushort> SignatureSchemes,
    IReadOnlyList<ushort> SupportedGroups)
{
    /// <summary>Whether the client accepts a server's X.509 certificate.</summary>
    public bool AcceptsCertificates { get; init; } = true;

    /// <summary>Whether the client accepts a server's raw public key (RFC 7250).</summary>
    public bool AcceptsRawPublicKeys { get; init; }
}
