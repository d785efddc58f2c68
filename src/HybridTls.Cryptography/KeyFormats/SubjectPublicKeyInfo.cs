using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) as RFC 9881 §4 and RFC 9935 §4 use it.</summary>
internal static class SubjectPublicKeyInfo
{
    /// <summary>Reads the public key.</summary>
    /// <exception cref="CryptographicException">The source is no DER SubjectPublicKeyInfo of this algorithm.</exception>
    /// <exception cref="NotSupportedException">It holds a key of another parameter set.</exception>
    public static byte[] Read(KeyFormat format, ReadOnlySpan<byte> source)
    {
        Asn1Cursor info = Asn1Cursor.ReadOnlySequence(source, AsnEncodingRules.DER);
        AlgorithmIdentifier.Expect(format, ref info);
        byte[] publicKey = new byte[format.PublicKeySize];
        info.ReadBitString(publicKey);
        info.EnsureAtEnd();
        return publicKey;
    }
}
