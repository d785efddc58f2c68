namespace HybridTls.Handshake;

/// <summary>The states of a server (RFC 9846 appendix A.2). Those that wait for the host accept no message.</summary>
internal enum ServerState
{
    /// <summary>Waits for the ClientHello.</summary>
    AwaitClientHello,

    /// <summary>The host chooses options by the ClientHello.</summary>
    AwaitOptions,

    /// <summary>A HelloRetryRequest was sent.</summary>
    AwaitSecondClientHello,

    /// <summary>The host signs.</summary>
    AwaitSignature,

    /// <summary>A certificate was requested.</summary>
    AwaitCertificate,

    /// <summary>The client sent a certificate.</summary>
    AwaitCertificateVerify,

    /// <summary>The host judges the client, whose signature is verified, or in a resumption its Finished.</summary>
    AwaitVerdict,

    /// <summary>Only Finished is missing.</summary>
    AwaitFinished,

    /// <summary>The handshake is complete.</summary>
    Established,
}
