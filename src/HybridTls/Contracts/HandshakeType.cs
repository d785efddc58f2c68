namespace HybridTls;

/// <summary>The handshake message types (RFC 9846 §4; RFC 8879 §4 for CompressedCertificate).</summary>
internal enum HandshakeType : byte // HT-MSG-4
{
    /// <summary>client_hello: §4.2.2.</summary>
    ClientHello = 1,

    /// <summary>server_hello, and HelloRetryRequest by its random: §4.2.3, §4.2.4.</summary>
    ServerHello = 2,

    /// <summary>new_session_ticket: §4.7.1.</summary>
    NewSessionTicket = 4,

    /// <summary>end_of_early_data: known, never accepted here.</summary>
    EndOfEarlyData = 5,

    /// <summary>encrypted_extensions: §4.4.1.</summary>
    EncryptedExtensions = 8,

    /// <summary>certificate: §4.5.1.</summary>
    Certificate = 11,

    /// <summary>certificate_request: §4.4.2.</summary>
    CertificateRequest = 13,

    /// <summary>certificate_verify: §4.5.2.</summary>
    CertificateVerify = 15,

    /// <summary>finished: §4.5.3.</summary>
    Finished = 20,

    /// <summary>key_update: §4.7.3.</summary>
    KeyUpdate = 24,

    /// <summary>compressed_certificate: RFC 8879 §4.</summary>
    CompressedCertificate = 25,

    /// <summary>message_hash: the stand-in for the first ClientHello in the transcript (§4.1); never on the wire.</summary>
    MessageHash = 254,
}
