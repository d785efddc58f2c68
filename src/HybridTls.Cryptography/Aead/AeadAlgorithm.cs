namespace HybridTls.Cryptography;

/// <summary>The AEADs of the profile (RFC 9846 §5.2). All have 12-byte nonces and 16-byte tags.</summary>
internal enum AeadAlgorithm
{
    /// <summary>AES-128-GCM, 16-byte key.</summary>
    Aes128Gcm,

    /// <summary>AES-256-GCM, 32-byte key.</summary>
    Aes256Gcm,

    /// <summary>ChaCha20-Poly1305, 32-byte key.</summary>
    ChaCha20Poly1305,
}
