using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsaNttTests
{
    // The bounds that the kernels state: a polynomial before the transform, one after it, one after a reduction.
    private const int Plain = Q - 1;
    private const int Transformed = (9 * Q) - 1;

    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_transform_is_the_evaluation_that_the_standard_defines(int width)
    {
        // FIPS 204 §2.5: coefficient i of NTT(w) is w evaluated at ζ^(2·BitRev8(i) + 1).
        int[] w = MLDsaTestData.Random(new Random(1), N, 0, Q);
        int[] transformed = [.. w];
        MLDsaKernels.For(width).Forward(transformed);
        for (int i = 0; i < N; i++)
        {
            int reversed = Enumerable.Range(0, 8).Sum(bit => ((i >> bit) & 1) << (7 - bit));
            long root = (long)System.Numerics.BigInteger.ModPow(1753, (2 * reversed) + 1, Q);
            long value = 0;
            for (int j = N - 1; j >= 0; j--)
            {
                value = ((value * root) + w[j]) % Q;
            }

            Assert.Equal(value, Mod(transformed[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Products_in_the_domain_are_those_of_the_schoolbook(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        foreach ((int[] a, int[] b) in Pairs(Plain))
        {
            long[] expected = new long[N];
            for (int i = 0; i < N; i++)
            {
                for (int j = 0; j < N; j++)
                {
                    long product = (long)a[i] * b[j] % Q;
                    expected[(i + j) % N] += i + j < N ? product : -product;
                }
            }

            int[] x = [.. a];
            int[] y = [.. b];
            kernels.Forward(x);
            kernels.Forward(y);
            kernels.Multiply(x, x, y);
            kernels.Inverse(x);
            Assert.All(x, static w => Assert.InRange(w, -Q + 1, Q - 1));
            Assert.Equal(expected.Select(Mod), x.Select(static w => Mod(w)));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Transforms_equal_scalar_and_keep_their_bounds(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        foreach ((int[] a, int[] b) in Pairs(Plain))
        {
            foreach (int[] input in new[] { a, b })
            {
                int[] expected = [.. input];
                int[] actual = [.. input];
                MLDsaKernels.Scalar.Forward(expected);
                kernels.Forward(actual);
                Assert.Equal(expected, actual);
                Assert.All(actual, static w => Assert.InRange(w, -Transformed, Transformed));

                expected = [.. input];
                actual = [.. input];
                MLDsaKernels.Scalar.Inverse(expected);
                kernels.Inverse(actual);
                Assert.Equal(expected, actual);
                Assert.All(actual, static w => Assert.InRange(w, -Plain, Plain));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Products_equal_exact_arithmetic_at_their_bounds(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        long inverse = (long)System.Numerics.BigInteger.ModPow(1L << 32, Q - 2, Q);
        foreach ((int[] a, int[] b) in Pairs(Transformed))
        {
            int[] product = new int[N];
            kernels.Multiply(product, a, b);
            AssertProduct(product, i => (long)a[i] * b[i]);

            foreach (int coefficient in new[] { 0, Q - 1, -1 })
            {
                int[] row = coefficient >= 0
                    ? [.. Enumerable.Repeat(coefficient, L * N)]
                    : MLDsaTestData.Random(new Random(2), L * N, 0, Q);
                int[] vector = [.. Enumerable.Repeat(a, L).SelectMany(static x => x)];
                kernels.MultiplyRow(product, row, vector);
                AssertProduct(product, i => Enumerable.Range(0, L).Sum(j => (long)row[(j * N) + i] * vector[(j * N) + i]));
                kernels.MultiplyRowMinus(product, row, vector, a, b);
                AssertProduct(
                    product,
                    i => Enumerable.Range(0, L).Sum(j => (long)row[(j * N) + i] * vector[(j * N) + i]) - ((long)a[i] * b[i]));
            }
        }

        void AssertProduct(int[] actual, Func<int, long> exact)
        {
            for (int i = 0; i < N; i++)
            {
                Assert.InRange(actual[i], -Plain, Plain);
                Assert.Equal(Mod(exact(i)) * inverse % Q, Mod(actual[i]));
            }
        }
    }

    private static long Mod(long value) => ((value % Q) + Q) % Q;

    private static IEnumerable<(int[] A, int[] B)> Pairs(int bound)
    {
        int[] values = [0, 1, -1, bound, -bound];
        foreach (int a in values)
        {
            foreach (int b in values)
            {
                yield return ([.. Enumerable.Repeat(a, N)], [.. Enumerable.Repeat(b, N)]);
            }
        }

        Random random = new(3);
        for (int i = 0; i < 10; i++)
        {
            // All at the bounds but with random signs, then anything between.
            yield return (
                [.. Enumerable.Range(0, N).Select(_ => random.Next(2) == 0 ? bound : -bound)],
                [.. Enumerable.Range(0, N).Select(_ => random.Next(2) == 0 ? bound : -bound)]);
            yield return (MLDsaTestData.Random(random, N, -bound, bound + 1), MLDsaTestData.Random(random, N, -bound, bound + 1));
        }
    }
}
