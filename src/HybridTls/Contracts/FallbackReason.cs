namespace HybridTls;

/// <summary>Why a client of an endpoint with a fallback is served by that, and not by HybridTls.</summary>
public enum FallbackReason
{
    /// <summary>It is not: the client gets HybridTls.</summary>
    None,

    /// <summary>What it sent is no ClientHello, is malformed or too long, or the connection ended within it.</summary>
    NoClientHello,

    /// <summary>It does not offer TLS 1.3.</summary>
    NoTls13,

    /// <summary>It does not offer X25519MLKEM768.</summary>
    NoGroup,

    /// <summary>It does not accept a signature that we can make.</summary>
    NoSignature,

    /// <summary>The host's callback sent it there.</summary>
    Chosen,
}
