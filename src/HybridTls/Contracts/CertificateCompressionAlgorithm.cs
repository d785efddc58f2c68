namespace HybridTls;

/// <summary>The algorithms of certificate compression (RFC 8879 §3).</summary>
internal enum CertificateCompressionAlgorithm : ushort
{
    /// <summary>zlib (RFC 1950).</summary>
    Zlib = 1,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 2,

    /// <summary>Zstandard (RFC 8878): known, not offered.</summary>
    Zstandard = 3,
}
