using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class FieldVectorTests
{
    // What FieldVector promises: a normal limb, and a wide limb that is a product.
    private const long NormalBound = (1L << 50) + (1L << 14);
    private const double ProductBound = 1L << 58;
    private const long WideBound = (1L << 60) + (1L << 58); // < 2^60.5

    [Fact]
    public void Every_256_bit_lane_multiplies_as_BigInteger_does()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        Multiply<FieldLanes256, Vector256<double>, Vector256<ulong>>(4);
    }

    [Fact]
    public void Every_512_bit_lane_multiplies_as_BigInteger_does()
    {
        Assert.SkipUnless(FieldLanes512.IsSupported, "This machine has no AVX-512.");
        Multiply<FieldLanes512, Vector512<double>, Vector512<ulong>>(8);
    }

    [Fact]
    public void Every_256_bit_lane_carries_to_the_promised_bound()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        Normalize<FieldLanes256, Vector256<double>, Vector256<ulong>>(4);
    }

    [Fact]
    public void Every_512_bit_lane_carries_to_the_promised_bound()
    {
        Assert.SkipUnless(FieldLanes512.IsSupported, "This machine has no AVX-512.");
        Normalize<FieldLanes512, Vector512<double>, Vector512<ulong>>(8);
    }

    [Fact]
    public void Packing_and_unpacking_keep_the_value()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        FieldElement[] elements = [.. FieldElementTests.Elements((1UL << 51) + (1UL << 18))];
        for (int i = 0; i + 3 < elements.Length; i++)
        {
            FieldVector256Convert.PackWide(
                elements[i], elements[i + 1], elements[i + 2], elements[i + 3], Vector256.Create(7UL, 8, 9, 1UL << 61), out var wide);
            for (int lane = 0; lane < 4; lane++)
            {
                FieldElement element = FieldVector256Convert.Element(wide, lane, lane == 3 ? 1UL << 61 : 7UL + (ulong)lane);
                Assert.Equal(
                    FieldElementTests.Value(elements[i + lane]) % FieldElementTests.P,
                    FieldElementTests.Value(element) % FieldElementTests.P);
            }
        }
    }

    private static void Multiply<TLanes, TDouble, TInteger>(int lanes)
        where TLanes : IFieldLanes<TDouble, TInteger>
        where TDouble : struct
        where TInteger : struct
    {
        Random random = new(25519);
        for (int round = 0; round < 500; round++)
        {
            // The right factor may be a sum of two.
            FieldVector<TLanes, TDouble, TInteger>.Normal left = default, right = default;
            Span<double> a = Limbs<FieldVector<TLanes, TDouble, TInteger>.Normal, double>(ref left);
            Span<double> b = Limbs<FieldVector<TLanes, TDouble, TInteger>.Normal, double>(ref right);
            for (int i = 0; i < a.Length; i++)
            {
                a[i] = Limb(random, round, NormalBound);
                b[i] = Limb(random, round / 8, 2 * NormalBound);
            }

            ulong bias = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            FieldVector<TLanes, TDouble, TInteger>.Multiply(
                out FieldVector<TLanes, TDouble, TInteger>.Wide product, left, right, TLanes.Broadcast(bias));
            Span<ulong> p = Limbs<FieldVector<TLanes, TDouble, TInteger>.Wide, ulong>(ref product);
            for (int lane = 0; lane < lanes; lane++)
            {
                BigInteger x = 0, y = 0, z = 0;
                for (int limb = 4; limb >= 0; limb--)
                {
                    x = (x << 51) + (long)a[(limb * lanes) + lane];
                    y = (y << 51) + (long)b[(limb * lanes) + lane];
                    long wide = (long)(p[(limb * lanes) + lane] - bias);
                    Assert.True(Math.Abs((double)wide) < ProductBound);
                    z = (z << 51) + wide;
                }

                Assert.Equal(0, (z - (x * y)) % FieldElementTests.P);
            }
        }
    }

    private static void Normalize<TLanes, TDouble, TInteger>(int lanes)
        where TLanes : IFieldLanes<TDouble, TInteger>
        where TDouble : struct
        where TInteger : struct
    {
        Random random = new(7748);
        for (int round = 0; round < 500; round++)
        {
            FieldVector<TLanes, TDouble, TInteger>.Wide wide = default;
            Span<ulong> w = Limbs<FieldVector<TLanes, TDouble, TInteger>.Wide, ulong>(ref wide);
            long[] values = new long[w.Length];
            for (int i = 0; i < w.Length; i++)
            {
                values[i] = Limb(random, round, WideBound);
                w[i] = (ulong)values[i] + FieldVector<TLanes, TDouble, TInteger>.Bias - (ulong)(round & 1);
            }

            FieldVector<TLanes, TDouble, TInteger>.Normalize(
                out FieldVector<TLanes, TDouble, TInteger>.Normal normal, wide, TLanes.Broadcast((double)(round & 1)));
            Span<double> n = Limbs<FieldVector<TLanes, TDouble, TInteger>.Normal, double>(ref normal);
            for (int lane = 0; lane < lanes; lane++)
            {
                BigInteger expected = 0, actual = 0;
                for (int limb = 4; limb >= 0; limb--)
                {
                    double value = n[(limb * lanes) + lane];
                    Assert.InRange(value, -NormalBound, NormalBound);
                    Assert.Equal(Math.Truncate(value), value);
                    expected = (expected << 51) + values[(limb * lanes) + lane];
                    actual = (actual << 51) + (long)value;
                }

                Assert.Equal(0, (expected - actual) % FieldElementTests.P);
            }
        }
    }

    private static long Limb(Random random, int round, long bound) => (round % 8) switch
    {
        0 => bound,
        1 => -bound,
        2 => random.Next(2) == 0 ? bound : -bound,
        3 => 0,
        4 => random.Next(-1, 2),
        5 => random.Next(4) == 0 ? -bound : 1L << random.Next(50),
        _ => random.NextInt64(-bound, bound + 1),
    };

    private static Span<TLimb> Limbs<TVector, TLimb>(ref TVector vector)
        where TVector : struct
        where TLimb : unmanaged =>
        MemoryMarshal.CreateSpan(
            ref System.Runtime.CompilerServices.Unsafe.As<TVector, TLimb>(ref vector),
            System.Runtime.CompilerServices.Unsafe.SizeOf<TVector>() / sizeof(double));
}
