namespace HybridTls.Cryptography;

/// <summary>Which check of the hybrid key agreement a peer's share failed (RFC 10024). Each ends a handshake with <c>illegal_parameter</c>.</summary>
public enum HybridKeyAgreementFailure
{
    /// <summary>The client's share is not 1,216 bytes long.</summary>
    ClientShareLength,

    /// <summary>The encapsulation key holds a coefficient that is not reduced modulo q (FIPS 203 §7.2, modulus check).</summary>
    EncapsulationKeyModulus,

    /// <summary>The server's share is not 1,120 bytes long.</summary>
    ServerShareLength,

    /// <summary>The X25519 result is all zero: the peer sent a point of small order (RFC 7748 §6.1).</summary>
    AllZeroX25519Secret,
}
