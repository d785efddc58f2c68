using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

public sealed class MLKemNttTests
{
    private const int N = 256;
    private const int Q = 3329;

    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_inverse_undoes_the_transform_up_to_R(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (short[] original in Polynomials(Q))
        {
            short[] f = (short[])original.Clone();
            kernels.Forward(f);
            kernels.Normalize(f);
            kernels.Inverse(f);
            for (int i = 0; i < N; i++)
                Assert.Equal(Modulo(original[i] * (1 << 16)), Modulo(f[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_inverse_holds_up_to_the_bound_that_it_promises(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (short[] original in Polynomials(8191))
        {
            short[] f = (short[])original.Clone();
            kernels.Inverse(f);
            Assert.Equal(original.Select(x => Modulo(x * (1 << 16))), Reference(f));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_inner_product_holds_up_to_the_bounds_that_it_promises(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (short[] f in Polynomials((5 * Q) - 1))
        {
            short[] a = [.. f.Select(x => (short)Math.Min(Math.Abs((int)x), Q))];
            short[] b = [.. f, .. f.Reverse(), .. f];
            short[] twisted = new short[3 * N];
            short[] result = new short[N];
            kernels.Twist(b, twisted);
            kernels.InnerProduct((short[])[.. a, .. a, .. a], b, twisted, result);
            for (int i = 0; i < N; i += 2)
            {
                // Algorithm 12 with γ = ζ^(2·BitRev₇(i/2) + 1).
                int gamma = Power(17, (2 * BitReverse(i / 2)) + 1);
                long even = 0;
                long odd = 0;
                for (int p = 0; p < 3 * N; p += N)
                {
                    even += (a[i] * b[p + i]) + ((long)a[i + 1] * b[p + i + 1] % Q * gamma);
                    odd += (a[i] * b[p + i + 1]) + (a[i + 1] * b[p + i]);
                }

                Assert.Equal(Modulo((int)(even % Q)), Modulo(result[i] * (1 << 16)));
                Assert.Equal(Modulo((int)(odd % Q)), Modulo(result[i + 1] * (1 << 16)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_transform_equals_Algorithm_9(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (short[] original in Polynomials(Q))
        {
            short[] f = (short[])original.Clone();
            kernels.Forward(f);
            Assert.Equal(Reference(original), f.Select(x => Modulo(x)));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void An_inner_product_in_the_NTT_domain_is_the_sum_of_the_schoolbook_products(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        Random random = new(7);
        for (int round = 0; round < 6; round++)
        {
            short[] a = Coefficients(random, 3 * N, round);
            short[] b = Coefficients(random, 3 * N, round);
            int[] expected = new int[N];
            for (int p = 0; p < 3; p++)
            {
                for (int i = 0; i < N; i++)
                {
                    for (int j = 0; j < N; j++)
                    {
                        int product = a[(p * N) + i] * b[(p * N) + j] % Q;
                        expected[(i + j) % N] = (expected[(i + j) % N] + (i + j < N ? product : Q - product)) % Q;
                    }
                }
            }

            short[] twisted = new short[3 * N];
            short[] result = new short[N];
            for (int p = 0; p < 3; p++)
            {
                kernels.Forward(a.AsSpan(p * N, N));
                kernels.Forward(b.AsSpan(p * N, N));
            }

            kernels.Normalize(a);
            kernels.Twist(b, twisted);
            kernels.InnerProduct(a, b, twisted, result);
            kernels.Inverse(result);
            Assert.Equal(expected, result.Select(x => Modulo(x)));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_kernel_equals_scalar_to_the_bit_and_keeps_its_bounds(int width)
    {
        MLKemKernels scalar = MLKemKernels.For((int)LaneWidth.Scalar);
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (short[] f in Polynomials(Q))
            Compare(f, (k, x) => k.Forward(x), (5 * Q) - 1);

        foreach (short[] f in Polynomials(8191))
            Compare(f, (k, x) => k.Inverse(x), Q - 1);

        foreach (short[] f in Polynomials(short.MaxValue))
        {
            Compare(f, (k, x) => k.Normalize(x), Q - 1);
            Compare(f, (k, x) => k.Twist((short[])x.Clone(), x), Q - 1);
            foreach (int bits in (int[])[1, 4, 10])
                Compare(f, (k, x) => k.Compress(x, bits), (1 << bits) - 1);
        }

        foreach (short[] f in Polynomials((5 * Q) - 1))
        {
            Compare(f, (k, x) => k.RestoreAndAdd(x, f), Q - 1);
            Compare(f, (k, x) => k.RestoreAndAdd(x, [.. f.Reverse()]), Q - 1);
            Compare(f, (k, x) => k.SubtractFrom([.. f.Reverse()], x), short.MaxValue);
            Compare([.. f.Select(x => (short)(x / 2))], (k, x) => k.Add(x, [.. x.Reverse()]), short.MaxValue);
        }

        // The widest operands that the inner product promises to take.
        foreach (short[] f in Polynomials((5 * Q) - 1))
        {
            short[] a = [.. f.Select(x => (short)Math.Clamp(Math.Abs((int)x), 0, Q - 1))];
            short[] b = [.. f, .. f.Reverse(), .. f];
            short[] twisted = new short[3 * N];
            scalar.Twist(b, twisted);
            Compare(new short[N], (k, x) => k.InnerProduct((short[])[.. a, .. a, .. a.Reverse()], b, twisted, x), 8191);
        }

        void Compare(short[] input, Action<MLKemKernels, short[]> kernel, int bound)
        {
            short[] expected = (short[])input.Clone();
            short[] actual = (short[])input.Clone();
            kernel(scalar, expected);
            kernel(kernels, actual);
            Assert.Equal(expected, actual);
            Assert.All(actual, x => Assert.InRange(x, -bound, bound));
        }
    }

    /// <summary>Random polynomials of a bound, and its extremes: all zero, all at either bound, alternating, one alone.</summary>
    private static IEnumerable<short[]> Polynomials(int bound)
    {
        Random random = new(bound);
        yield return new short[N];
        yield return [.. Enumerable.Repeat((short)bound, N)];
        yield return [.. Enumerable.Repeat((short)-bound, N)];
        yield return [.. Enumerable.Range(0, N).Select(i => (short)(i % 2 == 0 ? bound : -bound))];
        yield return [.. Enumerable.Range(0, N).Select(i => (short)(i == 255 ? bound : 0))];
        for (int i = 0; i < 20; i++)
            yield return [.. Enumerable.Range(0, N).Select(_ => (short)(random.Next(2) == 0 ? bound : -bound))];

        for (int i = 0; i < 20; i++)
            yield return [.. Enumerable.Range(0, N).Select(_ => (short)random.Next(-bound, bound + 1))];
    }

    private static short[] Coefficients(Random random, int count, int round) =>
        [.. Enumerable.Range(0, count).Select(_ => (short)(round == 0 ? Q - 1 : random.Next(Q)))];

    private static int Modulo(int value) => ((value % Q) + Q) % Q;

    /// <summary>Algorithm 9 as it is written.</summary>
    private static int[] Reference(short[] polynomial)
    {
        int[] f = [.. polynomial.Select(x => Modulo(x))];
        int i = 1;
        for (int length = 128; length >= 2; length /= 2)
        {
            for (int start = 0; start < N; start += 2 * length)
            {
                int zeta = Power(17, BitReverse(i++));
                for (int j = start; j < start + length; j++)
                {
                    int t = zeta * f[j + length] % Q;
                    f[j + length] = Modulo(f[j] - t);
                    f[j] = Modulo(f[j] + t);
                }
            }
        }

        return f;
    }

    private static int BitReverse(int index) =>
        Convert.ToInt32(new string([.. Convert.ToString(index, 2).PadLeft(7, '0').Reverse()]), 2);

    private static int Power(int value, int exponent)
    {
        int power = 1;
        for (int i = 0; i < exponent; i++)
            power = power * value % Q;

        return power;
    }
}
