using System.Net.Security;

namespace HybridTls;

/// <summary>The facts of a ClientHello that a server may choose its options by. Nothing in it is authenticated.</summary>
public sealed class ClientHelloInfo
{
    /// <summary>The name that the client wants (RFC 6066), or null.</summary>
    public string? ServerName { get; init; }

    /// <summary>The application protocols that the client offers, in its order (RFC 7301); the first 64 of them.</summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>The cipher suites that the client offers, in its order.</summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>The code points of the signatures that the client accepts.</summary>
    public IReadOnlyList<ushort> SignatureSchemes { get; init; } = [];

    /// <summary>The code points of the groups that the client supports.</summary>
    public IReadOnlyList<ushort> SupportedGroups { get; init; } = [];

    /// <summary>Whether the client accepts a server's X.509 certificate.</summary>
    public bool AcceptsCertificates { get; init; } = true;

    /// <summary>Whether the client accepts a server's raw public key (RFC 7250).</summary>
    public bool AcceptsRawPublicKeys { get; init; }
}
