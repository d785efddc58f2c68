namespace HybridTls.Handshake;

/// <summary>The states of a client (RFC 9846 appendix A.1). Those that wait for the host accept no message.</summary>
internal enum ClientState
{
    /// <summary>Nothing was sent yet.</summary>
    Start,

    /// <summary>Waits for ServerHello or HelloRetryRequest.</summary>
    AwaitServerHello,

    /// <summary>A HelloRetryRequest was answered: only ServerHello may come.</summary>
    AwaitServerHelloAfterRetry,

    /// <summary>Waits for EncryptedExtensions.</summary>
    AwaitEncryptedExtensions,

    /// <summary>Waits for CertificateRequest or the server's certificate.</summary>
    AwaitCertificateOrRequest,

    /// <summary>A CertificateRequest came; waits for the server's certificate.</summary>
    AwaitCertificate,

    /// <summary>The server sent its certificate.</summary>
    AwaitCertificateVerify,

    /// <summary>The host judges the server, whose signature is verified.</summary>
    AwaitVerdict,

    /// <summary>Waits for the server's Finished.</summary>
    AwaitFinished,

    /// <summary>The host signs.</summary>
    AwaitSignature,

    /// <summary>The handshake is complete.</summary>
    Established,
}
