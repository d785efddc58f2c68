using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Reads ML-DSA-65 private keys (PKCS#8, RFC 9881 §6) and says in words what another key is.</summary>
internal static class PrivateKeyReader
{
    /// <summary>Reads the private key of a PEM text; <paramref name="password"/> is used only for an encrypted one.</summary>
    public static MLDsa FromPem(ReadOnlySpan<char> pem, ReadOnlySpan<char> password)
    {
        PemBlock block = PemReader.FindPrivateKey(pem);
        ReadOnlySpan<char> label = block.Label;
        using SecretMemory content = block.DecodeSecret();
        return label switch
        {
            "PRIVATE KEY" => FromPkcs8(content.Bytes),
            "ENCRYPTED PRIVATE KEY" => FromEncryptedPkcs8(password, content.Bytes),
            "RSA PRIVATE KEY" or "EC PRIVATE KEY" or "DSA PRIVATE KEY" => throw new CryptographicException(
                $"The private key is classical ({label}): HybridTls needs an ML-DSA-65 key (-----BEGIN PRIVATE KEY-----, PKCS#8)."),
            _ => throw new CryptographicException($"A PEM block \"{label}\" is not supported: HybridTls reads -----BEGIN PRIVATE " +
                "KEY----- (PKCS#8)."),
        };
    }

    /// <summary>Reads PKCS#8.</summary>
    public static MLDsa FromPkcs8(ReadOnlySpan<byte> source)
    {
        // Named before the import, whose own message cannot know what HybridTls needs.
        if (PrivateKeyInfo.TryReadAlgorithm(source, out ReadOnlySpan<byte> algorithm) && !algorithm.SequenceEqual(Oids.MLDsa65))
        {
            throw new CryptographicException(
                $"The private key is for {Oids.DescribeAlgorithm(algorithm)}: HybridTls needs an ML-DSA-65 key (OID {Oids.MLDsa65Dotted}).");
        }

        try
        {
            return ManagedMLDsa.ImportPkcs8PrivateKey(source);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException("The private key is unreadable: expected an ML-DSA-65 key in PKCS#8 (RFC 9881 §6). " +
                exception.Message, exception);
        }
    }

    /// <summary>Decrypts and reads PKCS#8.</summary>
    public static MLDsa FromEncryptedPkcs8(ReadOnlySpan<char> password, ReadOnlySpan<byte> source)
    {
        try
        {
            return ManagedMLDsa.ImportEncryptedPkcs8PrivateKey(password, source);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException(
                (password.IsEmpty ? "The private key is encrypted and no password was given. " : "The encrypted private key cannot be " +
                    "read: the password is wrong, or it is no ML-DSA-65 key. ")
                + exception.Message, exception);
        }
    }
}
