using System.Formats.Asn1;

namespace HybridTls.Certificates;

/// <summary>SubjectPublicKeyInfo with an ML-DSA-65 key (RFC 9881 §4): 22 fixed bytes and the 1952 bytes of the key.</summary>
internal static class MLDsaPublicKeyInfo
{
    /// <summary>ML-DSA-65's public key, in bytes (FIPS 204, table 2).</summary>
    public const int KeySize = 1952;

    /// <summary>The whole SubjectPublicKeyInfo, in bytes.</summary>
    public const int EncodedSize = KeySize + 22;

    // SEQUENCE { SEQUENCE { OID id-ml-dsa-65 } -- no parameters --, BIT STRING { 0 unused bits, key } }: DER leaves no choice,
    // so the 22 bytes before the key are the whole check.
    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x82, 0x07, 0xB2, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12,
        0x03, 0x82, 0x07, 0xA1, 0x00,
    ];

    /// <summary>Whether <paramref name="encoded"/> is exactly an ML-DSA-65 key as RFC 9881 encodes it.</summary>
    public static bool IsMLDsa65(ReadOnlySpan<byte> encoded) =>
        encoded.Length == EncodedSize && encoded.StartsWith(Prefix);

    /// <summary>Encodes the 1952 bytes of an ML-DSA-65 key.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, KeySize);
        byte[] encoded = new byte[EncodedSize];
        Prefix.CopyTo(encoded);
        publicKey.CopyTo(encoded.AsSpan(Prefix.Length));
        return encoded;
    }

    /// <summary>Reads a raw public key a peer sent (RFC 7250); anything but ML-DSA-65 without parameters is refused.</summary>
    /// <exception cref="HybridTlsException">unsupported_certificate for another algorithm, bad_certificate for malformed bytes.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> encoded)
    {
        if (IsMLDsa65(encoded.Span))
            return encoded[Prefix.Length..];
        throw TlsError.Create(
            TryReadAlgorithm(encoded.Span, out string algorithm) && algorithm != "ML-DSA-65"
                ? FailureReason.PublicKeyAlgorithm
                : FailureReason.MalformedPublicKey,
            Describe(encoded.Span, "The public key"));
    }

    /// <summary>Says in words why <paramref name="encoded"/> is not an ML-DSA-65 SubjectPublicKeyInfo.</summary>
    public static string Describe(ReadOnlySpan<byte> encoded, string what)
    {
        if (!TryReadAlgorithm(encoded, out string algorithm))
            return $"{what} is not a SubjectPublicKeyInfo.";
        return algorithm == "ML-DSA-65"
            ? $"{what} is malformed: an ML-DSA-65 SubjectPublicKeyInfo has no parameters and {KeySize} key bytes (RFC 9881 §4)."
            : $"{what} is for {algorithm}: HybridTls needs an ML-DSA-65 key (OID {Oids.MLDsa65Dotted}).";
    }

    private static bool TryReadAlgorithm(ReadOnlySpan<byte> encoded, out string algorithm)
    {
        try
        {
            var outer = new DerReader(encoded);
            DerReader info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            DerReader identifier = info.ReadSequence();
            algorithm = Oids.DescribeAlgorithm(identifier.ReadOid());
            info.ReadBitOctets(out _);
            return true;
        }
        catch (AsnContentException)
        {
            algorithm = "";
            return false;
        }
    }
}
