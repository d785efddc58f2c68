using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Object identifiers from their dotted form to DER: HashML-DSA signs the encoded identifier of the hash function.</summary>
internal static class ObjectIdentifier
{
    /// <summary>The longest encoding that is accepted, in bytes.</summary>
    public const int MaxSize = 64;

    // The arc of NIST's hash functions, whose last number is below 128: SHA-2, SHA-3 and SHAKE.
    private const string HashFunctions = "2.16.840.1.101.3.4.2.";

    private static ReadOnlySpan<byte> HashFunctionsEncoded => [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

    /// <summary>Encodes an identifier; without allocation if it is a NIST hash function's.</summary>
    /// <param name="dotted">The dotted form.</param>
    /// <param name="destination">Receives the encoding; <see cref="MaxSize"/> bytes suffice.</param>
    /// <returns>The length of the encoding in bytes.</returns>
    /// <exception cref="CryptographicException">The identifier is malformed, or its encoding too long.</exception>
    public static int Encode(string dotted, Span<byte> destination)
    {
        if (dotted.StartsWith(HashFunctions, StringComparison.Ordinal)
            && byte.TryParse(dotted.AsSpan(HashFunctions.Length), NumberStyles.None, CultureInfo.InvariantCulture, out byte last)
            && last is > 0 and < 128
            && dotted[HashFunctions.Length] != '0')
        {
            HashFunctionsEncoded.CopyTo(destination);
            destination[HashFunctionsEncoded.Length] = last;
            return HashFunctionsEncoded.Length + 1;
        }

        try
        {
            AsnWriter writer = new(AsnEncodingRules.DER);
            writer.WriteObjectIdentifier(dotted);
            if (writer.TryEncode(destination, out int length))
                return length;
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("The object identifier of the hash algorithm is malformed.", e);
        }

        throw new CryptographicException("The object identifier of the hash algorithm is too long.");
    }
}
