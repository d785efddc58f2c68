namespace HybridTls.Messages;

/// <summary>The messages that carry extensions: the columns of the table in RFC 9846 §4.3.</summary>
[Flags]
internal enum ExtensionContext
{
    /// <summary>In no message: the extension is not recognised.</summary>
    None = 0,

    /// <summary>CH.</summary>
    ClientHello = 1,

    /// <summary>SH.</summary>
    ServerHello = 2,

    /// <summary>HRR.</summary>
    HelloRetryRequest = 4,

    /// <summary>EE.</summary>
    EncryptedExtensions = 8,

    /// <summary>CR.</summary>
    CertificateRequest = 16,

    /// <summary>CT: the extensions of one certificate.</summary>
    Certificate = 32,

    /// <summary>NST.</summary>
    NewSessionTicket = 64,
}
