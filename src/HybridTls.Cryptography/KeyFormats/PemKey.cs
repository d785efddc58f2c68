using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Finds the one key in a text of PEM blocks (RFC 7468); blocks of other labels, certificates say, are passed over.</summary>
internal static class PemKey
{
    private const string PublicLabel = "PUBLIC KEY";
    private const string PrivateLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    /// <summary>Decodes the one unencrypted key.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isPublic">Whether it is a SubjectPublicKeyInfo; else it is a PrivateKeyInfo.</param>
    /// <exception cref="ArgumentException">There is no key, more than one, or an encrypted one.</exception>
    public static SecretMemory Read(ReadOnlySpan<char> text, out bool isPublic)
    {
        PemFields found = default;
        ReadOnlySpan<char> block = default;
        int keys = 0;
        bool isEncrypted = false;
        isPublic = false;
        for (ReadOnlySpan<char> rest = text; PemEncoding.TryFind(rest, out PemFields fields); rest = rest[fields.Location.End..])
        {
            switch (rest[fields.Label])
            {
                case PublicLabel:
                    isPublic = true;
                    break;
                case PrivateLabel:
                    break;
                case EncryptedLabel:
                    isEncrypted = true;
                    break;
                default:
                    continue;
            }

            found = fields;
            block = rest;
            keys++;
        }

        return keys switch
        {
            0 => throw NoKey(nameof(text)),
            > 1 => throw SeveralKeys(nameof(text)),
            _ when isEncrypted => throw new ArgumentException(
                "The text holds an encrypted key, and no password was given: import it with ImportFromEncryptedPem.", nameof(text)),
            _ => Decode(block, found),
        };
    }

    /// <summary>Decodes the one encrypted key: an EncryptedPrivateKeyInfo.</summary>
    /// <exception cref="ArgumentException">There is no encrypted key, or more than one.</exception>
    public static SecretMemory ReadEncrypted(ReadOnlySpan<char> text)
    {
        PemFields found = default;
        ReadOnlySpan<char> block = default;
        int keys = 0;
        for (ReadOnlySpan<char> rest = text; PemEncoding.TryFind(rest, out PemFields fields); rest = rest[fields.Location.End..])
        {
            if (rest[fields.Label] is not EncryptedLabel)
                continue;

            found = fields;
            block = rest;
            keys++;
        }

        return keys switch
        {
            0 => throw NoKey(nameof(text)),
            > 1 => throw SeveralKeys(nameof(text)),
            _ => Decode(block, found),
        };
    }

    private static ArgumentException NoKey(string parameter) => new(
        "The text holds no PEM block of a supported label. It must be the contents of a PEM file, not the file's path.", parameter);

    private static ArgumentException SeveralKeys(string parameter) =>
        new("The text holds more than one key; only one can be imported.", parameter);

    private static SecretMemory Decode(ReadOnlySpan<char> block, PemFields fields)
    {
        SecretMemory decoded = SecretMemory.Cleared(fields.DecodedDataLength);
        if (Convert.TryFromBase64Chars(block[fields.Base64Data], decoded.Bytes, out int written))
        {
            decoded.Shrink(written);
            return decoded;
        }

        decoded.Dispose();
        throw new CryptographicException("The PEM block does not hold valid base64.");
    }
}
