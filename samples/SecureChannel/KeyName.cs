using System.Security.Cryptography;

namespace SecureChannel;

/// <summary>A short name for a public key.</summary>
internal static class KeyName
{
    public static string Of(ReadOnlyMemory<byte> subjectPublicKeyInfo) =>
        Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo.Span))[..16];
}
