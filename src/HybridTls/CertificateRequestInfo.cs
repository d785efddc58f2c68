namespace HybridTls;

/// <summary>What a server's CertificateRequest asks for (RFC 9846 §4.4.2): the facts by which a client chooses its credential.</summary>
/// <param name="RawPublicKey">Whether the server wants a raw public key (RFC 7250) and no certificate.</param>
/// <param name="SignatureSchemes">The code points of the signatures that the server accepts.</param>
/// <param name="CertificateAuthorities">The authorities that the server names, as encoded Names; empty if it names none.</param>
public sealed record CertificateRequestInfo(
    bool RawPublicKey, IReadOnlyList<ushort> SignatureSchemes, IReadOnlyList<ReadOnlyMemory<byte>> CertificateAuthorities);
