using System.Security.Cryptography;

namespace HybridTls.Cryptography;

public sealed partial class ManagedMLDsa
{
    /// <summary>Generates a key (FIPS 204 algorithm 1).</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLDsaAlgorithm.MLDsa65"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="algorithm"/> is <see langword="null"/>.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-DSA-65.</exception>
    public static new ManagedMLDsa GenerateKey(MLDsaAlgorithm algorithm)
    {
        Expect(algorithm);
        SecretMemory seed = SecretMemory.Cleared(MLDsa65.SeedSize);
        Entropy.Fill(seed.Bytes);
        return FromSeed(seed);
    }

    /// <summary>Imports a private seed: ξ of FIPS 204 algorithm 1, 32 bytes.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLDsaAlgorithm.MLDsa65"/>.</param>
    /// <param name="source">The seed.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 32 bytes long.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-DSA-65.</exception>
    public static new ManagedMLDsa ImportMLDsaPrivateSeed(MLDsaAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLDsa65.SeedSize, "private seed");
        return FromSeed(SecretMemory.CopyOf(source));
    }

    /// <inheritdoc cref="ImportMLDsaPrivateSeed(MLDsaAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportMLDsaPrivateSeed(MLDsaAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportMLDsaPrivateSeed(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports an expanded private key, 4,032 bytes (FIPS 204 algorithm 24), and checks that its parts belong together.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLDsaAlgorithm.MLDsa65"/>.</param>
    /// <param name="source">The private key.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 4,032 bytes long.</exception>
    /// <exception cref="CryptographicException">The private key is malformed or inconsistent.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-DSA-65.</exception>
    public static new ManagedMLDsa ImportMLDsaPrivateKey(MLDsaAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLDsa65.PrivateKeySize, "private key");
        return FromPrivateKey(source);
    }

    /// <inheritdoc cref="ImportMLDsaPrivateKey(MLDsaAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportMLDsaPrivateKey(MLDsaAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportMLDsaPrivateKey(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports a public key, 1,952 bytes; every value of that length is one.</summary>
    /// <param name="algorithm">The parameter set: <see cref="MLDsaAlgorithm.MLDsa65"/>.</param>
    /// <param name="source">The public key.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not 1,952 bytes long.</exception>
    /// <exception cref="NotSupportedException"><paramref name="algorithm"/> is not ML-DSA-65.</exception>
    public static new ManagedMLDsa ImportMLDsaPublicKey(MLDsaAlgorithm algorithm, ReadOnlySpan<byte> source)
    {
        Expect(algorithm);
        ExpectLength(source, MLDsa65.PublicKeySize, "public key");
        return FromPublicKey(source);
    }

    /// <inheritdoc cref="ImportMLDsaPublicKey(MLDsaAlgorithm, ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportMLDsaPublicKey(MLDsaAlgorithm algorithm, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportMLDsaPublicKey(algorithm, new ReadOnlySpan<byte>(source));
    }

    /// <summary>Imports a public key from a DER SubjectPublicKeyInfo (RFC 9881 §4).</summary>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">It is malformed or holds a key of another algorithm.</exception>
    /// <exception cref="NotSupportedException">It holds an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportSubjectPublicKeyInfo(ReadOnlySpan<byte> source) =>
        FromPublicKey(SubjectPublicKeyInfo.Read(KeyFormat.MLDsa65, source));

    /// <inheritdoc cref="ImportSubjectPublicKeyInfo(ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportSubjectPublicKeyInfo(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ImportSubjectPublicKeyInfo(new ReadOnlySpan<byte>(source));
    }

    /// <summary>
    /// Imports a private key from a BER PKCS#8 PrivateKeyInfo in any form of RFC 9881 §6: seed, expandedKey, or both.
    /// </summary>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="CryptographicException">
    /// It is malformed, holds a key of another algorithm, or its parts do not belong together.
    /// </exception>
    /// <exception cref="NotSupportedException">It holds an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportPkcs8PrivateKey(ReadOnlySpan<byte> source)
    {
        using PrivateKeyInfo info = PrivateKeyInfo.Read(KeyFormat.MLDsa65, source);
        ManagedMLDsa key = info.Seed is { } seed
            ? FromSeed(SecretMemory.CopyOf(seed.Bytes))
            : FromPrivateKey(info.ExpandedKey!.Bytes);

        bool isConsistent = info.PublicKey is null || key._verificationKey.PublicKey.SequenceEqual(info.PublicKey);
        if (info is { Seed: not null, ExpandedKey: not null })
        {
            using SecretMemory expandedKey = SecretMemory.Cleared(MLDsa65.PrivateKeySize);
            key.SigningKey.ExportPrivateKey(expandedKey.Bytes);
            isConsistent &= CryptographicOperations.FixedTimeEquals(info.ExpandedKey.Bytes, expandedKey.Bytes);
        }

        if (isConsistent)
            return key;

        key.Dispose();
        throw new CryptographicException("The parts of the private key (seed, expanded key, public key) do not belong together.");
    }

    /// <inheritdoc cref="ImportPkcs8PrivateKey(ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportPkcs8PrivateKey(byte[] source)
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
    /// <exception cref="NotSupportedException">It holds an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportEncryptedPkcs8PrivateKey(ReadOnlySpan<char> password, ReadOnlySpan<byte> source) =>
        ImportEncrypted(new Password(password), source);

    /// <summary>Imports a private key from a BER PKCS#8 EncryptedPrivateKeyInfo: PBES2.</summary>
    /// <param name="passwordBytes">The password, as PBKDF2 takes it.</param>
    /// <param name="source">The encoding, and nothing after it.</param>
    /// <exception cref="CryptographicException">
    /// As for passwords in characters; or the structure is encrypted with PKCS#12's key derivation, which takes characters.
    /// </exception>
    /// <exception cref="NotSupportedException">It holds an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportEncryptedPkcs8PrivateKey(ReadOnlySpan<byte> passwordBytes, ReadOnlySpan<byte> source) =>
        ImportEncrypted(new Password(passwordBytes), source);

    /// <inheritdoc cref="ImportEncryptedPkcs8PrivateKey(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportEncryptedPkcs8PrivateKey(string password, byte[] source)
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
    /// <exception cref="NotSupportedException">It is an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportFromPem(ReadOnlySpan<char> source)
    {
        using SecretMemory key = PemKey.Read(source, out bool isPublic);
        return isPublic ? ImportSubjectPublicKeyInfo(key.Bytes) : ImportPkcs8PrivateKey(key.Bytes);
    }

    /// <inheritdoc cref="ImportFromPem(ReadOnlySpan{char})"/>
    public static new ManagedMLDsa ImportFromPem(string source)
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
    /// <exception cref="NotSupportedException">It is an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportFromEncryptedPem(ReadOnlySpan<char> source, ReadOnlySpan<char> password)
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
    /// <exception cref="NotSupportedException">It is an ML-DSA key of another parameter set.</exception>
    public static new ManagedMLDsa ImportFromEncryptedPem(ReadOnlySpan<char> source, ReadOnlySpan<byte> passwordBytes)
    {
        using SecretMemory key = PemKey.ReadEncrypted(source);
        return ImportEncrypted(new Password(passwordBytes), key.Bytes);
    }

    /// <inheritdoc cref="ImportFromEncryptedPem(ReadOnlySpan{char}, ReadOnlySpan{char})"/>
    public static new ManagedMLDsa ImportFromEncryptedPem(string source, string password)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(password);
        return ImportFromEncryptedPem(source.AsSpan(), password.AsSpan());
    }

    /// <inheritdoc cref="ImportFromEncryptedPem(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    public static new ManagedMLDsa ImportFromEncryptedPem(string source, byte[] passwordBytes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(passwordBytes);
        return ImportFromEncryptedPem(source.AsSpan(), new ReadOnlySpan<byte>(passwordBytes));
    }

    private static void Expect(MLDsaAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        KeyFormat.MLDsa65.ExpectName(algorithm.Name);
    }

    private static void ExpectLength(ReadOnlySpan<byte> source, int length, string what)
    {
        if (source.Length != length)
            throw new ArgumentException($"An ML-DSA-65 {what} is {length} bytes long, not {source.Length}.", nameof(source));
    }

    // The three ways to make a key. The seed is taken over.
    private static ManagedMLDsa FromSeed(SecretMemory seed)
    {
        MLDsa65SigningKey signingKey = MLDsa65SigningKey.FromSeed(seed.Bytes);
        return new ManagedMLDsa(signingKey.PublicKey, signingKey, seed);
    }

    private static ManagedMLDsa FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        MLDsa65SigningKey signingKey = MLDsa65SigningKey.FromPrivateKey(privateKey);
        return new ManagedMLDsa(signingKey.PublicKey, signingKey, seed: null);
    }

    private static ManagedMLDsa FromPublicKey(ReadOnlySpan<byte> publicKey) => new(publicKey, signingKey: null, seed: null);

    private static ManagedMLDsa ImportEncrypted(Password password, ReadOnlySpan<byte> source)
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
