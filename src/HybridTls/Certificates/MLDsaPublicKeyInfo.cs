using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>SubjectPublicKeyInfo with an ML-DSA-65 key (RFC 9881 §4): 22 fixed bytes and the 1952 bytes of the key.</summary>
internal static class MLDsaPublicKeyInfo
{
    /// <summary>ML-DSA-65's public key, in bytes (FIPS 204, table 2).</summary>
    public const int KeySize = 1952;

    /// <summary>The whole SubjectPublicKeyInfo, in bytes.</summary>
    public const int EncodedSize = KeySize + 22;

    /// <summary>Whether <paramref name="encoded"/> is exactly an ML-DSA-65 key as RFC 9881 encodes it.</summary>
    public static bool IsMLDsa65(ReadOnlySpan<byte> encoded) =>
        SubjectPublicKeyInfo.Is(KeyFormat.MLDsa65, encoded);

    /// <summary>Encodes the 1952 bytes of an ML-DSA-65 key.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> publicKey) => SubjectPublicKeyInfo.Encode(KeyFormat.MLDsa65, publicKey);

    /// <summary>Reads a raw public key a peer sent (RFC 7250); anything but ML-DSA-65 without parameters is refused.</summary>
    /// <exception cref="HybridTlsException">unsupported_certificate for another algorithm, bad_certificate for malformed bytes.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> encoded)
    {
        if (IsMLDsa65(encoded.Span))
            return encoded[^KeySize..];
        throw TlsError.Create(
            SubjectPublicKeyInfo.TryReadAlgorithm(encoded.Span, out ReadOnlySpan<byte> algorithm) && !algorithm.SequenceEqual(Oids.MLDsa65)
                ? FailureReason.PublicKeyAlgorithm
                : FailureReason.MalformedPublicKey,
            Describe(encoded.Span, "The public key"));
    }

    /// <summary>Says in words why <paramref name="encoded"/> is not an ML-DSA-65 SubjectPublicKeyInfo.</summary>
    public static string Describe(ReadOnlySpan<byte> encoded, string what)
    {
        if (!SubjectPublicKeyInfo.TryReadAlgorithm(encoded, out ReadOnlySpan<byte> algorithm))
            return $"{what} is not a SubjectPublicKeyInfo.";
        return algorithm.SequenceEqual(Oids.MLDsa65)
            ? $"{what} is malformed: an ML-DSA-65 SubjectPublicKeyInfo has no parameters and {KeySize} key bytes (RFC 9881 §4)."
            : $"{what} is for {Oids.DescribeAlgorithm(algorithm)}: HybridTls needs an ML-DSA-65 key (OID {Oids.MLDsa65Dotted}).";
    }
}
