using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Reads the blocks of PEM texts (RFC 7468).</summary>
internal static class PemReader
{
    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>All CERTIFICATE blocks, in order, in DER.</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public static List<byte[]> ReadCertificates(ReadOnlySpan<char> pem)
    {
        var certificates = new List<byte[]>();
        var others = new List<string>();
        while (PemEncoding.TryFind(pem, out PemFields fields))
        {
            string label = pem[fields.Label].ToString();
            if (label == CertificateLabel)
                certificates.Add(Decode(pem, fields));
            else
                others.Add(label);
            pem = pem[fields.Location.End..];
        }

        if (certificates.Count > 0)
            return certificates;
        throw new CryptographicException(others.Count == 0
            ? "The text holds no PEM block: expected -----BEGIN CERTIFICATE-----."
            : $"The PEM text holds no certificate, only: {string.Join(", ", others)}. Expected -----BEGIN CERTIFICATE-----.");
    }

    /// <summary>The first block whose label ends in PRIVATE KEY.</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public static PemFields FindPrivateKey(ReadOnlySpan<char> pem, out ReadOnlySpan<char> block)
    {
        var others = new List<string>();
        while (PemEncoding.TryFind(pem, out PemFields fields))
        {
            block = pem;
            if (pem[fields.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                return fields;
            others.Add(pem[fields.Label].ToString());
            pem = pem[fields.Location.End..];
        }

        throw new CryptographicException(others.Count == 0
            ? "The text holds no PEM block: expected -----BEGIN PRIVATE KEY----- (PKCS#8)."
            : $"The PEM text holds no private key, only: {string.Join(", ", others)}. Expected -----BEGIN PRIVATE KEY----- (PKCS#8).");
    }

    /// <summary>The content of a block with a private key; the caller disposes it.</summary>
    public static SecretMemory DecodeSecret(ReadOnlySpan<char> pem, PemFields fields)
    {
        SecretMemory content = new(fields.DecodedDataLength);
        if (Convert.TryFromBase64Chars(pem[fields.Base64Data], content.Bytes, out int written) && written == content.Bytes.Length)
            return content;
        content.Dispose();
        throw new CryptographicException("A PEM block is not valid Base64.");
    }

    /// <summary>The content of a block.</summary>
    public static byte[] Decode(ReadOnlySpan<char> pem, PemFields fields)
    {
        byte[] content = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(pem[fields.Base64Data], content, out int written) || written != content.Length)
            throw new CryptographicException("A PEM block is not valid Base64.");
        return content;
    }
}
