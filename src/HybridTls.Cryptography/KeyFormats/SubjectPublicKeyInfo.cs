using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) as RFC 9881 §4 and RFC 9935 §4 use it: one encoding for each key.</summary>
internal static class SubjectPublicKeyInfo
{
    /// <summary>Whether <paramref name="source"/> is a key of this format.</summary>
    public static bool Is(KeyFormat format, ReadOnlySpan<byte> source) =>
        source.Length == format.PublicKeyInfoSize && source.StartsWith(format.PublicKeyPrefix);

    /// <summary>Encodes a public key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its length is not this format's.</exception>
    public static byte[] Encode(KeyFormat format, ReadOnlySpan<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, format.PublicKeySize, nameof(publicKey));
        return [.. format.PublicKeyPrefix, .. publicKey];
    }

    /// <summary>Reads the public key.</summary>
    /// <exception cref="CryptographicException">The source is no DER SubjectPublicKeyInfo of this algorithm.</exception>
    /// <exception cref="NotSupportedException">It holds a key of another parameter set.</exception>
    public static byte[] Read(KeyFormat format, ReadOnlySpan<byte> source) =>
        Is(format, source) ? source[format.PublicKeyPrefix.Length..].ToArray() : throw Refusal(format, source);

    /// <summary>The algorithm of a key, as the content of its OBJECT IDENTIFIER; false if the source is no SubjectPublicKeyInfo.</summary>
    public static bool TryReadAlgorithm(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> oid)
    {
        try
        {
            Asn1Reader info = Asn1Reader.OnlySequence(source);
            oid = info.ReadSequence().ReadOid();
            info.ReadBitOctets(out _);
            return true;
        }
        catch (AsnContentException)
        {
            oid = default;
            return false;
        }
    }

    private static CryptographicException Refusal(KeyFormat format, ReadOnlySpan<byte> source)
    {
        try
        {
            Asn1Reader info = Asn1Reader.OnlySequence(source);
            AlgorithmIdentifier.Expect(format, ref info);
            info.ReadBitOctets(out _);
            info.ThrowIfNotEmpty();
            return new CryptographicException($"The key has the wrong length for {format.Name}: it must have {format.PublicKeySize} bytes.");
        }
        catch (AsnContentException exception)
        {
            return Asn1Reader.Malformed(exception);
        }
    }
}
