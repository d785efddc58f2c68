namespace HybridTls;

/// <summary>How a pre-shared key may be used (RFC 9846 §4.3.9).</summary>
internal enum PskKeyExchangeMode : byte
{
    /// <summary>psk_ke: the key alone. Never used here.</summary>
    PskOnly = 0,

    /// <summary>psk_dhe_ke: the key together with a fresh key agreement.</summary>
    PskWithKeyAgreement = 1,
}
