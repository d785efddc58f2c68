using System.Buffers.Binary;
using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>
/// Signatures whose z reaches the bound γ₁ − β and that are right in all else: only the check of the bound refuses them (FIPS 204
/// algorithm 8, line 13). No signer makes them, so they are made here by one that does not look at z.
/// </summary>
public sealed class MLDsaBoundTests
{
    private const int Bound = Gamma1 - Beta;

    /// <summary>Found by search among the first ten thousand: the mask seeds by which the largest |z| is just this.</summary>
    private static readonly (int Seed, int Largest)[] Seeds =
    [
        (1564, Bound - 1), (3343, Bound - 1), (4457, Bound), (6258, Bound), (7014, Bound), (7827, Bound), (9341, Bound - 1), (4288, Bound + 1),
        (4725, Bound + 1),
    ];

    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Z_at_its_bound_is_refused_and_below_it_accepted(int width)
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "z at the bound"u8);

        foreach ((int seed, int largest) in Seeds)
        {
            byte[] signature = new byte[MLDsa65.SignatureSize];
            Assert.Equal(largest, SignWithoutBound(mu, seed, signature));
            using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
            Assert.Equal(largest < Bound, MLDsa65.Verify(key.PublicKey, mu, signature));
            Assert.Equal(largest < Bound, new MLDsa65VerificationKey(key.PublicKey).Verify(mu, signature));
        }
    }

    /// <summary>One attempt of algorithm 7 with the masks of a seed of the caller's, without line 23's look at z.</summary>
    /// <returns>The largest |z|; -1 if another check rejects the attempt.</returns>
    private static int SignWithoutBound(ReadOnlySpan<byte> mu, int seed, Span<byte> signature)
    {
        MLDsaExpandedKey key = new(new int[MLDsaExpandedKey.Coefficients], new byte[MLDsa65.PrivateKeySize]);
        MLDsaBackEnd.Selected.Generate(new byte[32], new byte[MLDsa65.PublicKeySize], key);
        MLDsaBackEnd.Selected.TransformT0(key);
        byte[] maskSeed = new byte[MaskSeedSize];
        BinaryPrimitives.WriteInt32LittleEndian(maskSeed, seed);
        int[] masks = new int[(L + MLDsaSampling<ScalarLanes32, long>.MaskBatch) * N], transformed = new int[L * N];
        for (int i = 0; i < L; i += MLDsaSampling<ScalarLanes32, long>.MaskBatch)
            MLDsaSampling<ScalarLanes32, long>.ExpandMask(maskSeed, i, masks.AsSpan(i * N));
        masks.AsSpan(0, L * N).CopyTo(transformed);
        for (int i = 0; i < L; i++)
            MLDsaNtt<ScalarLanes32, long>.Forward(transformed.AsSpan(i * N, N));

        int[] low = new int[K * N], high = new int[K * N], challenge = new int[N], product = new int[N];
        byte[] muAndW1 = new byte[MLDsa65.MuSize + (K * PackedW1Size)], bytes = new byte[K * N];
        mu.CopyTo(muAndW1);
        for (int i = 0; i < K; i++)
        {
            Span<int> w = low.AsSpan(i * N, N);
            MLDsaNtt<ScalarLanes32, long>.MultiplyRow(w, key.Matrix.Slice(i * L * N, L * N), transformed);
            MLDsaNtt<ScalarLanes32, long>.Inverse(w);
            MLDsaRounding<ScalarLanes32, long>.Decompose(w, high.AsSpan(i * N, N), w, bytes.AsSpan(0, N));
            MLDsaEncoding.PackNibbles(bytes.AsSpan(0, N), muAndW1.AsSpan(MLDsa65.MuSize + (i * PackedW1Size), PackedW1Size));
        }

        Shake256 shake = new();
        shake.Absorb(muAndW1);
        shake.Squeeze(signature[..CommitmentHashSize]);
        MLDsaChallenge.SampleInBall(signature[..CommitmentHashSize], challenge);
        MLDsaNtt<ScalarLanes32, long>.Forward(challenge);
        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<ScalarLanes32, long>.Multiply(product, challenge, key.S2.Slice(i * N, N));
            MLDsaNtt<ScalarLanes32, long>.Inverse(product);
            if (MLDsaRounding<ScalarLanes32, long>.SubtractExceeds(low.AsSpan(i * N, N), product, Gamma2 - Beta))
                return -1;
        }

        int largest = 0;
        for (int i = 0; i < L; i++)
        {
            Span<int> z = masks.AsSpan(i * N, N);
            MLDsaNtt<ScalarLanes32, long>.Multiply(product, challenge, key.S1.Slice(i * N, N));
            MLDsaNtt<ScalarLanes32, long>.Inverse(product);
            MLDsaRounding<ScalarLanes32, long>.AddExceeds(z, product, Gamma1);
            foreach (int coefficient in z)
                largest = Math.Max(largest, Math.Abs(coefficient));
            if (largest >= Gamma1)
                return -1; // no encoding
            MLDsaEncoding.Pack(z, bits: 20, Gamma1, -1, signature.Slice(CommitmentHashSize + (i * PackedZSize), PackedZSize));
        }

        for (int i = 0; i < K; i++)
        {
            MLDsaNtt<ScalarLanes32, long>.Multiply(product, challenge, key.T0.Slice(i * N, N));
            MLDsaNtt<ScalarLanes32, long>.Inverse(product);
            if (MLDsaRounding<ScalarLanes32, long>.ReduceExceeds(product, Gamma2))
                return -1;
            MLDsaRounding<ScalarLanes32, long>.MakeHint(low.AsSpan(i * N, N), product, high.AsSpan(i * N, N), bytes.AsSpan(i * N, N));
        }

        if (bytes.AsSpan().Count((byte)1) > Omega)
            return -1;
        MLDsaEncoding.PackHint(bytes, signature[HintOffset..]);
        return largest;
    }
}
