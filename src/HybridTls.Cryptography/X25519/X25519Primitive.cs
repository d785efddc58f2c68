using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The function X25519 (RFC 7748 §5): spans of 32 bytes in, spans of 32 bytes out, nothing allocated, nothing checked.</summary>
internal static class X25519Primitive
{
    public const int Size = 32;

    /// <summary>publicKey = X25519(privateKey, 9).</summary>
    public static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        FixedBase.Multiply(privateKey, publicKey);

    /// <summary>
    /// sharedSecret = X25519(privateKey, peerPublicKey). False if the result is all zero (RFC 7748 §6.1), which is what is written
    /// then. The comparison takes the same time for every result.
    /// </summary>
    public static bool Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        MontgomeryLadder.Multiply(privateKey, peerPublicKey, sharedSecret);
        ReadOnlySpan<byte> zero = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        return !CryptographicOperations.FixedTimeEquals(sharedSecret, zero);
    }
}
