using System.Numerics;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class FieldElementTests
{
    internal static readonly BigInteger P = (BigInteger.One << 255) - 19;

    private const ulong Loose = (1UL << 54) - 1;
    private const ulong Subtrahend = (1UL << 53) - 76;

    [Fact]
    public void Multiplication_and_squaring_equal_BigInteger()
    {
        foreach (FieldElement a in Elements(Loose))
        {
            FieldElement.Square(out FieldElement square, a);
            Assert.Equal(Value(a) * Value(a) % P, Reduced(square));
            FieldElement.MultiplySmall(out FieldElement small, a, MontgomeryLadder.A24);
            Assert.Equal(Value(a) * 121665 % P, Reduced(small));
            foreach (FieldElement b in Elements(Loose))
            {
                FieldElement.Multiply(out FieldElement product, a, b);
                Assert.Equal(Value(a) * Value(b) % P, Reduced(product));
            }
        }
    }

    [Fact]
    public void Sums_and_differences_equal_BigInteger()
    {
        foreach (FieldElement a in Elements(Loose))
        {
            foreach (FieldElement b in Elements(Subtrahend))
            {
                FieldElement.Add(out FieldElement sum, a, b);
                Assert.Equal((Value(a) + Value(b)) % P, Value(sum) % P);
                FieldElement.Subtract(out FieldElement difference, a, b);
                Assert.Equal((Value(a) + (4 * P) - Value(b)) % P, Value(difference) % P);
            }
        }
    }

    [Fact]
    public void Bytes_are_canonical_and_carry_keeps_the_value()
    {
        foreach (FieldElement a in Elements((1UL << 63) - 1))
        {
            Assert.Equal(Value(a) % P, new BigInteger(Bytes(a), isUnsigned: true));
            FieldElement carried = a;
            carried.Carry();
            Assert.Equal(Value(a) % P, Reduced(carried));
        }
    }

    [Fact]
    public void Reading_bytes_masks_the_top_bit_only()
    {
        BigInteger[] values = [0, 1, 2, P - 1, P, P + 1, P + 18, (BigInteger.One << 255) - 1, BigInteger.One << 255, (BigInteger.One << 256) - 1];
        foreach (BigInteger value in values)
        {
            byte[] bytes = new byte[32];
            Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
            FieldElement element = FieldElement.FromBytes(bytes);
            Assert.Equal(value % (BigInteger.One << 255), Value(element));
            Assert.Equal(value % (BigInteger.One << 255) % P, new BigInteger(Bytes(element), isUnsigned: true));
        }
    }

    [Fact]
    public void Inversion_equals_BigInteger()
    {
        foreach (FieldElement a in Elements(Loose))
        {
            FieldElement.Invert(out FieldElement inverse, a);
            Assert.Equal(BigInteger.ModPow(Value(a), P - 2, P), Reduced(inverse));
            FieldElement aliased = a;
            FieldElement.Invert(out aliased, aliased);
            Assert.Equal(Bytes(inverse), Bytes(aliased));
        }
    }

    [Fact]
    public void Repeated_squaring_equals_BigInteger()
    {
        foreach (FieldElement a in Elements(Loose))
        {
            FieldElement.SquareTimes(out FieldElement power, a, 7);
            Assert.Equal(BigInteger.ModPow(Value(a), 128, P), Reduced(power));
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    public void Conditional_swap_exchanges_under_a_full_mask_only(ulong mask)
    {
        FieldElement a = new(1, 2, 3, 4, 5);
        FieldElement b = new(6, 7, 8, 9, 10);
        FieldElement x = a;
        FieldElement y = b;
        FieldElement.ConditionalSwap(ref x, ref y, mask);
        Assert.Equal(mask == 0 ? a : b, x);
        Assert.Equal(mask == 0 ? b : a, y);
    }

    internal static BigInteger Value(FieldElement a) =>
        a.L0 + ((BigInteger)a.L1 << 51) + ((BigInteger)a.L2 << 102) + ((BigInteger)a.L3 << 153) + ((BigInteger)a.L4 << 204);

    /// <summary>0, 1, p − 1, p, 2^255 − 1, single limbs and all limbs at the bound, and random limbs up to it.</summary>
    internal static IEnumerable<FieldElement> Elements(ulong bound)
    {
        const ulong Full = (1UL << 51) - 1;
        yield return FieldElement.Zero;
        yield return FieldElement.One;
        yield return new(Full - 19, Full, Full, Full, Full);
        yield return new(Full - 18, Full, Full, Full, Full);
        yield return new(Full - 17, Full, Full, Full, Full);
        yield return new(Full, Full, Full, Full, Full);
        yield return new(bound, bound, bound, bound, bound);
        yield return new(bound, 0, 0, 0, 0);
        yield return new(0, bound, 0, 0, 0);
        yield return new(0, 0, bound, 0, 0);
        yield return new(0, 0, 0, bound, 0);
        yield return new(0, 0, 0, 0, bound);
        yield return new(0, bound, Full, 0, bound);
        for (int i = 0; i < 40; i++)
        {
            byte[] random = RandomNumberGenerator.GetBytes(40);
            ulong Limb(int limb) => BitConverter.ToUInt64(random, 8 * limb) % (bound + 1);
            yield return new(Limb(0), Limb(1), Limb(2), Limb(3), Limb(4));
        }
    }

    /// <summary>The value of an element whose limbs must be under the bound that the arithmetic promises.</summary>
    private static BigInteger Reduced(FieldElement a)
    {
        const ulong Bound = (1UL << 51) + (1UL << 18);
        Assert.True(a.L0 < Bound && a.L1 < Bound && a.L2 < Bound && a.L3 < Bound && a.L4 < Bound);
        return Value(a) % P;
    }

    private static byte[] Bytes(FieldElement a)
    {
        byte[] bytes = new byte[32];
        a.ToBytes(bytes);
        return bytes;
    }
}
