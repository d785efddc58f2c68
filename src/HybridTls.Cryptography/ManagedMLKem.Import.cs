using System.Security.Cryptography;

namespace HybridTls.Cryptography;

public sealed partial class ManagedMLKem
{
    /// <summary>Generates a key (FIPS 203 algorithm 19).</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLKemAlgorithm.MLKem768"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="algorithm"/> is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-KEM-768.</exception>
    public static new ManagedMLKem GenerateKey(MLKemAlgorithm algorithm)
    {
        Expect(algorithm);
        SecretMemory seed = SecretMemory.Cleared(MLKem768.SeedSize);
        Entropy.Fill(seed.Bytes);
        return FromSeed(seed);
    }

    /// <summary>Imports a private seed: d and z of FIPS 203 algorithm 16, 64 bytes.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLKemAlgorithm.MLKem768"/>.</param>
    /// <param name="source">The seed.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 64 bytes long.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-KEM-768.</exception>
    public static new ManagedMLKem ImportPrivateSeed(MLKemAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLKem768.SeedSize, "private seed");
        return FromSeed(SecretMemory.CopyOf(source));
    }

    /// <inheritdoc cref="ImportPrivateSeed(MLKemAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportPrivateSeed(MLKemAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportPrivateSeed(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports a decapsulation key, 2,400 bytes, after the hash check of FIPS 203 §7.3.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLKemAlgorithm.MLKem768"/>.</param>
    /// <param name="source">The decapsulation key.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 2,400 bytes long.</exception>
    /// <exception cref="CryptographicException">The decapsulation key fails the check.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-KEM-768.</exception>
    public static new ManagedMLKem ImportDecapsulationKey(MLKemAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLKem768.DecapsulationKeySize, "decapsulation key");
        return FromDecapsulationKey(SecretMemory.CopyOf(source));
    }

    /// <inheritdoc cref="ImportDecapsulationKey(MLKemAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportDecapsulationKey(MLKemAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportDecapsulationKey(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports an encapsulation key, 1,184 bytes, after the modulus check of FIPS 203 §7.2.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLKemAlgorithm.MLKem768"/>.</param>
    /// <param name="source">The encapsulation key.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 1,184 bytes long.</exception>
    /// <exception cref="CryptographicException">The encapsulation key fails the check.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-KEM-768.</exception>
    public static new ManagedMLKem ImportEncapsulationKey(MLKemAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLKem768.EncapsulationKeySize, "encapsulation key");
        return FromEncapsulationKey(source.ToArray());
    }

    /// <inheritdoc cref="ImportEncapsulationKey(MLKemAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportEncapsulationKey(MLKemAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportEncapsulationKey(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports a public key from a DER SubjectPublicKeyInfo (RFC 9935 §4).</summary>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">It is malformed, holds a key of another algorithm, or fails the modulus check.</exception>
    /// <exception cref="NotSupportedException">It holds an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportSubjectPublicKeyInfo(ReadOnlySpan<byte> source) =>
        FromEncapsulationKey(SubjectPublicKeyInfo.Read(KeyFormat.MLKem768, source));

    /// <inheritdoc cref="ImportSubjectPublicKeyInfo(ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportSubjectPublicKeyInfo(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportSubjectPublicKeyInfo(new ReadOnlySpan<byte>(source));
    }

    /// <summary>
    /// Imports a private key from a BER PKCS#8 PrivateKeyInfo in any form of RFC 9935 §6: seed, expandedKey, or both.
    /// </summary>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">
    /// It is malformed, holds a key of another algorithm, or its parts do not belong together.
    /// </exception>
    /// <exception cref="NotSupportedException">It holds an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportPkcs8PrivateKey(ReadOnlySpan<byte> source)
    {
        using PrivateKeyInfo info = PrivateKeyInfo.Read(KeyFormat.MLKem768, source);
        ManagedMLKem key = info.Seed is { } seed
            ? FromSeed(SecretMemory.CopyOf(seed.Bytes))
            : FromDecapsulationKey(SecretMemory.CopyOf(info.ExpandedKey!.Bytes));

        bool isConsistent = info.PublicKey is null || info.PublicKey.AsSpan().SequenceEqual(key._encapsulationKey);
        if (info is { Seed: not null, ExpandedKey: not null })
        {
            using SecretMemory decapsulationKey = SecretMemory.Cleared(MLKem768.DecapsulationKeySize);
            key.WriteDecapsulationKey(decapsulationKey.Bytes);
            isConsistent &= CryptographicOperations.FixedTimeEquals(info.ExpandedKey.Bytes, decapsulationKey.Bytes);
        }

        if (isConsistent)
            return key;

        key.Dispose();
        throw new CryptographicException("The parts of the private key (seed, expanded key, public key) do not belong together.");
    }

    /// <inheritdoc cref="ImportPkcs8PrivateKey(ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportPkcs8PrivateKey(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportPkcs8PrivateKey(new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports a private key from a BER PKCS#8 EncryptedPrivateKeyInfo: PBES2, or PKCS#12's SHA-1 with Triple DES.</summary>
    /// <param name="password">The password.</param>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">
    /// The password is wrong; or the structure is malformed, encrypted with algorithms that are not supported or with more than 10
    /// million iterations, or holds a key of another algorithm, or one whose parts do not belong together.
    /// </exception>
    /// <exception cref="NotSupportedException">It holds an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportEncryptedPkcs8PrivateKey(ReadOnlySpan<char> password, ReadOnlySpan<byte> source) =>
        ImportEncrypted(new Password(password), source);

    /// <summary>Imports a private key from a BER PKCS#8 EncryptedPrivateKeyInfo: PBES2.</summary>
    /// <param name="passwordBytes">The password, as PBKDF2 takes it.</param>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="CryptographicException">
    /// As for passwords in characters; or the structure is encrypted with PKCS#12's key derivation, which takes characters.
    /// </exception>
    /// <exception cref="NotSupportedException">It holds an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportEncryptedPkcs8PrivateKey(ReadOnlySpan<byte> passwordBytes, ReadOnlySpan<byte> source) =>
        ImportEncrypted(new Password(passwordBytes), source);

    /// <inheritdoc cref="ImportEncryptedPkcs8PrivateKey(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportEncryptedPkcs8PrivateKey(string password, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(source);
        return ImportEncrypted(new Password(password.AsSpan()), source);
    }

    /// <summary>Imports the one unencrypted key (PUBLIC KEY or PRIVATE KEY) of a PEM text (RFC 7468).</summary>
    /// <param name="source">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no key in it, more than one, or an encrypted one.</exception>
    /// <exception cref="CryptographicException">
    /// The key is malformed, of another algorithm, or its parts do not belong together.
    /// </exception>
    /// <exception cref="NotSupportedException">It is an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportFromPem(ReadOnlySpan<char> source)
    {
        using SecretMemory key = PemKey.Read(source, out bool isPublic);
        return isPublic ? ImportSubjectPublicKeyInfo(key.Bytes) : ImportPkcs8PrivateKey(key.Bytes);
    }

    /// <inheritdoc cref="ImportFromPem(ReadOnlySpan{char})"/>
    public static new ManagedMLKem ImportFromPem(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportFromPem(source.AsSpan());
    }

    /// <summary>Imports the one encrypted key (ENCRYPTED PRIVATE KEY) of a PEM text (RFC 7468).</summary>
    /// <param name="source">The text.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no encrypted key in it, or more than one.</exception>
    /// <exception cref="CryptographicException">The password is wrong, or the key is malformed or of another algorithm.</exception>
    /// <exception cref="NotSupportedException">It is an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportFromEncryptedPem(ReadOnlySpan<char> source, ReadOnlySpan<char> password)
    {
        using SecretMemory key = PemKey.ReadEncrypted(source);
        return ImportEncrypted(new Password(password), key.Bytes);
    }

    /// <summary>Imports the one encrypted key (ENCRYPTED PRIVATE KEY) of a PEM text (RFC 7468).</summary>
    /// <param name="source">The text.</param>
    /// <param name="passwordBytes">The password, as PBKDF2 takes it.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no encrypted key in it, or more than one.</exception>
    /// <exception cref="CryptographicException">The password is wrong, or the key is malformed or of another algorithm.</exception>
    /// <exception cref="NotSupportedException">It is an ML-KEM key of another parameter set.</exception>
    public static new ManagedMLKem ImportFromEncryptedPem(ReadOnlySpan<char> source, ReadOnlySpan<byte> passwordBytes)
    {
        using SecretMemory key = PemKey.ReadEncrypted(source);
        return ImportEncrypted(new Password(passwordBytes), key.Bytes);
    }

    /// <inheritdoc cref="ImportFromEncryptedPem(ReadOnlySpan{char}, ReadOnlySpan{char})"/>
    public static new ManagedMLKem ImportFromEncryptedPem(string source, string password)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(password);
        return ImportFromEncryptedPem(source.AsSpan(), password.AsSpan());
    }

    /// <inheritdoc cref="ImportFromEncryptedPem(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    public static new ManagedMLKem ImportFromEncryptedPem(string source, byte[] passwordBytes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(passwordBytes);
        return ImportFromEncryptedPem(source.AsSpan(), new ReadOnlySpan<byte>(passwordBytes));
    }

    private static void Expect(MLKemAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        KeyFormat.MLKem768.ExpectName(algorithm.Name);
    }

    private static void ExpectLength(ReadOnlySpan<byte> source, int length, string what)
    {
        if (source.Length != length)
            throw new ArgumentException($"An ML-KEM-768 {what} is {length} bytes long, not {source.Length}.", nameof(source));
    }

    // The three ways to make a key; each takes its argument over.
    private static ManagedMLKem FromSeed(SecretMemory seed)
    {
        byte[] encapsulationKey = new byte[MLKem768.EncapsulationKeySize];
        MLKem768PrivateKey privateKey = MLKem768PrivateKey.KeyGenInternal(seed.Bytes[..32], seed.Bytes[32..], encapsulationKey);
        return new ManagedMLKem(encapsulationKey, privateKey, seed: seed);
    }

    private static ManagedMLKem FromDecapsulationKey(SecretMemory decapsulationKey)
    {
        if (MLKem768.IsValidDecapsulationKey(decapsulationKey.Bytes))
        {
            byte[] encapsulationKey = decapsulationKey.Bytes[EncapsulationKeyInDecapsulationKey].ToArray();
            MLKem768PrivateKey privateKey = MLKem768PrivateKey.Expand(decapsulationKey.Bytes);
            return new ManagedMLKem(encapsulationKey, privateKey, decapsulationKey: decapsulationKey);
        }

        decapsulationKey.Dispose();
        throw new CryptographicException("The decapsulation key fails the checks of FIPS 203 §7.3.");
    }

    private static ManagedMLKem FromEncapsulationKey(byte[] encapsulationKey) =>
        MLKem768.IsValidEncapsulationKey(encapsulationKey)
            ? new ManagedMLKem(encapsulationKey)
            : throw new CryptographicException("The encapsulation key fails the modulus check of FIPS 203 §7.2.");

    private static ManagedMLKem ImportEncrypted(Password password, ReadOnlySpan<byte> source)
    {
        using SecretMemory decrypted = EncryptedPrivateKeyInfo.Decrypt(password, source);
        try
        {
            return ImportPkcs8PrivateKey(decrypted.Bytes);
        }
        catch (CryptographicException e)
        {
            // About one wrong password in 256 yields a valid padding.
            throw EncryptedPrivateKeyInfo.WrongPassword(e);
        }
    }
}
