namespace HybridTls;

/// <summary>The compression of certificates (RFC 8879) that a side offers to receive and is willing to send.</summary>
[Flags]
public enum CertificateCompression
{
    /// <summary>No compression: the default.</summary>
    None = 0,

    /// <summary>Brotli (algorithm 2).</summary>
    Brotli = 1,

    /// <summary>zlib (algorithm 1).</summary>
    Zlib = 2,
}
