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

    /// <summary>ML-KEM.KeyGen_internal (Algorithm 16).</summary>
    /// <param name="d">32 random bytes.</param>
    /// <param name="z">32 random bytes.</param>
    /// <param name="ek">Receives the encapsulation key, <see cref="EncapsulationKeySize"/> bytes.</param>
    /// <param name="dk">Receives the decapsulation key, <see cref="DecapsulationKeySize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void KeyGenInternal(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, Span<byte> ek, Span<byte> dk)
    {
        CheckLength(d.Length, MLKemParameters.SymbolSize, nameof(d));
        Span<byte> seeds = stackalloc byte[2 * MLKemParameters.SymbolSize];
        ExpandSeed(d, seeds);
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
        CheckLength(seeds.Length, 2 * MLKemParameters.SymbolSize, nameof(seeds));
        CheckLength(z.Length, MLKemParameters.SymbolSize, nameof(z));
        CheckLength(ek.Length, EncapsulationKeySize, nameof(ek));
        CheckLength(dk.Length, DecapsulationKeySize, nameof(dk));
        Span<short> coefficients = stackalloc short[MLKemExpandedKey.PrivateLength];
        MLKemExpandedKey key = new(coefficients);
        MLKemBackEnd.Selected.KeyGen(seeds, ek, HashOf(dk), key);
        MLKemEncoding.Encode(key.SHat, dk[..MLKemParameters.EncodedVectorSize], bits: 12, Lanes.Selected);
        ek.CopyTo(dk[MLKemParameters.EncodedVectorSize..]);
        z.CopyTo(dk[^MLKemParameters.SymbolSize..]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(key.SHat));
    }

    /// <summary>ML-KEM.Encaps_internal (Algorithm 17). The key has passed <see cref="IsValidEncapsulationKey"/>.</summary>
    /// <param name="ek">The encapsulation key, <see cref="EncapsulationKeySize"/> bytes.</param>
    /// <param name="m">32 random bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="SharedSecretSize"/> bytes.</param>
    /// <param name="ciphertext">Receives the ciphertext, <see cref="CiphertextSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void EncapsInternal(ReadOnlySpan<byte> ek, ReadOnlySpan<byte> m, Span<byte> sharedSecret, Span<byte> ciphertext)
    {
        CheckLength(ek.Length, EncapsulationKeySize, nameof(ek));
        CheckLength(m.Length, MLKemParameters.SymbolSize, nameof(m));
        CheckLength(sharedSecret.Length, SharedSecretSize, nameof(sharedSecret));
        CheckLength(ciphertext.Length, CiphertextSize, nameof(ciphertext));
        MLKemBackEnd.Selected.Encaps(ek, m, sharedSecret, ciphertext);
    }

    /// <summary>
    /// ML-KEM.Decaps_internal (Algorithm 18), with implicit rejection. The key has passed <see cref="IsValidDecapsulationKey"/>.
    /// </summary>
    /// <param name="dk">The decapsulation key, <see cref="DecapsulationKeySize"/> bytes.</param>
    /// <param name="ciphertext">The ciphertext, <see cref="CiphertextSize"/> bytes.</param>
    /// <param name="sharedSecret">Receives the shared secret, <see cref="SharedSecretSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void DecapsInternal(ReadOnlySpan<byte> dk, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        CheckLength(dk.Length, DecapsulationKeySize, nameof(dk));
        CheckLength(ciphertext.Length, CiphertextSize, nameof(ciphertext));
        CheckLength(sharedSecret.Length, SharedSecretSize, nameof(sharedSecret));
        MLKemBackEnd.Selected.Decaps(dk, ciphertext, sharedSecret);
    }

    /// <summary>The encapsulation-key check (§7.2): length and modulus.</summary>
    [SkipLocalsInit]
    public static bool IsValidEncapsulationKey(ReadOnlySpan<byte> ek)
    {
        if (ek.Length != EncapsulationKeySize)
            return false;

        Span<short> tHat = stackalloc short[MLKemParameters.VectorLength];
        MLKemEncoding.Decode(ek[..MLKemParameters.EncodedVectorSize], tHat, bits: 12, Lanes.Selected);
        return MLKemEncoding.IsReduced(tHat);
    }

    /// <summary>
    /// The decapsulation-key check (§7.3): length and hash; and, beyond it, that ŝ is reduced, so that a key has one encoding, and the
    /// modulus check of the encapsulation key that it holds, since re-encryption uses that.
    /// </summary>
    /// <remarks>Whether ŝ is reduced says nothing of a key that was made as it should be: those are, and the answer is the same for all.</remarks>
    public static bool IsValidDecapsulationKey(ReadOnlySpan<byte> dk)
    {
        if (dk.Length != DecapsulationKeySize)
            return false;

        Span<byte> hash = stackalloc byte[MLKemParameters.SymbolSize];
        Sha3_256.Hash(EncapsulationKeyOf(dk), hash);
        return CryptographicOperations.FixedTimeEquals(hash, HashOf(dk)) && IsValidEncapsulationKey(EncapsulationKeyOf(dk))
            && IsReduced(dk[..MLKemParameters.EncodedVectorSize]);
    }

    /// <summary>Whether the encoding of a secret vector has only coefficients below q.</summary>
    private static bool IsReduced(ReadOnlySpan<byte> encoded)
    {
        Span<short> vector = stackalloc short[MLKemParameters.VectorLength];
        MLKemEncoding.Decode(encoded, vector, bits: 12, Lanes.Selected);
        bool isReduced = MLKemEncoding.IsReduced(vector);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector));
        return isReduced;
    }

    /// <summary>The encapsulation key within a decapsulation key.</summary>
    public static ReadOnlySpan<byte> EncapsulationKeyOf(ReadOnlySpan<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize, EncapsulationKeySize);

    /// <summary>H(ek) within a decapsulation key.</summary>
    public static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize + EncapsulationKeySize, MLKemParameters.SymbolSize);

    /// <summary>G(d ‖ k): ρ ‖ σ, the first step of K-PKE.KeyGen (Algorithm 13).</summary>
    internal static void ExpandSeed(ReadOnlySpan<byte> d, Span<byte> seeds)
    {
        Sha3_512 g = new();
        g.Absorb(d);
        g.Absorb([MLKemParameters.K]);
        g.Finish(seeds);
    }

    /// <exception cref="ArgumentException">The length is not the expected one.</exception>
    internal static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Exactly {expected} bytes are needed.", name);
    }

    private static Span<byte> HashOf(Span<byte> dk) =>
        dk.Slice(MLKemParameters.EncodedVectorSize + EncapsulationKeySize, MLKemParameters.SymbolSize);
}
