using System.Formats.Asn1;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Writes key structures, right and wrong ones, independently of the code under test.</summary>
internal static class Pkcs8Builder
{
    public static byte[] SeedForm(ReadOnlySpan<byte> seed)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteOctetString(seed, new Asn1Tag(TagClass.ContextSpecific, 0));
        return writer.Encode();
    }

    public static byte[] ExpandedForm(ReadOnlySpan<byte> expandedKey)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteOctetString(expandedKey);
        return writer.Encode();
    }

    public static byte[] BothForm(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> expandedKey)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(seed);
            writer.WriteOctetString(expandedKey);
        }

        return writer.Encode();
    }

    /// <summary>A PrivateKeyInfo around a private key's content.</summary>
    public static byte[] Wrap(
        string oid,
        ReadOnlySpan<byte> privateKey,
        int version = 0,
        bool nullParameters = false,
        bool attributes = false,
        byte[]? publicKey = null)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(version);
            WriteAlgorithm(writer, oid, nullParameters);
            writer.WriteOctetString(privateKey);
            if (attributes)
            {
                using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.9.20");
                    using (writer.PushSetOf())
                        writer.WriteCharacterString(UniversalTagNumber.BMPString, "friendly name");
                }
            }

            if (publicKey is not null)
                writer.WriteBitString(publicKey, 0, new Asn1Tag(TagClass.ContextSpecific, 1));
        }

        return writer.Encode();
    }

    /// <summary>A SubjectPublicKeyInfo.</summary>
    public static byte[] Spki(string oid, ReadOnlySpan<byte> publicKey, bool nullParameters = false, int unusedBits = 0)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteAlgorithm(writer, oid, nullParameters);
            writer.WriteBitString(publicKey, unusedBits);
        }

        return writer.Encode();
    }

    /// <summary>An EncryptedPrivateKeyInfo by PBES2, with every choice open.</summary>
    public static byte[] Encrypt(
        byte[] password,
        byte[] plaintext,
        string? prf = "1.2.840.113549.2.9",
        int? declaredIterations = null,
        int? keyLength = null,
        string derivation = "1.2.840.113549.1.5.12",
        string cipher = "2.16.840.1.101.3.4.1.42",
        int ivSize = 16,
        int saltSize = 16)
    {
        byte[] salt = new byte[saltSize];
        byte[] iv = new byte[ivSize];
        HashAlgorithmName hash = prf switch
        {
            null or "1.2.840.113549.2.7" => HashAlgorithmName.SHA1,
            "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
            "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        using Aes aes = Aes.Create();
        aes.Key = Rfc2898DeriveBytes.Pbkdf2(password, salt, 3, hash, 32);
        byte[] ciphertext = aes.EncryptCbc(plaintext, new byte[16]);

        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(derivation);
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(salt);
                            writer.WriteInteger(declaredIterations ?? 3);
                            if (keyLength is { } length)
                                writer.WriteInteger(length);
                            if (prf is not null)
                                WriteAlgorithm(writer, prf, nullParameters: true);
                        }
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(cipher);
                        writer.WriteOctetString(iv);
                    }
                }
            }

            writer.WriteOctetString(ciphertext);
        }

        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer, string oid, bool nullParameters)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (nullParameters)
                writer.WriteNull();
        }
    }
}
