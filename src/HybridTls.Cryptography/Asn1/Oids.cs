namespace HybridTls.Cryptography;

/// <summary>Object identifiers as the content bytes of their DER encoding, and in dotted form where the BCL wants a string.</summary>
internal static class Oids
{
    /// <summary>id-ml-dsa-65 (RFC 9881 §2).</summary>
    public const string MLDsa65Dotted = "2.16.840.1.101.3.4.3.18";

    public const string MLDsa44Dotted = "2.16.840.1.101.3.4.3.17";
    public const string MLDsa87Dotted = "2.16.840.1.101.3.4.3.19";

    // RFC 9935 §3
    public const string MLKem512Dotted = "2.16.840.1.101.3.4.4.1";
    public const string MLKem768Dotted = "2.16.840.1.101.3.4.4.2";
    public const string MLKem1024Dotted = "2.16.840.1.101.3.4.4.3";

    // Encrypted keys: RFC 8018 appendix C, RFC 7292 appendix C
    public const string Pbes2 = "1.2.840.113549.1.5.13";
    public const string Pbkdf2 = "1.2.840.113549.1.5.12";
    public const string Pkcs12Sha1ThreeKeyTripleDes = "1.2.840.113549.1.12.1.3";
    public const string Pkcs12Sha1TwoKeyTripleDes = "1.2.840.113549.1.12.1.4";
    public const string HmacSha1 = "1.2.840.113549.2.7";
    public const string HmacSha256 = "1.2.840.113549.2.9";
    public const string HmacSha384 = "1.2.840.113549.2.10";
    public const string HmacSha512 = "1.2.840.113549.2.11";
    public const string Aes128Cbc = "2.16.840.1.101.3.4.1.2";
    public const string Aes192Cbc = "2.16.840.1.101.3.4.1.22";
    public const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    public const string TripleDesCbc = "1.2.840.113549.3.7";

    public const string ServerAuthenticationDotted = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthenticationDotted = "1.3.6.1.5.5.7.3.2";

    public static ReadOnlySpan<byte> MLDsa65 => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12];

    // id-ce (2.5.29): RFC 5280 §4.2.1
    public static ReadOnlySpan<byte> SubjectKeyIdentifier => [0x55, 0x1D, 0x0E];
    public static ReadOnlySpan<byte> KeyUsage => [0x55, 0x1D, 0x0F];
    public static ReadOnlySpan<byte> SubjectAlternativeName => [0x55, 0x1D, 0x11];
    public static ReadOnlySpan<byte> BasicConstraints => [0x55, 0x1D, 0x13];
    public static ReadOnlySpan<byte> NameConstraints => [0x55, 0x1D, 0x1E];
    public static ReadOnlySpan<byte> CertificatePolicies => [0x55, 0x1D, 0x20];
    public static ReadOnlySpan<byte> AuthorityKeyIdentifier => [0x55, 0x1D, 0x23];
    public static ReadOnlySpan<byte> ExtendedKeyUsage => [0x55, 0x1D, 0x25];
    public static ReadOnlySpan<byte> AnyExtendedKeyUsage => [0x55, 0x1D, 0x25, 0x00];

    // id-kp (1.3.6.1.5.5.7.3)
    public static ReadOnlySpan<byte> ServerAuthentication => [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    public static ReadOnlySpan<byte> ClientAuthentication => [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

    // Keys that peers present by mistake, named so that the message can say what they are.
    public static ReadOnlySpan<byte> RsaEncryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    public static ReadOnlySpan<byte> EcPublicKey => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    public static ReadOnlySpan<byte> Ed25519 => [0x2B, 0x65, 0x70];
    public static ReadOnlySpan<byte> MLDsa44 => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11];
    public static ReadOnlySpan<byte> MLDsa87 => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13];

    /// <summary>The common name of a key or signature algorithm, for messages.</summary>
    public static string DescribeAlgorithm(ReadOnlySpan<byte> oid)
    {
        if (oid.SequenceEqual(MLDsa65))
            return "ML-DSA-65";
        if (oid.SequenceEqual(MLDsa44))
            return "ML-DSA-44";
        if (oid.SequenceEqual(MLDsa87))
            return "ML-DSA-87";
        if (oid.SequenceEqual(RsaEncryption))
            return "RSA";
        if (oid.SequenceEqual(EcPublicKey))
            return "an elliptic curve (ECDSA)";
        if (oid.SequenceEqual(Ed25519))
            return "Ed25519";
        // pkcs-1 (1.2.840.113549.1.1) and ansi-X9-62 signatures (1.2.840.10045.4)
        if (oid.StartsWith(RsaEncryption[..^1]))
            return "RSA";
        if (oid.StartsWith((ReadOnlySpan<byte>)[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04]))
            return "ECDSA";
        return "the algorithm " + ToDotted(oid);
    }

    /// <summary>The dotted form of <paramref name="oid"/>, for messages.</summary>
    public static string ToDotted(ReadOnlySpan<byte> oid)
    {
        // Longer than any in use: what a peer made up does not get into a message whole.
        if (oid.Length > 32)
            return Convert.ToHexString(oid[..32]) + "…";
        var text = new System.Text.StringBuilder();
        ulong value = 0;
        foreach (byte octet in oid)
        {
            if (value > ulong.MaxValue >> 7)
                return Convert.ToHexString(oid);
            value = (value << 7) | (octet & 0x7Fu);
            if (octet >= 0x80)
                continue;
            if (text.Length == 0)
            {
                ulong root = Math.Min(value / 40, 2);
                text.Append(root);
                value -= root * 40;
            }

            text.Append('.').Append(value);
            value = 0;
        }

        return text.ToString();
    }
}
