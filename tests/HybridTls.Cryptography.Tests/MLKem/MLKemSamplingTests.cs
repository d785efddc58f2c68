using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

public sealed class MLKemSamplingTests
{
    private const int N = 256;
    private const int Q = 3329;

    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Matrix_noise_and_hash_equal_the_readable_reference_and_the_long_path_runs(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        Random random = new(11);
        long before = MLKemRejection.LongPaths;
        long expectedLongPaths = 0;
        for (int round = 0; round < 60; round++)
        {
            byte[] rho = new byte[32];
            byte[] sigma = new byte[32];
            byte[] message = new byte[round % 2 == 0 ? MLKem768.EncapsulationKeySize : 32 + MLKem768.CiphertextSize];
            random.NextBytes(rho);
            random.NextBytes(sigma);
            random.NextBytes(message);
            int noiseCount = round % 3 == 0 ? 0 : 5 + (round % 3);
            short[] matrix = new short[9 * N];
            short[] noise = new short[noiseCount * N];
            byte[] digest = new byte[32];
            kernels.Sample(rho, matrix, sigma, noise, round % 4 == 3 ? default : new MLKemHashLane(message, 0x06, digest));

            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 3; j++)
                {
                    short[] expected = SampleNtt([.. rho, (byte)j, (byte)i], out bool longPath);
                    expectedLongPaths += longPath ? 1 : 0;
                    Assert.Equal(expected, matrix.AsSpan(((3 * i) + j) * N, N).ToArray());
                }
            }

            for (int i = 0; i < noiseCount; i++)
                Assert.Equal(SampleCbd([.. sigma, (byte)i]), noise.AsSpan(i * N, N).ToArray());

            byte[] expectedDigest = new byte[32];
            if (round % 4 != 3)
                Sha3_256.Hash(message, expectedDigest);

            Assert.Equal(expectedDigest, digest);
        }

        // Two polynomials of one batch may share a squeeze: at least one ran, and no more than were needed.
        Assert.True(expectedLongPaths > 0);
        Assert.InRange(MLKemRejection.LongPaths - before, 1, expectedLongPaths);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Noise_alone_and_nothing_at_all_are_sampled_too(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        byte[] sigma = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] digest = new byte[32];
        byte[] expected = new byte[32];
        short[] noise = new short[7 * N];
        kernels.Sample(default, default, sigma, noise, new MLKemHashLane(sigma, 0x06, digest));
        for (int i = 0; i < 7; i++)
            Assert.Equal(SampleCbd([.. sigma, (byte)i]), noise.AsSpan(i * N, N).ToArray());

        Sha3_256.Hash(sigma, expected);
        Assert.Equal(expected, digest);
        digest.AsSpan().Clear();
        kernels.Sample(default, default, default, default, new MLKemHashLane(sigma, 0x06, digest));
        Assert.Equal(expected, digest);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_byte_gives_the_noise_of_its_bit_counts(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        for (int half = 0; half < 2; half++)
        {
            byte[] bytes = [.. Enumerable.Range(128 * half, 128).Select(i => (byte)i)];
            short[] noise = new short[N];
            kernels.SampleNoise(bytes, noise);
            Assert.Equal(Cbd(bytes), noise);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Rejection_equals_the_readable_one_on_random_and_extreme_output(int width)
    {
        Random random = new(12);
        for (int round = 0; round < 300; round++)
        {
            // All accepted, all rejected, at the border, few accepted, and random; the slack holds what would be accepted.
            byte[] output = new byte[504 + MLKemRejection.Slack];
            for (int i = 0; i < 504; i += 3)
            {
                (int first, int second) = (round % 6) switch
                {
                    0 => (0, 0),
                    1 => (4095, 4095),
                    2 => (Q - random.Next(2), Q - random.Next(2)),
                    3 => (random.Next(12) == 0 ? 1 : Q, 4000),
                    4 => (random.Next(3300, 3350), random.Next(3300, 3350)),
                    _ => (random.Next(4096), random.Next(4096)),
                };
                output[i] = (byte)first;
                output[i + 1] = (byte)((first >> 8) | (second << 4));
                output[i + 2] = (byte)(second >> 4);
            }

            short[] expected = new short[N];
            short[] actual = new short[N];
            int count = MLKemRejection.Continue(output.AsSpan(0, 504), expected, 0);
            Assert.Equal(count, MLKemRejection.Fill(output, 504, actual, (LaneWidth)width));
            Assert.Equal(expected.AsSpan(0, count).ToArray(), actual.AsSpan(0, count).ToArray());
        }
    }

    private static short[] SampleNtt(byte[] seed, out bool longPath)
    {
        Shake128 xof = new();
        xof.Absorb(seed);
        short[] polynomial = new short[N];
        byte[] c = new byte[3];
        int filled = 0;
        int triples = 0;
        while (filled < N)
        {
            xof.Squeeze(c);
            triples++;
            int d1 = c[0] + (256 * (c[1] % 16));
            int d2 = (c[1] / 16) + (16 * c[2]);
            if (d1 < Q)
                polynomial[filled++] = (short)d1;

            if (d2 < Q && filled < N)
                polynomial[filled++] = (short)d2;
        }

        longPath = triples > 168;
        return polynomial;
    }

    private static short[] SampleCbd(byte[] seed)
    {
        Shake256 prf = new();
        prf.Absorb(seed);
        byte[] bytes = new byte[128];
        prf.Squeeze(bytes);
        return Cbd(bytes);
    }

    private static short[] Cbd(byte[] bytes)
    {
        int Bit(int i) => (bytes[i / 8] >> (i % 8)) & 1;
        return [.. Enumerable.Range(0, N).Select(i => (short)(Bit(4 * i) + Bit((4 * i) + 1) - Bit((4 * i) + 2) - Bit((4 * i) + 3)))];
    }
}
