namespace HybridTls;

/// <summary>The signature of this profile, by its code point (RFC 9846 §4.3.3, draft-ietf-tls-mldsa).</summary>
public enum SignatureScheme : ushort
{
    /// <summary>mldsa65: pure ML-DSA-65 with an empty context.</summary>
    MLDsa65 = 0x0905,
}
