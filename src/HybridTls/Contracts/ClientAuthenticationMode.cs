namespace HybridTls;

/// <summary>What a server asks of its clients (RFC 9846 §4.4.2).</summary>
public enum ClientAuthenticationMode
{
    /// <summary>No certificate is requested.</summary>
    NoCertificate,

    /// <summary>A certificate is requested; a client without one is accepted, and reported as unauthenticated.</summary>
    AllowCertificate,

    /// <summary>A certificate is requested; a client without one is refused with <c>certificate_required</c>.</summary>
    RequireCertificate,
}
