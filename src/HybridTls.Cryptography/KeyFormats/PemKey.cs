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
        PemBlock key = FindOne(text, [PublicLabel, PrivateLabel, EncryptedLabel]);
        isPublic = key.Label is PublicLabel;
        return key.Label is EncryptedLabel
            ? throw new ArgumentException(
                "The text holds an encrypted key, and no password was given: import it with ImportFromEncryptedPem.", nameof(text))
            : key.DecodeSecret();
    }

    /// <summary>Decodes the one encrypted key: an EncryptedPrivateKeyInfo.</summary>
    /// <exception cref="ArgumentException">There is no encrypted key, or more than one.</exception>
    public static SecretMemory ReadEncrypted(ReadOnlySpan<char> text) => FindOne(text, [EncryptedLabel]).DecodeSecret();

    private static PemBlock FindOne(ReadOnlySpan<char> text, ReadOnlySpan<string> labels)
    {
        PemBlock found = default;
        int keys = 0;
        foreach (PemBlock block in new PemBlocks(text))
        {
            foreach (string label in labels)
            {
                if (block.Label.SequenceEqual(label))
                {
                    found = block;
                    keys++;
                }
            }
        }

        return keys switch
        {
            0 => throw new ArgumentException(
                "The text holds no PEM block of a supported label. It must be the contents of a PEM file, not the file's path.", nameof(text)),
            1 => found,
            _ => throw new ArgumentException("The text holds more than one key; only one can be imported.", nameof(text)),
        };
    }
}
