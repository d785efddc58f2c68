using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>ML-KEM-768 (FIPS 203) with its randomness given: the internal algorithms of §6, and the key checks of §7.</summary>
internal static class MLKem768
{
    /// <summary>The size of the seed d ‖ z in bytes.</summary>
    public const int SeedSize = 64;

    /// <summary>The size of an encapsulation key in bytes.</summary>
    public const int EncapsulationKeySize = 1184;

    /// <summary>The size of a decapsulation key in bytes.</summary>
    public const int DecapsulationKeySize = 2400;

    /// <summary>The size of a ciphertext in bytes.</summary>
    public const int CiphertextSize = 1088;

    /// <summary>The size of a shared secret in bytes.</summary>
    public const int SharedSecretSize = 32;

    private const int N = MLKemParameters.N;
    private const int VectorSize = MLKemParameters.K * N;
    private const int MatrixSize = MLKemParameters.K * VectorSize;

    /// <summary>ML-KEM.KeyGen_internal (Algorithm 16).</summary>
    /// <param name="d">32 random bytes.</param>
    /// <param name="z">32 random bytes.</param>
    /// <param name="ek">Receives the encapsulation key, <see cref="EncapsulationKeySize"/> bytes.</param>
    /// <param name="dk">Receives the decapsulation key, <see cref="DecapsulationKeySize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void KeyGenInternal(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, Span<byte> ek, Span<byte> dk)
    {
        CheckLength(d.Length, MLKemParameters.SymbolSize, nameof(d));
        CheckLength(z.Length, MLKemParameters.SymbolSize, nameof(z));
        CheckLength(ek.Length, EncapsulationKeySize, nameof(ek));
        CheckLength(dk.Length, DecapsulationKeySize, nameof(dk));
        Span<byte> seeds = stackalloc byte[2 * MLKemParameters.SymbolSize];

        // G(d ‖ k): ρ and σ.
        Sha3_512 g = new();
        g.Absorb(d);
        g.Absorb([MLKemParameters.K]);
        g.Finish(seeds);
        KeyGenFromSeeds(seeds, z, ek, dk);
        CryptographicOperations.ZeroMemory(seeds);
    }

    /// <summary>
    /// What follows the first step of K-PKE.KeyGen: key generation from ρ ‖ σ. Published digests that were made with the standard's
    /// draft, whose first step was G(d), are checked through it.
    /// </summary>
    [SkipLocalsInit]
    public static void KeyGenFromSeeds(ReadOnlySpan<byte> seeds, ReadOnlySpan<byte> z, Span<byte> ek, Span<byte> dk)
    {
        Span<short> matrix = stackalloc short[MatrixSize];
        Span<short> noise = stackalloc short[2 * VectorSize];
        Span<short> tHat = stackalloc short[VectorSize];
        MLKemSampling<ScalarLanes16, int>.Sample(
            seeds[..MLKemParameters.SymbolSize], matrix, seeds[MLKemParameters.SymbolSize..], noise, LaneWidth.Scalar);
        MLKemScheme<ScalarLanes16, int>.KeyGen(matrix, noise, tHat);

        MLKemEncoding.Encode(tHat, ek[..MLKemParameters.EncodedVectorSize], bits: 12);
        seeds[..MLKemParameters.SymbolSize].CopyTo(ek[MLKemParameters.EncodedVectorSize..]);
        MLKemEncoding.Encode(noise[..VectorSize], dk[..MLKemParameters.EncodedVectorSize], bits: 12);
        ek.CopyTo(dk[MLKemParameters.EncodedVectorSize..]);
        Sha3_256.Hash(ek, HashOf(dk));
        z.CopyTo(dk[^MLKemParameters.SymbolSize..]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(noise));
    }

    /// <summary>ML-KEM.Encaps_internal (Algorithm 17). The key has passed <see cref="IsValidEncapsulationKey"/>.</summary>
    /// <param name="ek">The encapsulation key, <see cref="EncapsulationKeySize"/> bytes.</param>
    /// <param name="m">32 random bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="SharedSecretSize"/> bytes.</param>
    /// <param name="ciphertext">Receives the ciphertext, <see cref="CiphertextSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    [SkipLocalsInit]
    public static void EncapsInternal(ReadOnlySpan<byte> ek, ReadOnlySpan<byte> m, Span<byte> sharedSecret, Span<byte> ciphertext)
    {
        CheckLength(ek.Length, EncapsulationKeySize, nameof(ek));
        CheckLength(m.Length, MLKemParameters.SymbolSize, nameof(m));
        CheckLength(sharedSecret.Length, SharedSecretSize, nameof(sharedSecret));
        CheckLength(ciphertext.Length, CiphertextSize, nameof(ciphertext));
        Span<byte> hash = stackalloc byte[MLKemParameters.SymbolSize];
        Span<byte> secrets = stackalloc byte[2 * MLKemParameters.SymbolSize];
        Sha3_256.Hash(ek, hash);
        HashMessage(m, hash, secrets);
        Encrypt(ek, m, secrets[MLKemParameters.SymbolSize..], ciphertext);
        secrets[..SharedSecretSize].CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(secrets);
    }

    /// <summary>ML-KEM.Decaps_internal (Algorithm 18), with implicit rejection. The key has passed <see cref="IsValidDecapsulationKey"/>.</summary>
    /// <param name="dk">The decapsulation key, <see cref="DecapsulationKeySize"/> bytes.</param>
    /// <param name="ciphertext">The ciphertext, <see cref="CiphertextSize"/> bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="SharedSecretSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    [SkipLocalsInit]
    public static void DecapsInternal(ReadOnlySpan<byte> dk, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        CheckLength(dk.Length, DecapsulationKeySize, nameof(dk));
        CheckLength(ciphertext.Length, CiphertextSize, nameof(ciphertext));
        CheckLength(sharedSecret.Length, SharedSecretSize, nameof(sharedSecret));
        Span<short> sHat = stackalloc short[VectorSize];
        Span<byte> message = stackalloc byte[MLKemParameters.SymbolSize];
        Span<byte> secrets = stackalloc byte[2 * MLKemParameters.SymbolSize];
        Span<byte> rejection = stackalloc byte[SharedSecretSize];
        Span<byte> again = stackalloc byte[CiphertextSize];
        MLKemEncoding.Decode(dk[..MLKemParameters.EncodedVectorSize], sHat, bits: 12);
        MLKemScheme<ScalarLanes16, int>.Decrypt(sHat, ciphertext, message);
        HashMessage(message, HashOf(dk), secrets);

        // J(z ‖ c)
        Shake256 j = new();
        j.Absorb(dk[^MLKemParameters.SymbolSize..]);
        j.Absorb(ciphertext);
        j.Squeeze(rejection);
        j.Clear();
        Encrypt(EncapsulationKeyOf(dk), message, secrets[MLKemParameters.SymbolSize..], again);
        Select(ciphertext, again, secrets[..SharedSecretSize], rejection, sharedSecret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(sHat));
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(secrets);
        CryptographicOperations.ZeroMemory(rejection);
        CryptographicOperations.ZeroMemory(again);
    }

    /// <summary>The encapsulation-key check (§7.2): length and modulus.</summary>
    [SkipLocalsInit]
    public static bool IsValidEncapsulationKey(ReadOnlySpan<byte> ek)
    {
        if (ek.Length != EncapsulationKeySize)
            return false;

        Span<short> tHat = stackalloc short[VectorSize];
        MLKemEncoding.Decode(ek[..MLKemParameters.EncodedVectorSize], tHat, bits: 12);
        return MLKemEncoding.IsReduced(tHat);
    }

    /// <summary>
    /// The decapsulation-key check (§7.3): length and hash; and, beyond it, the modulus check of the encapsulation key that it
    /// holds, since re-encryption uses that.
    /// </summary>
    [SkipLocalsInit]
    public static bool IsValidDecapsulationKey(ReadOnlySpan<byte> dk)
    {
        if (dk.Length != DecapsulationKeySize)
            return false;

        Span<byte> hash = stackalloc byte[MLKemParameters.SymbolSize];
        Sha3_256.Hash(EncapsulationKeyOf(dk), hash);
        return CryptographicOperations.FixedTimeEquals(hash, HashOf(dk)) && IsValidEncapsulationKey(EncapsulationKeyOf(dk));
    }

    /// <summary>The encapsulation key within a decapsulation key.</summary>
    public static ReadOnlySpan<byte> EncapsulationKeyOf(ReadOnlySpan<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize, EncapsulationKeySize);

    private static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize + EncapsulationKeySize, MLKemParameters.SymbolSize);

    private static Span<byte> HashOf(Span<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize + EncapsulationKeySize, MLKemParameters.SymbolSize);

    /// <summary>G(m ‖ H(ek)): the shared secret and the seed of the noise.</summary>
    private static void HashMessage(ReadOnlySpan<byte> m, ReadOnlySpan<byte> hash, Span<byte> secrets)
    {
        Sha3_512 g = new();
        g.Absorb(m);
        g.Absorb(hash);
        g.Finish(secrets);
    }

    [SkipLocalsInit]
    private static void Encrypt(ReadOnlySpan<byte> ek, ReadOnlySpan<byte> message, ReadOnlySpan<byte> noiseSeed, Span<byte> ciphertext)
    {
        Span<short> matrix = stackalloc short[MatrixSize];
        Span<short> tHat = stackalloc short[VectorSize];
        Span<short> noise = stackalloc short[(2 * VectorSize) + N];
        MLKemEncoding.Decode(ek[..MLKemParameters.EncodedVectorSize], tHat, bits: 12);
        MLKemSampling<ScalarLanes16, int>.Sample(
            ek[MLKemParameters.EncodedVectorSize..], matrix, noiseSeed, noise, LaneWidth.Scalar);
        MLKemScheme<ScalarLanes16, int>.Encrypt(matrix, tHat, noise, message, ciphertext);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(noise));
    }

    /// <summary>Writes the secret if the ciphertexts are equal in every byte, otherwise the rejection secret, without a branch.</summary>
    private static void Select(
        ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> again, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> rejection, Span<byte> selected)
    {
        int difference = 0;
        for (int i = 0; i < CiphertextSize; i++)
            difference |= ciphertext[i] ^ again[i];

        // All ones if any byte differs.
        int mask = -difference >> 31;
        for (int i = 0; i < SharedSecretSize; i++)
            selected[i] = (byte)((secret[i] & ~mask) | (rejection[i] & mask));
    }

    private static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Exactly {expected} bytes are needed.", name);
    }
}
