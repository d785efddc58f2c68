using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HybridTls.Certificates;

namespace HybridTls;

/// <summary>What a callback of <see cref="PeerValidation"/> judges: who the peer says it is, and what the built-in checks found.</summary>
public sealed class PeerValidationContext
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _presented;

    internal PeerValidationContext(
        PeerValidationRequest request,
        ReadOnlyMemory<byte> publicKeyInfo,
        IReadOnlyList<ParsedCertificate> path,
        IReadOnlyList<string> findings)
    {
        _presented = request.Certificates;
        Peer = request.Peer;
        ServerName = request.ServerName;
        IsRawPublicKey = request.IsRawPublicKey;
        SubjectPublicKeyInfo = publicKeyInfo;
        ValidatedPath = [.. path.Select(static certificate => certificate.Der)];
        Findings = findings;
    }

    /// <summary>What the peer is.</summary>
    public PeerRole Peer { get; }

    /// <summary>The name that is expected of a server; null where none is.</summary>
    public string? ServerName { get; }

    /// <summary>Whether the peer presented a raw public key (RFC 7250) and no certificate.</summary>
    public bool IsRawPublicKey { get; }

    /// <summary>The peer's key: SubjectPublicKeyInfo in DER, 1974 bytes.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The certificates as the peer presented them, in DER, its own first; empty for a raw public key.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PresentedCertificates => IsRawPublicKey ? [] : _presented;

    /// <summary>
    /// The path that was validated, in DER: the peer's certificate first, the trust anchor last; empty without trust anchors.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ValidatedPath { get; }

    /// <summary>What the built-in checks object to. Never any, except where the callback alone decides.</summary>
    public IReadOnlyList<string> Findings { get; }

    /// <summary>
    /// The SHA-256 hash of <see cref="SubjectPublicKeyInfo"/>, 32 bytes: what <see cref="PeerValidation.PinnedPublicKeyHashes"/> takes.
    /// </summary>
    public byte[] GetPublicKeyHash() => SHA256.HashData(SubjectPublicKeyInfo.Span);

    /// <summary>Loads the peer's certificate; null for a raw public key. The caller disposes it.</summary>
    public X509Certificate2? LoadCertificate() => IsRawPublicKey ? null : X509CertificateLoader.LoadCertificate(_presented[0].Span);
}
