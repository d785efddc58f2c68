using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Finds certificates and private keys in PEM texts (RFC 7468), and says what is there instead.</summary>
internal static class PemReader
{
    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>All CERTIFICATE blocks, in order, in DER.</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public static List<byte[]> ReadCertificates(ReadOnlySpan<char> pem)
    {
        var certificates = new List<byte[]>();
        foreach (PemBlock block in new PemBlocks(pem))
        {
            if (block.Label is CertificateLabel)
                certificates.Add(block.Decode());
        }

        return certificates.Count > 0 ? certificates : throw NotFound(pem, "certificate", "-----BEGIN CERTIFICATE-----");
    }

    /// <summary>The first block whose label ends in PRIVATE KEY.</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public static PemBlock FindPrivateKey(ReadOnlySpan<char> pem)
    {
        foreach (PemBlock block in new PemBlocks(pem))
        {
            if (block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                return block;
        }

        throw NotFound(pem, "private key", "-----BEGIN PRIVATE KEY----- (PKCS#8)");
    }

    /// <summary>The first PUBLIC KEY block, in DER; null if there is none.</summary>
    public static byte[]? FindPublicKey(ReadOnlySpan<char> pem)
    {
        foreach (PemBlock block in new PemBlocks(pem))
        {
            if (block.Label is "PUBLIC KEY")
                return block.Decode();
        }

        return null;
    }

    private static CryptographicException NotFound(ReadOnlySpan<char> pem, string what, string expected)
    {
        var others = new List<string>();
        foreach (PemBlock block in new PemBlocks(pem))
            others.Add(block.Label.ToString());
        return new CryptographicException(others.Count == 0
            ? $"The text holds no PEM block: expected {expected}."
            : $"The PEM text holds no {what}, only: {string.Join(", ", others)}. Expected {expected}.");
    }
}
