namespace HybridTls.Issuing;

/// <summary>What a certificate may be used for in TLS (extendedKeyUsage, RFC 5280 §4.2.1.12).</summary>
[Flags]
public enum CertificatePurposes
{
    /// <summary>Nothing: no certificate is issued for it.</summary>
    None = 0,

    /// <summary>A server authenticates itself (serverAuth).</summary>
    Server = 1,

    /// <summary>A client authenticates itself (clientAuth).</summary>
    Client = 2,
}
