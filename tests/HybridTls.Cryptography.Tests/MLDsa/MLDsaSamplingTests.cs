using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsaSamplingTests
{
    private const int Slack = 64;

    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Rejection_of_uniform_values_equals_the_definition(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        Random random = new(9);
        int[] edges = [0, 1, Q - 1, Q, Q + 1, 0x7FFFFF, 0xFFFFFF, 0x800000];
        for (int round = 0; round < 100; round++)
        {
            // From none to nearly all rejected, at a random filling; the top bit of each candidate must not matter.
            int count = round % 3 == 0 ? Shake128.Rate : 5 * Shake128.Rate;
            int filled = round % 4 == 0 ? random.Next(N + 1) : 0;
            byte[] source = new byte[count + Slack];
            List<int> accepted = [];
            for (int i = 0; i < count / 3; i++)
            {
                int value = random.Next(100) < round ? edges[random.Next(edges.Length)] : random.Next(1 << 24);
                (source[3 * i], source[(3 * i) + 1], source[(3 * i) + 2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                if ((value & 0x7FFFFF) < Q)
                {
                    accepted.Add(value & 0x7FFFFF);
                }
            }

            int[] w = [.. Enumerable.Repeat(-7, N)];
            int end = kernels.AppendUniform(source, count, w, filled);
            int taken = Math.Min(N - filled, accepted.Count);
            Assert.Equal(filled + taken, end);
            Assert.Equal(accepted.Take(taken), w[filled..end]);
            Assert.All(w[..filled], static x => Assert.Equal(-7, x));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Rejection_of_bounded_values_equals_the_definition(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        Random random = new(10);
        for (int round = 0; round < 100; round++)
        {
            int count = round % 3 == 0 ? Shake256.Rate : 2 * Shake256.Rate;
            int filled = round % 4 == 0 ? random.Next(N + 1) : 0;
            byte[] source = new byte[count + Slack];
            random.NextBytes(source);
            if (round < 10)
            {
                source.AsSpan().Fill((byte)(round * 0x11));
            }

            IEnumerable<int> nibbles = source.Take(count).SelectMany(static b => new[] { b & 15, b >> 4 });
            int[] accepted = [.. nibbles.Where(static z => z < 9).Select(static z => 4 - z)];
            int[] w = [.. Enumerable.Repeat(-7, N)];
            int end = kernels.AppendBounded(source, count, w, filled);
            int taken = Math.Min(N - filled, accepted.Length);
            Assert.Equal(filled + taken, end);
            Assert.Equal(accepted.Take(taken), w[filled..end]);
            Assert.All(w[..filled], static x => Assert.Equal(-7, x));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_matrix_is_the_same_on_the_long_path(int width)
    {
        // 280 candidates suffice for every seed that anyone will ever meet; squeezing fewer blocks first makes all polynomials
        // take the loop for more.
        MLDsaKernels kernels = MLDsaKernels.For(width);
        byte[] rho = new byte[32];
        new Random(11).NextBytes(rho);
        int[] expected = new int[K * L * N];
        MLDsaKernels.Scalar.ExpandA(rho, expected, 5);
        for (int blocks = 1; blocks <= 5; blocks++)
        {
            int[] actual = new int[K * L * N];
            MLDsaTrace trace = MLDsaTestData.Trace(() => kernels.ExpandA(rho, actual, blocks));
            Assert.Equal(expected, actual);
            Assert.Equal(blocks == 5 ? 0 : K * L * (5 - blocks), trace.LongMatrixSampling);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_private_vectors_are_the_same_on_the_long_path(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        byte[] seed = new byte[64];
        new Random(12).NextBytes(seed);
        int[] expected = new int[(K + L) * N];
        int[] actual = new int[(K + L) * N];
        MLDsaKernels.Scalar.ExpandS(seed, expected, 2);
        Assert.All(expected, static w => Assert.InRange(w, -Eta, Eta));
        Assert.Equal(0, MLDsaTestData.Trace(() => kernels.ExpandS(seed, actual, 2)).LongBoundedSampling);
        Assert.Equal(expected, actual);
        actual.AsSpan().Clear();
        Assert.Equal(K + L, MLDsaTestData.Trace(() => kernels.ExpandS(seed, actual, 1)).LongBoundedSampling);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_seed_that_needs_a_third_block_of_bounded_values_makes_the_same_key(int width)
    {
        byte[] seed = new byte[MLDsa65.SeedSize];
        BitConverter.TryWriteBytes(seed, 10_063);
        byte[][] keys = new byte[2][];
        LaneWidth[] widths = [LaneWidth.Scalar, (LaneWidth)width];
        for (int i = 0; i < 2; i++)
        {
            using Lanes.Forced forced = Lanes.Force(widths[i]);
            byte[] publicKey = new byte[MLDsa65.PublicKeySize];
            byte[] privateKey = new byte[MLDsa65.PrivateKeySize];
            MLDsaTrace trace = MLDsaTestData.Trace(() => MLDsa65.KeyGenInternal(seed, publicKey, privateKey));
            Assert.Equal(1, trace.LongBoundedSampling);
            keys[i] = privateKey;
        }

        Assert.Equal(keys[0], keys[1]);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Masks_are_those_of_successive_counters(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        byte[] seed = new byte[64];
        new Random(13).NextBytes(seed);
        int[] masks = new int[8 * N];
        const int First = 250;
        int batch = kernels.ExpandMask(seed, First, masks);
        for (int i = 0; i < batch; i++)
        {
            byte[] packed = new byte[PackedZSize];
            Shake256 shake = new();
            shake.Absorb(seed);
            shake.Absorb([(byte)(First + i), (byte)((First + i) >> 8)]);
            shake.Squeeze(packed);
            int[] expected = new int[N];
            MLDsaEncoding.Unpack(packed, 20, Gamma1, -1, expected);
            Assert.Equal(expected, masks[(i * N)..((i + 1) * N)]);
        }
    }

    [Fact]
    public void A_challenge_has_tau_signs_and_does_not_depend_on_the_block_size()
    {
        Random random = new(14);
        for (int round = 0; round < 100; round++)
        {
            byte[] seed = new byte[CommitmentHashSize];
            random.NextBytes(seed);
            int[] challenge = new int[N];
            MLDsaChallenge.SampleInBall(seed, challenge);
            Assert.Equal(Tau, challenge.Count(static c => c is 1 or -1));
            Assert.Equal(N - Tau, challenge.Count(static c => c == 0));
            int[] again = new int[N];
            MLDsaChallenge.SampleInBall(seed, again, blockSize: 8 + (round % 9));
            Assert.Equal(challenge, again);
        }
    }
}
