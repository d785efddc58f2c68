using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>A peer's share failed a check of the hybrid key agreement (RFC 10024).</summary>
public sealed class HybridKeyAgreementException : CryptographicException
{
    internal HybridKeyAgreementException(HybridKeyAgreementFailure failure, string message)
        : base(message) => Failure = failure;

    /// <summary>The check that failed.</summary>
    public HybridKeyAgreementFailure Failure { get; }
}
