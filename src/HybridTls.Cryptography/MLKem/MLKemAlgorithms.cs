using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>The internal algorithms of FIPS 203 §6 on one back end; lengths have been checked.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal sealed class MLKemAlgorithms<TLanes, TVector> : MLKemBackEnd
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    private const int SymbolSize = MLKemParameters.SymbolSize;
    private const int NoiseCount = (2 * MLKemParameters.K) + 1;
    private const byte Sha3Suffix = 0x06;
    private const byte ShakeSuffix = 0x1F;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void KeyGen(ReadOnlySpan<byte> seeds, Span<byte> ek, Span<byte> hash, MLKemExpandedKey key)
    {
        Span<short> noise = stackalloc short[2 * MLKemParameters.VectorLength];
        MLKemSampling<TLanes, TVector>.Sample(seeds[..SymbolSize], key.Matrix, seeds[SymbolSize..], noise, default);
        MLKemScheme<TLanes, TVector>.KeyGen(key.Matrix, noise, key.THat);
        noise[..MLKemParameters.VectorLength].CopyTo(key.SHat);
        MLKemEncoding.Encode(key.THat, ek[..MLKemParameters.EncodedVectorSize], bits: 12, MLKemField<TLanes, TVector>.Width);
        seeds[..SymbolSize].CopyTo(ek[MLKemParameters.EncodedVectorSize..]);
        Sha3_256.Hash(ek, hash);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(noise));
    }

    /// <inheritdoc/>
    public override void Expand(ReadOnlySpan<byte> ek, MLKemExpandedKey key, MLKemHashLane hash)
    {
        MLKemEncoding.Decode(ek[..MLKemParameters.EncodedVectorSize], key.THat, bits: 12, MLKemField<TLanes, TVector>.Width);
        MLKemSampling<TLanes, TVector>.Sample(ek[MLKemParameters.EncodedVectorSize..], key.Matrix, default, default, hash);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Encaps(ReadOnlySpan<byte> ek, ReadOnlySpan<byte> m, Span<byte> sharedSecret, Span<byte> ciphertext)
    {
        Span<short> coefficients = stackalloc short[MLKemExpandedKey.PublicLength];
        Span<byte> hash = stackalloc byte[SymbolSize];
        MLKemExpandedKey key = new(coefficients);
        Expand(ek, key, new MLKemHashLane(ek, Sha3Suffix, hash));
        Encaps(key, hash, m, sharedSecret, ciphertext);
    }

    /// <summary>ML-KEM.Encaps_internal with a key that is expanded already.</summary>
    [SkipLocalsInit]
    private static void Encaps(
        MLKemExpandedKey key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> m, Span<byte> sharedSecret, Span<byte> ciphertext)
    {
        Span<byte> secrets = stackalloc byte[2 * SymbolSize];
        Span<short> noise = stackalloc short[NoiseCount * MLKemParameters.N];
        HashMessage(m, hash, secrets);
        MLKemSampling<TLanes, TVector>.Sample(default, default, secrets[SymbolSize..], noise, default);
        MLKemScheme<TLanes, TVector>.Encrypt(key.Matrix, key.THat, noise, m, ciphertext);
        secrets[..SymbolSize].CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(secrets);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(noise));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Decaps(ReadOnlySpan<byte> dk, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        Span<short> coefficients = stackalloc short[MLKemExpandedKey.PrivateLength];
        MLKemExpandedKey key = new(coefficients);
        ReadOnlySpan<byte> ek = MLKem768.EncapsulationKeyOf(dk);
        MLKemEncoding.Decode(dk[..MLKemParameters.EncodedVectorSize], key.SHat, bits: 12, MLKemField<TLanes, TVector>.Width);
        MLKemEncoding.Decode(ek[..MLKemParameters.EncodedVectorSize], key.THat, bits: 12, MLKemField<TLanes, TVector>.Width);
        Decaps(key, ek[MLKemParameters.EncodedVectorSize..], MLKem768.HashOf(dk), dk[^SymbolSize..], ciphertext, sharedSecret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(key.SHat));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Decaps(
        MLKemExpandedKey key,
        ReadOnlySpan<byte> matrixSeed,
        ReadOnlySpan<byte> hash,
        ReadOnlySpan<byte> z,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> sharedSecret)
    {
        Span<byte> message = stackalloc byte[SymbolSize];
        Span<byte> secrets = stackalloc byte[2 * SymbolSize];
        Span<byte> rejection = stackalloc byte[SymbolSize];
        Span<byte> rejectionInput = stackalloc byte[SymbolSize + MLKem768.CiphertextSize];
        Span<byte> again = stackalloc byte[MLKem768.CiphertextSize];
        Span<short> noise = stackalloc short[NoiseCount * MLKemParameters.N];
        MLKemScheme<TLanes, TVector>.Decrypt(key.SHat, ciphertext, message);
        HashMessage(message, hash, secrets);

        // J(z ‖ c), computed whether it is needed or not.
        z.CopyTo(rejectionInput);
        ciphertext.CopyTo(rejectionInput[SymbolSize..]);
        MLKemHashLane j = new(rejectionInput, ShakeSuffix, rejection);
        MLKemSampling<TLanes, TVector>.Sample(
            matrixSeed, matrixSeed.IsEmpty ? default : key.Matrix, secrets[SymbolSize..], noise, j);
        MLKemScheme<TLanes, TVector>.Encrypt(key.Matrix, key.THat, noise, message, again);
        Select(ciphertext, again, secrets[..SymbolSize], rejection, sharedSecret);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(secrets);
        CryptographicOperations.ZeroMemory(rejection);
        CryptographicOperations.ZeroMemory(rejectionInput);
        CryptographicOperations.ZeroMemory(again);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(noise));
    }

    /// <summary>G(m ‖ H(ek)): the shared secret and the seed of the noise.</summary>
    private static void HashMessage(ReadOnlySpan<byte> m, ReadOnlySpan<byte> hash, Span<byte> secrets)
    {
        Sha3_512 g = new();
        g.Absorb(m);
        g.Absorb(hash);
        g.Finish(secrets);
    }

    /// <summary>Writes the secret if the ciphertexts are equal in every byte, otherwise the rejection secret, without a branch.</summary>
    private static void Select(
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> again,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> rejection,
        Span<byte> selected)
    {
        // 1,088 bytes are 136 words exactly: no byte is left out.
        ReadOnlySpan<ulong> left = MemoryMarshal.Cast<byte, ulong>(ciphertext);
        ReadOnlySpan<ulong> right = MemoryMarshal.Cast<byte, ulong>(again);
        ulong difference = 0;
        for (int i = 0; i < MLKem768.CiphertextSize / sizeof(ulong); i++)
            difference |= left[i] ^ right[i];

        // All ones if any bit differs.
        int mask = (int)(-(long)((difference >> 32) | (uint)difference) >> 63);
        for (int i = 0; i < SymbolSize; i++)
            selected[i] = (byte)((secret[i] & ~mask) | (rejection[i] & mask));
    }
}
