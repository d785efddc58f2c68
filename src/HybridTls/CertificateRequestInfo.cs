namespace HybridTls;

/// <summary>What a server's CertificateRequest asks for (RFC 9846 §4.4.2): the facts by which a client chooses its credential.</summary>
public sealed class CertificateRequestInfo
{
    /// <summary>Whether the server wants a raw public key (RFC 7250) and no certificate.</summary>
    public bool RawPublicKey { get; init; }

    /// <summary>The code points of the signatures that the server accepts.</summary>
    public IReadOnlyList<ushort> SignatureSchemes { get; init; } = [];

    /// <summary>The authorities that the server names, as encoded Names; empty if it names none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateAuthorities { get; init; } = [];
}
