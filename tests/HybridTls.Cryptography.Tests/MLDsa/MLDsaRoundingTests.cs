using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>Rounding and hints against the standard's definitions, over every value modulo q.</summary>
public sealed class MLDsaRoundingTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decompose_is_exact_for_every_residue(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        int[] high = new int[N];
        int[] low = new int[N];
        byte[] bytes = new byte[N];
        ForEveryResidue(w =>
        {
            kernels.Decompose(w, high, low, bytes);
            for (int i = 0; i < N; i++)
            {
                (int r1, int r0) = Decompose(w[i]);
                if (high[i] != r1 || low[i] != r0 || bytes[i] != r1)
                {
                    Assert.Fail($"Decompose({w[i]}) is ({r1}, {r0}), not ({high[i]}, {low[i]}).");
                }
            }
        });

        // What signing hands over is not canonical: −q < w < q.
        int[] negative = [.. Enumerable.Range(0, N).Select(static i => -1 - (i * 32_736))];
        kernels.Decompose(negative, high, low, bytes);
        Assert.Equal(negative.Select(static w => Decompose(w + Q)), high.Zip(low));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void UseHint_is_exact_for_every_residue(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        int[] ones = [.. Enumerable.Repeat(1, N)];
        int[] zeros = new int[N];
        byte[] hinted = new byte[N];
        byte[] plain = new byte[N];
        ForEveryResidue(w =>
        {
            kernels.UseHint(w, ones, hinted);
            kernels.UseHint(w, zeros, plain);
            for (int i = 0; i < N; i++)
            {
                (int r1, int r0) = Decompose(w[i]);
                int expected = (r1 + (r0 > 0 ? 1 : 15)) % 16;
                if (hinted[i] != expected || plain[i] != r1)
                {
                    Assert.Fail($"UseHint of {w[i]} gives {hinted[i]} and {plain[i]}, not {expected} and {r1}.");
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Power2Round_is_exact_for_every_residue(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        int[] high = new int[N];
        int[] low = new int[N];
        ForEveryResidue(w =>
        {
            kernels.Power2Round(w, high, low);
            for (int i = 0; i < N; i++)
            {
                int r0 = w[i] % (1 << D);
                r0 -= r0 > 1 << (D - 1) ? 1 << D : 0;
                if (low[i] != r0 || high[i] != (w[i] - r0) >> D)
                {
                    Assert.Fail($"Power2Round({w[i]}) is not ({high[i]}, {low[i]}).");
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void MakeHint_says_when_the_high_bits_change(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        Random random = new(4);
        byte[] hint = new byte[N];
        for (int round = 0; round < 2_000; round++)
        {
            // As in signing: w and w₁ = HighBits(w); a small c·s₂ with |LowBits(w) − c·s₂| < γ₂ − β; c·t₀ below γ₂. The hint tells
            // w − c·s₂ from w − c·s₂ + c·t₀. Half of them at the edges, where the equivalent form could go wrong.
            int[] low = new int[N];
            int[] high = new int[N];
            int[] ct0 = new int[N];
            bool[] expected = new bool[N];
            for (int i = 0; i < N; i++)
            {
                int w1 = random.Next(16);
                int limit = Gamma2 - Beta - 1;
                int r0 = random.Next(4) switch { 0 => limit, 1 => -limit, _ => random.Next(-limit, limit + 1) };
                int edge = (random.Next(2) == 0 ? Gamma2 : -Gamma2) - r0 + random.Next(-2, 3);
                int z = random.Next(2) == 0 && Math.Abs(edge) < Gamma2 ? edge : random.Next(-Gamma2 + 1, Gamma2);
                int r = (int)(((w1 * 2L * Gamma2) + r0 + Q) % Q);
                (high[i], low[i], ct0[i]) = (w1, r0, z);
                expected[i] = Decompose(r).R1 != Decompose((int)(((long)r + z + Q) % Q)).R1;
            }

            kernels.MakeHint(low, ct0, high, hint);
            Assert.Equal(expected, hint.Select(static h => h != 0));
            Assert.All(hint, static h => Assert.InRange(h, 0, 1));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Norm_checks_see_a_single_coefficient_at_the_bound(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        int[] zeros = new int[N];
        foreach (int bound in new[] { Gamma1 - Beta, Gamma2 - Beta, Gamma2 })
        {
            for (int i = 0; i < N; i++)
            {
                foreach (int sign in new[] { 1, -1 })
                {
                    foreach (int multiple in new[] { 0, Q, -Q })
                    {
                        int[] w = new int[N];
                        w[i] = (sign * (bound - 1)) + multiple;
                        Assert.False(kernels.AddExceeds([.. w], zeros, bound));
                        Assert.False(kernels.SubtractExceeds([.. w], zeros, bound));
                        Assert.False(kernels.ReduceExceeds([.. w], bound));
                        w[i] += sign;
                        Assert.True(kernels.AddExceeds([.. w], zeros, bound));
                        Assert.True(kernels.SubtractExceeds([.. w], zeros, bound));
                        Assert.True(kernels.ReduceExceeds([.. w], bound));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Sums_and_reductions_equal_exact_arithmetic(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        Random random = new(5);
        for (int round = 0; round < 50; round++)
        {
            int[] a = MLDsaTestData.Random(random, N, -Gamma1, Gamma1 + 1);
            int[] b = MLDsaTestData.Random(random, N, -200_704, 200_705);
            int[] shifted = [.. b.Select((w, i) => w + ((i % 3) - 1) * Q)];
            int[] sum = [.. a];
            kernels.AddExceeds(sum, shifted, Q);
            Assert.Equal(a.Zip(b, static (x, y) => x + y), sum);
            int[] difference = [.. a];
            kernels.SubtractExceeds(difference, shifted, Q);
            Assert.Equal(a.Zip(b, static (x, y) => x - y), difference);
            int[] plain = [.. a];
            kernels.Add(plain, shifted);
            Assert.Equal(a.Zip(shifted, static (x, y) => x + y), plain);

            int limit = int.MaxValue - (1 << 22);
            int[] wild = [0, Q, -Q, Q - 1, limit, -limit, .. MLDsaTestData.Random(random, N - 6, -limit, limit)];
            int[] canonical = [.. wild];
            kernels.Canonicalize(canonical);
            Assert.Equal(wild.Select(static w => (int)((((long)w % Q) + Q) % Q)), canonical);
        }
    }

    /// <summary>Algorithm 36, word for word.</summary>
    private static (int R1, int R0) Decompose(int r)
    {
        int r0 = r % (2 * Gamma2);
        if (r0 > Gamma2)
        {
            r0 -= 2 * Gamma2;
        }

        return r - r0 == Q - 1 ? (0, r0 - 1) : ((r - r0) / (2 * Gamma2), r0);
    }

    private static void ForEveryResidue(Action<int[]> check)
    {
        int[] w = new int[N];
        for (int start = 0; start < Q; start += N)
        {
            for (int i = 0; i < N; i++)
            {
                w[i] = Math.Min(start + i, Q - 1);
            }

            check(w);
        }
    }
}
