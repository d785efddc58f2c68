using System.Formats.Asn1;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// PKCS#8's EncryptedPrivateKeyInfo (RFC 5958 §3), decrypted: PBES2 with PBKDF2 (RFC 8018 §6.2) and AES or Triple DES in CBC mode, and
/// PKCS#12's SHA-1 and Triple DES (RFC 7292 appendix C), which is what the BCL's exports can write.
/// </summary>
internal static class EncryptedPrivateKeyInfo
{
    /// <summary>The most iterations that are carried out: a hostile file must not occupy a core for minutes.</summary>
    public const int MaxIterations = 10_000_000;

    private const int MaxSaltSize = 1024;

    /// <summary>Decrypts the PrivateKeyInfo.</summary>
    /// <exception cref="CryptographicException">
    /// The source is no BER EncryptedPrivateKeyInfo, its algorithms are not supported, or the password is wrong.
    /// </exception>
    public static SecretMemory Decrypt(Password password, ReadOnlySpan<byte> source)
    {
        try
        {
            return ReadAndDecrypt(password, source);
        }
        catch (AsnContentException exception)
        {
            throw Asn1Reader.Malformed(exception);
        }
    }

    /// <summary>The failure that a wrong password looks like.</summary>
    public static CryptographicException WrongPassword(Exception? inner = null) =>
        new("The encrypted private key could not be read; the password may be wrong.", inner);

    private static SecretMemory ReadAndDecrypt(Password password, ReadOnlySpan<byte> source)
    {
        Asn1Reader info = Asn1Reader.OnlySequence(source, AsnEncodingRules.BER);
        Asn1Reader algorithm = info.ReadSequence();
        string oid = algorithm.ReadDottedOid();
        Asn1Reader parameters = algorithm.ReadSequence();
        algorithm.ThrowIfNotEmpty();

        byte[] content = new byte[source.Length];
        int length = info.CopyOctetsUpTo(content);
        info.ThrowIfNotEmpty();
        ReadOnlySpan<byte> ciphertext = content.AsSpan(0, length);

        return oid switch
        {
            Oids.Pbes2 => DecryptPbes2(password, parameters, ciphertext),
            Oids.Pkcs12Sha1ThreeKeyTripleDes => DecryptPkcs12(password, parameters, ciphertext, keySize: 24),
            Oids.Pkcs12Sha1TwoKeyTripleDes => DecryptPkcs12(password, parameters, ciphertext, keySize: 16),
            _ => throw NotSupported(oid),
        };
    }

    private static CryptographicException NotSupported(string oid) =>
        new($"The key is encrypted with an algorithm that is not supported ({oid}): encrypt it with PBES2, PBKDF2 and AES.");

    // PBES2-params ::= SEQUENCE { keyDerivationFunc AlgorithmIdentifier, encryptionScheme AlgorithmIdentifier }
    private static SecretMemory DecryptPbes2(Password password, Asn1Reader parameters, ReadOnlySpan<byte> ciphertext)
    {
        Asn1Reader derivation = parameters.ReadSequence();
        Asn1Reader scheme = parameters.ReadSequence();
        parameters.ThrowIfNotEmpty();

        string derivationOid = derivation.ReadDottedOid();
        if (derivationOid != Oids.Pbkdf2)
            throw NotSupported(derivationOid);
        Asn1Reader pbkdf2 = derivation.ReadSequence();
        derivation.ThrowIfNotEmpty();

        using SymmetricAlgorithm cipher = CreateCipher(scheme.ReadDottedOid());
        byte[] iv = new byte[cipher.BlockSize / 8];
        scheme.CopyOctets(iv);
        scheme.ThrowIfNotEmpty();

        // PBKDF2-params ::= SEQUENCE { salt OCTET STRING, iterationCount INTEGER, keyLength INTEGER OPTIONAL, prf DEFAULT hmacWithSHA1 }
        byte[] salt = ReadSalt(ref pbkdf2);
        int iterations = ReadIterations(ref pbkdf2);
        if (pbkdf2.NextIs(Asn1Tag.Integer) && pbkdf2.ReadCount() != cipher.KeySize / 8)
            throw new AsnContentException("The key length of PBKDF2 does not fit the cipher.");
        HashAlgorithmName hash = ReadPseudoRandomFunction(ref pbkdf2);
        pbkdf2.ThrowIfNotEmpty();

        using SecretMemory utf8 = password.ToUtf8();
        using SecretMemory key = SecretMemory.Cleared(cipher.KeySize / 8);
        Rfc2898DeriveBytes.Pbkdf2(utf8.Bytes, salt, key.Bytes, iterations, hash);
        return DecryptCbc(cipher, key.Bytes, iv, ciphertext);
    }

    // pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }
    private static SecretMemory DecryptPkcs12(Password password, Asn1Reader parameters, ReadOnlySpan<byte> ciphertext, int keySize)
    {
        byte[] salt = ReadSalt(ref parameters);
        int iterations = ReadIterations(ref parameters);
        parameters.ThrowIfNotEmpty();
        if (salt.Length == 0)
            throw new AsnContentException("The salt is empty.");

        using SecretMemory bmp = password.ToBmpString();
        using SecretMemory key = SecretMemory.Cleared(24);
        byte[] iv = new byte[8];
        Pkcs12KeyDerivation.Derive(Pkcs12KeyDerivation.EncryptionKey, bmp.Bytes, salt, iterations, key.Bytes[..keySize]);
        Pkcs12KeyDerivation.Derive(Pkcs12KeyDerivation.InitializationVector, bmp.Bytes, salt, iterations, iv);
        if (keySize == 16)
            key.Bytes[..8].CopyTo(key.Bytes[16..]);

        using SymmetricAlgorithm cipher = CreateTripleDes();
        return DecryptCbc(cipher, key.Bytes, iv, ciphertext);
    }

    private static byte[] ReadSalt(ref Asn1Reader parameters)
    {
        byte[] salt = new byte[MaxSaltSize];
        return salt[..parameters.CopyOctetsUpTo(salt)];
    }

    private static int ReadIterations(ref Asn1Reader parameters) => parameters.ReadCount() switch
    {
        0 => throw new AsnContentException("The iteration count is zero."),
        > MaxIterations => throw new CryptographicException($"The iteration count is over {MaxIterations}."),
        int count => count,
    };

    private static HashAlgorithmName ReadPseudoRandomFunction(ref Asn1Reader pbkdf2)
    {
        if (!pbkdf2.HasData)
            return HashAlgorithmName.SHA1;

        Asn1Reader algorithm = pbkdf2.ReadSequence();
        string oid = algorithm.ReadDottedOid();
        if (algorithm.HasData)
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        return oid switch
        {
            Oids.HmacSha1 => HashAlgorithmName.SHA1,
            Oids.HmacSha256 => HashAlgorithmName.SHA256,
            Oids.HmacSha384 => HashAlgorithmName.SHA384,
            Oids.HmacSha512 => HashAlgorithmName.SHA512,
            _ => throw NotSupported(oid),
        };
    }

    private static SymmetricAlgorithm CreateCipher(string oid) => oid switch
    {
        Oids.Aes128Cbc => CreateAes(128),
        Oids.Aes192Cbc => CreateAes(192),
        Oids.Aes256Cbc => CreateAes(256),
        Oids.TripleDesCbc => CreateTripleDes(),
        _ => throw NotSupported(oid),
    };

    private static Aes CreateAes(int bits)
    {
        Aes aes = Aes.Create();
        aes.KeySize = bits;
        return aes;
    }

#pragma warning disable CA5350 // Files encrypted long ago are to be read; nothing is encrypted with it here.
    private static TripleDES CreateTripleDes() => TripleDES.Create();
#pragma warning restore CA5350

    private static SecretMemory DecryptCbc(
        SymmetricAlgorithm cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext)
    {
        SecretMemory plaintext = SecretMemory.Cleared(ciphertext.Length);
        try
        {
            cipher.SetKey(key);
            plaintext.Shrink(cipher.DecryptCbc(ciphertext, iv, plaintext.Bytes, PaddingMode.PKCS7));
            return plaintext;
        }
        catch (CryptographicException e)
        {
            plaintext.Dispose();
            throw WrongPassword(e);
        }
    }
}
