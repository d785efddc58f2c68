namespace HybridTls;

/// <summary>The key agreement of this profile, by its code point (RFC 9846 §4.3.7, RFC 10024).</summary>
public enum NamedGroup : ushort
{
    /// <summary>X25519MLKEM768: ML-KEM-768 and X25519, hybrid.</summary>
    X25519MLKem768 = 0x11EC,
}
