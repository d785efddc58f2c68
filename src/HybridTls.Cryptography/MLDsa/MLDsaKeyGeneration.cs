using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>Key generation (FIPS 204 algorithm 6) and the way back from an encoded private key.</summary>
internal static class MLDsaKeyGeneration<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <summary>
    /// ML-DSA.KeyGen_internal(ξ) (algorithm 6). Fills <paramref name="key"/> completely, but leaves t₀ a plain polynomial: only
    /// signing needs its transform (see <see cref="TransformT0"/>).
    /// </summary>
    [SkipLocalsInit]
    public static void Generate(ReadOnlySpan<byte> seed, Span<byte> publicKey, MLDsaExpandedKey key)
    {
        Span<byte> seeds = stackalloc byte[RhoSize + MaskSeedSize + KSize];
        Span<byte> bytes = stackalloc byte[N];
        Shake256 shake = new();
        shake.Absorb(seed[..MLDsa65.SeedSize]);
        shake.Absorb([K, L]);
        shake.Squeeze(seeds);
        shake.Clear();
        seeds[..RhoSize].CopyTo(key.Rho);
        seeds[(RhoSize + MaskSeedSize)..].CopyTo(key.Key);

        MLDsaSampling<TLanes, TVector>.ExpandA(key.Rho, key.Matrix);
        MLDsaSampling<TLanes, TVector>.ExpandS(seeds.Slice(RhoSize, MaskSeedSize), key.Secrets);
        for (int i = 0; i < L + K; i++)
        {
            MLDsaPacking<TLanes, TVector>.PackEta(
                key.Secrets.Slice(i * N, N), bytes, key.PrivateKey.Slice(S1Offset + (i * PackedEtaSize), PackedEtaSize));
        }

        DerivePublicPart(key, publicKey);
        CryptographicOperations.ZeroMemory(seeds);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>
    /// Takes an encoded private key apart (skDecode, algorithm 25) and derives its public key anew. False if a coefficient is out
    /// of range or if tr and t₀ are not those of the key that ρ, s₁ and s₂ make.
    /// </summary>
    [SkipLocalsInit]
    public static bool TryExpand(ReadOnlySpan<byte> privateKey, Span<byte> publicKey, MLDsaExpandedKey key)
    {
        privateKey[..S2Offset].CopyTo(key.PrivateKey);
        privateKey[S2Offset..T0Offset].CopyTo(key.PrivateKey[S2Offset..]);
        bool valid = true;
        for (int i = 0; i < L + K; i++)
        {
            valid &= MLDsaEncoding.TryUnpackEta(
                privateKey.Slice(S1Offset + (i * PackedEtaSize), PackedEtaSize), key.Secrets.Slice(i * N, N));
        }

        if (!valid)
        {
            return false;
        }

        MLDsaSampling<TLanes, TVector>.ExpandA(key.Rho, key.Matrix);
        DerivePublicPart(key, publicKey);
        return CryptographicOperations.FixedTimeEquals(key.PrivateKey, privateKey);
    }

    /// <summary>t₀ to NTT(t₀), which signing needs.</summary>
    public static void TransformT0(MLDsaExpandedKey key)
    {
        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<TLanes, TVector>.Forward(key.T0.Slice(i * N, N));
        }
    }

    /// <summary>
    /// Lines 5 to 10 of algorithm 6: t = A·s₁ + s₂, its halves, the public key, tr and t₀. Takes s₁ and s₂ as plain polynomials
    /// in <see cref="MLDsaExpandedKey.Secrets"/> and leaves their transforms there.
    /// </summary>
    [SkipLocalsInit]
    private static void DerivePublicPart(MLDsaExpandedKey key, Span<byte> publicKey)
    {
        Span<int> scratch = MLDsaMemory.Align(stackalloc int[(2 * N) + MLDsaMemory.Padding]);
        Span<int> t = scratch[..N];
        Span<int> high = scratch.Slice(N, N);
        for (int i = 0; i < L; i++)
        {
            MLDsaNtt<TLanes, TVector>.Forward(key.S1.Slice(i * N, N));
        }

        key.Rho.CopyTo(publicKey);
        for (int i = 0; i < K; i++)
        {
            Span<int> s2 = key.S2.Slice(i * N, N);
            Span<int> low = key.T0.Slice(i * N, N);
            MLDsaNtt<TLanes, TVector>.MultiplyRow(t, key.Matrix.Slice(i * L * N, L * N), key.S1);
            MLDsaNtt<TLanes, TVector>.Inverse(t);
            MLDsaRounding<TLanes, TVector>.Add(t, s2);
            MLDsaRounding<TLanes, TVector>.Canonicalize(t);
            MLDsaRounding<TLanes, TVector>.Power2Round(t, high, low);
            MLDsaEncoding.Pack(high, bits: 10, 0, 1, publicKey.Slice(RhoSize + (i * PackedT1Size), PackedT1Size));
            MLDsaEncoding.Pack(low, D, 1 << (D - 1), -1, key.PrivateKey.Slice(T0Offset + (i * PackedT0Size), PackedT0Size));
            MLDsaNtt<TLanes, TVector>.Forward(s2);
        }

        MLDsa65.ComputeTr(publicKey, key.Tr);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scratch));
    }
}
