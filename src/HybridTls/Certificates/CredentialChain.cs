using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HybridTls.Certificates;

/// <summary>The chain of a credential: checked when loaded, encoded once as it goes into a Certificate message.</summary>
internal sealed class CredentialChain
{
    private CredentialChain(List<ParsedCertificate> certificates)
    {
        Leaf = certificates[0];
        Certificates = [.. certificates.Select(static certificate => certificate.Der)];
        Entries = EncodeEntries(Certificates);
    }

    /// <summary>The certificate of the key.</summary>
    public ParsedCertificate Leaf { get; }

    /// <summary>The certificates in DER, leaf first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; }

    /// <summary>The CertificateEntry structures, one after the other (RFC 9846 §4.5.1), without the length of the list.</summary>
    public ReadOnlyMemory<byte> Entries { get; }

    /// <summary>Takes a chain that must be in order: the leaf, then the issuer of each before it.</summary>
    /// <exception cref="CryptographicException">It is not a chain of ML-DSA-65 certificates in order.</exception>
    public static CredentialChain FromOrdered(IEnumerable<byte[]> certificates)
    {
        List<ParsedCertificate> chain = ParseAll(certificates);
        for (int i = 1; i < chain.Count; i++)
        {
            if (!chain[i - 1].HasIssuer(chain[i]))
            {
                throw new CryptographicException(
                    $"The chain is out of order: certificate {i + 1} ({chain[i].Describe()}) is not the issuer of certificate {i} " +
                        $"({chain[i - 1].Describe()}, " +
                    $"issued by {DistinguishedName.Describe(chain[i - 1].Issuer)}). Put the server's or client's own certificate first " +
                        "and the issuer of each after it.");
            }
        }

        return new CredentialChain(chain);
    }

    /// <summary>
    /// Takes certificates in any order: the one with <paramref name="publicKey"/> becomes the leaf, its issuers follow, others are left
    /// out.
    /// </summary>
    /// <exception cref="CryptographicException">None has the key.</exception>
    public static CredentialChain FromUnordered(IEnumerable<byte[]> certificates, ReadOnlySpan<byte> publicKey)
    {
        List<ParsedCertificate> all = ParseAll(certificates);
        var chain = new List<ParsedCertificate>();
        foreach (ParsedCertificate certificate in all)
        {
            if (certificate.KeyProblem is null && certificate.Key.Bytes.Span.SequenceEqual(publicKey))
                chain.Add(certificate);
        }

        if (chain.Count == 0)
            throw KeyMismatch(all[0]);
        chain.RemoveRange(1, chain.Count - 1);
        while (!chain[^1].IsSelfIssued && all.Find(candidate => !chain.Contains(candidate) && chain[^1].HasIssuer(candidate)) is { } issuer)
            chain.Add(issuer);
        return new CredentialChain(chain);
    }

    /// <summary>Refuses a key that is not the leaf's.</summary>
    /// <exception cref="CryptographicException">It is another.</exception>
    public void ThrowIfNotKeyOfLeaf(ReadOnlySpan<byte> publicKey)
    {
        if (!Leaf.Key.Bytes.Span.SequenceEqual(publicKey))
            throw KeyMismatch(Leaf);
    }

    /// <summary>Encodes certificates (or one SubjectPublicKeyInfo) as CertificateEntry structures without extensions.</summary>
    public static byte[] EncodeEntries(IReadOnlyList<ReadOnlyMemory<byte>> contents)
    {
        byte[] entries = new byte[contents.Sum(static content => content.Length + 5)];
        Span<byte> rest = entries;
        foreach (ReadOnlyMemory<byte> content in contents)
        {
            rest[0] = (byte)(content.Length >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(rest[1..], unchecked((ushort)content.Length));
            content.Span.CopyTo(rest[3..]);
            rest = rest[(content.Length + 5)..];
        }

        return entries;
    }

    private static List<ParsedCertificate> ParseAll(IEnumerable<byte[]> certificates)
    {
        var parsed = new List<ParsedCertificate>();
        foreach (byte[] der in certificates)
        {
            try
            {
                parsed.Add(ParsedCertificate.Parse(der));
            }
            catch (HybridTlsException exception)
            {
                throw new CryptographicException($"Certificate {parsed.Count + 1} cannot be used: {exception.Message}", exception);
            }

            ParsedCertificate certificate = parsed[^1];
            if (certificate.KeyProblem is { } problem)
                throw new CryptographicException($"The certificate {certificate.Describe()} cannot be used: {problem} HybridTls needs " +
                    "an ML-DSA-65 certificate at every level of the chain.");
        }

        if (parsed.Count == 0)
            throw new CryptographicException("There is no certificate: give the certificate of the key, and its issuers after it.");
        if (parsed.Count > PathValidator.MaxCertificates)
            throw new CryptographicException($"The chain has {parsed.Count} certificates; peers look at no more than " +
                $"{PathValidator.MaxCertificates}.");
        return parsed;
    }

    private static CryptographicException KeyMismatch(ParsedCertificate leaf) =>
        new($"The private key does not belong to the certificate {leaf.Describe()}: give the key that was used to request it, or the " +
            "certificate issued for this key (the leaf stands first).");
}
