namespace HybridTls;

/// <summary>What a Certificate message carries (RFC 7250 §3).</summary>
internal enum CertificateType : byte
{
    /// <summary>A chain of X.509 certificates: what holds without negotiation.</summary>
    X509 = 0,

    /// <summary>One SubjectPublicKeyInfo.</summary>
    RawPublicKey = 2,
}
