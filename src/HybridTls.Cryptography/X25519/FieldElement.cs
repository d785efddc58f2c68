using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>
/// An element of GF(2^255 − 19) in five limbs of radix 2^51: the scalar truth that the vector back ends are compared with.
/// </summary>
/// <remarks>
/// Bounds. "Reduced": every limb &lt; 2^51 + 2^18 — what <see cref="Multiply"/>, <see cref="Square"/>,
/// <see cref="MultiplySmall"/> and <see cref="FromBytes"/> give. "Loose": every limb &lt; 2^54 — what they take. A sum of two reduced
/// elements is &lt; 2^52.1; a difference is &lt; 2^53.1 (<see cref="Subtract"/>) and takes a subtrahend of limbs ≤ 2^53 − 76.
/// </remarks>
internal struct FieldElement
{
    private const ulong Mask = (1UL << 51) - 1;

    // 4p limb by limb: keeps every limb of a difference from going below zero.
    private const ulong FourP0 = (1UL << 53) - 76;
    private const ulong FourP = (1UL << 53) - 4;

    public ulong L0;
    public ulong L1;
    public ulong L2;
    public ulong L3;
    public ulong L4;

    public FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        L0 = l0;
        L1 = l1;
        L2 = l2;
        L3 = l3;
        L4 = l4;
    }

    public static FieldElement Zero => default;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>Reads 32 bytes, little endian; the top bit is masked and non-canonical values are taken as they are (RFC 7748 §5).</summary>
    public static FieldElement FromBytes(ReadOnlySpan<byte> source)
    {
        ulong w0 = BinaryPrimitives.ReadUInt64LittleEndian(source);
        ulong w1 = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]);
        ulong w2 = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]);
        ulong w3 = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]);
        return new(
            w0 & Mask,
            ((w0 >> 51) | (w1 << 13)) & Mask,
            ((w1 >> 38) | (w2 << 26)) & Mask,
            ((w2 >> 25) | (w3 << 39)) & Mask,
            (w3 >> 12) & Mask);
    }

    /// <summary>The reduced element of signed limbs, |limb| &lt; 2^59.</summary>
    public static FieldElement FromSigned(long l0, long l1, long l2, long l3, long l4)
    {
        // 2^8·p limb by limb makes them positive.
        FieldElement result = new(
            (ulong)l0 + ((Mask - 18) << 8),
            (ulong)l1 + (Mask << 8),
            (ulong)l2 + (Mask << 8),
            (ulong)l3 + (Mask << 8),
            (ulong)l4 + (Mask << 8));
        result.Carry();
        return result;
    }

    /// <summary>Writes the canonical value, 32 bytes, little endian. Takes limbs &lt; 2^63.</summary>
    public readonly void ToBytes(Span<byte> destination)
    {
        // Two passes bring every limb under 2^51 but limb 0, which may keep a few units more: the value is < 2p.
        FieldElement t = this;
        t.Carry();
        t.Carry();

        // q = 1 exactly when the value + 19 reaches 2^255, that is, when the value is p or more.
        ulong q = (t.L0 + 19) >> 51;
        q = (t.L1 + q) >> 51;
        q = (t.L2 + q) >> 51;
        q = (t.L3 + q) >> 51;
        q = (t.L4 + q) >> 51;

        ulong l0 = t.L0 + (19 * q);
        ulong l1 = t.L1 + (l0 >> 51);
        ulong l2 = t.L2 + (l1 >> 51);
        ulong l3 = t.L3 + (l2 >> 51);
        ulong l4 = t.L4 + (l3 >> 51);
        l0 &= Mask;
        l1 &= Mask;
        l2 &= Mask;
        l3 &= Mask;
        l4 &= Mask;

        BinaryPrimitives.WriteUInt64LittleEndian(destination, l0 | (l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (l1 >> 13) | (l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], (l2 >> 26) | (l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], (l3 >> 39) | (l4 << 12));
    }

    /// <summary>Carries once around: any limbs become &lt; 2^51 + 19·2^13.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Carry()
    {
        ulong c0 = L0 >> 51;
        ulong c1 = L1 >> 51;
        ulong c2 = L2 >> 51;
        ulong c3 = L3 >> 51;
        ulong c4 = L4 >> 51;
        L0 = (L0 & Mask) + (19 * c4);
        L1 = (L1 & Mask) + c0;
        L2 = (L2 & Mask) + c1;
        L3 = (L3 & Mask) + c2;
        L4 = (L4 & Mask) + c3;
    }

    /// <summary>a + b without a carry: bounds add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(out FieldElement result, in FieldElement a, in FieldElement b)
    {
        result.L0 = a.L0 + b.L0;
        result.L1 = a.L1 + b.L1;
        result.L2 = a.L2 + b.L2;
        result.L3 = a.L3 + b.L3;
        result.L4 = a.L4 + b.L4;
    }

    /// <summary>a − b + 4p without a carry: b's limbs ≤ 2^53 − 76; the result's limbs &lt; a's bound + 2^53.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(out FieldElement result, in FieldElement a, in FieldElement b)
    {
        AssertBelow(b, FourP0 + 1);
        result.L0 = a.L0 + FourP0 - b.L0;
        result.L1 = a.L1 + FourP - b.L1;
        result.L2 = a.L2 + FourP - b.L2;
        result.L3 = a.L3 + FourP - b.L3;
        result.L4 = a.L4 + FourP - b.L4;
    }

    /// <summary>a · b for loose a and b; the result is reduced.</summary>
    /// <remarks>
    /// There are no carry flags in .NET. With the factors shifted left by 13 bits in all, a product's high word is its part over
    /// 2^51 and the low word's top 51 bits are the rest, so that both add up in 64 bits: 18 ns against 27 ns for 128-bit columns, and
    /// 12 ns against 22 ns for the square. Row by row, because one factor of the instruction then stays in its register.
    /// </remarks>
    [SkipLocalsInit]
    public static void Multiply(out FieldElement result, in FieldElement a, in FieldElement b)
    {
        AssertBelow(a, 1UL << 54);
        AssertBelow(b, 1UL << 54);

        // 2^255 = 19: what leaves at the top comes back at the bottom. x < 2^64, y < 2^57, 19y < 2^61.3.
        ulong y0 = b.L0 << 3, y1 = b.L1 << 3, y2 = b.L2 << 3, y3 = b.L3 << 3, y4 = b.L4 << 3;
        ulong c1 = y1 * 19, c2 = y2 * 19, c3 = y3 * 19, c4 = y4 * 19;
        ulong l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0;

        ulong x0 = a.L0 << 10;
        ulong h0 = Split(x0, y0, ref l0);
        ulong h1 = Split(x0, y1, ref l1);
        ulong h2 = Split(x0, y2, ref l2);
        ulong h3 = Split(x0, y3, ref l3);
        ulong h4 = Split(x0, y4, ref l4);

        ulong x1 = a.L1 << 10;
        h1 += Split(x1, y0, ref l1);
        h2 += Split(x1, y1, ref l2);
        h3 += Split(x1, y2, ref l3);
        h4 += Split(x1, y3, ref l4);
        h0 += Split(x1, c4, ref l0);

        ulong x2 = a.L2 << 10;
        h2 += Split(x2, y0, ref l2);
        h3 += Split(x2, y1, ref l3);
        h4 += Split(x2, y2, ref l4);
        h0 += Split(x2, c3, ref l0);
        h1 += Split(x2, c4, ref l1);

        ulong x3 = a.L3 << 10;
        h3 += Split(x3, y0, ref l3);
        h4 += Split(x3, y1, ref l4);
        h0 += Split(x3, c2, ref l0);
        h1 += Split(x3, c3, ref l1);
        h2 += Split(x3, c4, ref l2);

        ulong x4 = a.L4 << 10;
        h4 += Split(x4, y0, ref l4);
        h0 += Split(x4, c1, ref l0);
        h1 += Split(x4, c2, ref l1);
        h2 += Split(x4, c3, ref l2);
        h3 += Split(x4, c4, ref l3);

        Reduce(out result, l0, l1, l2, l3, l4, h0, h1, h2, h3, h4);
    }

    /// <summary>a² for loose a; the result is reduced.</summary>
    public static void Square(out FieldElement result, in FieldElement a)
    {
        AssertBelow(a, 1UL << 54);
        SquareCore(out result, a.L0, a.L1, a.L2, a.L3, a.L4);
    }

    /// <summary>a^(2^count) for loose a and count ≥ 1; the result is reduced.</summary>
    public static void SquareTimes(out FieldElement result, in FieldElement a, int count)
    {
        AssertBelow(a, 1UL << 54);
        FieldElement power = a;
        for (int i = 0; i < count; i++)
            SquareCore(out power, power.L0, power.L1, power.L2, power.L3, power.L4);
        result = power;
    }

    /// <summary>a · small for loose a and small &lt; 2^17; the result is reduced.</summary>
    public static void MultiplySmall(out FieldElement result, in FieldElement a, uint small)
    {
        AssertBelow(a, 1UL << 54);
        ulong y = (ulong)small << 3;
        ulong l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0;
        ulong h0 = Split(a.L0 << 10, y, ref l0);
        ulong h1 = Split(a.L1 << 10, y, ref l1);
        ulong h2 = Split(a.L2 << 10, y, ref l2);
        ulong h3 = Split(a.L3 << 10, y, ref l3);
        ulong h4 = Split(a.L4 << 10, y, ref l4);
        Reduce(out result, l0, l1, l2, l3, l4, h0, h1, h2, h3, h4);
    }

    /// <summary>a^(p−2), which is 1/a, and 0 for 0: 254 squarings and 11 multiplications.</summary>
    public static void Invert(out FieldElement result, in FieldElement a)
    {
        SquareTimes(out FieldElement t0, a, 1); // 2
        SquareTimes(out FieldElement t1, t0, 2); // 8
        Multiply(out FieldElement z9, t1, a);
        Multiply(out FieldElement z11, z9, t0);
        SquareTimes(out t0, z11, 1); // 22
        Multiply(out FieldElement z5, t0, z9); // 2^5 − 1
        SquareTimes(out t0, z5, 5);
        Multiply(out FieldElement z10, t0, z5); // 2^10 − 1
        SquareTimes(out t0, z10, 10);
        Multiply(out t1, t0, z10); // 2^20 − 1
        SquareTimes(out t0, t1, 20);
        Multiply(out t0, t0, t1); // 2^40 − 1
        SquareTimes(out t0, t0, 10);
        Multiply(out FieldElement z50, t0, z10); // 2^50 − 1
        SquareTimes(out t0, z50, 50);
        Multiply(out t1, t0, z50); // 2^100 − 1
        SquareTimes(out t0, t1, 100);
        Multiply(out t0, t0, t1); // 2^200 − 1
        SquareTimes(out t0, t0, 50);
        Multiply(out t0, t0, z50); // 2^250 − 1
        SquareTimes(out t0, t0, 5); // 2^255 − 2^5
        Multiply(out result, t0, z11); // 2^255 − 21
    }

    /// <summary>Exchanges a and b when mask is all ones, leaves them when it is 0; the same instructions either way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ConditionalSwap(ref FieldElement a, ref FieldElement b, ulong mask)
    {
        ulong t0 = mask & (a.L0 ^ b.L0);
        ulong t1 = mask & (a.L1 ^ b.L1);
        ulong t2 = mask & (a.L2 ^ b.L2);
        ulong t3 = mask & (a.L3 ^ b.L3);
        ulong t4 = mask & (a.L4 ^ b.L4);
        a.L0 ^= t0;
        a.L1 ^= t1;
        a.L2 ^= t2;
        a.L3 ^= t3;
        a.L4 ^= t4;
        b.L0 ^= t0;
        b.L1 ^= t1;
        b.L2 ^= t2;
        b.L3 ^= t3;
        b.L4 ^= t4;
    }

    [Conditional("DEBUG")]
    private static void AssertBelow(in FieldElement a, ulong bound) => Debug.Assert(
        a.L0 < bound && a.L1 < bound && a.L2 < bound && a.L3 < bound && a.L4 < bound, "A limb is out of bounds.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SquareCore(out FieldElement result, ulong a0, ulong a1, ulong a2, ulong a3, ulong a4)
    {
        // For limbs < 2^54: x < 2^62, its double < 2^63, y < 2^59, 19y < 2^63.3.
        ulong x0 = a0 << 8, x1 = a1 << 8, x2 = a2 << 8, x3 = a3 << 8, x4 = a4 << 8;
        ulong d0 = x0 * 2, d1 = x1 * 2, d2 = x2 * 2, d3 = x3 * 2;
        ulong y0 = a0 << 5, y1 = a1 << 5, y2 = a2 << 5, y3 = a3 << 5, y4 = a4 << 5;
        ulong c3 = y3 * 19, c4 = y4 * 19;

        ulong l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0;
        ulong h0 = Split(x0, y0, ref l0) + Split(d1, c4, ref l0) + Split(d2, c3, ref l0);
        ulong h1 = Split(d0, y1, ref l1) + Split(d2, c4, ref l1) + Split(x3, c3, ref l1);
        ulong h2 = Split(d0, y2, ref l2) + Split(x1, y1, ref l2) + Split(d3, c4, ref l2);
        ulong h3 = Split(d0, y3, ref l3) + Split(d1, y2, ref l3) + Split(x4, c4, ref l3);
        ulong h4 = Split(d0, y4, ref l4) + Split(d1, y3, ref l4) + Split(x2, y2, ref l4);

        Reduce(out result, l0, l1, l2, l3, l4, h0, h1, h2, h3, h4);
    }

    /// <summary>The part of a product (shifted by 13) over 2^51; adds the part under it to <paramref name="low"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Split(ulong x, ulong y, ref ulong low)
    {
        ulong high = Math.BigMul(x, y, out ulong rest);
        low += rest >> 13;
        return high;
    }

    /// <summary>
    /// Carries columns of low parts &lt; 2^53.4 and high parts &lt; 2^63.6, the highest &lt; 2^59.4 (it holds no factor 19): 95 or 5
    /// products of limbs &lt; 2^54, over 2^51. So nothing reaches 2^64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(
        out FieldElement result,
        ulong l0,
        ulong l1,
        ulong l2,
        ulong l3,
        ulong l4,
        ulong h0,
        ulong h1,
        ulong h2,
        ulong h3,
        ulong h4)
    {
        l0 += 19 * h4;
        l1 += h0;
        l2 += h1;
        l3 += h2;
        l4 += h3;
        result.L0 = (l0 & Mask) + (19 * (l4 >> 51));
        result.L1 = (l1 & Mask) + (l0 >> 51);
        result.L2 = (l2 & Mask) + (l1 >> 51);
        result.L3 = (l3 & Mask) + (l2 >> 51);
        result.L4 = (l4 & Mask) + (l3 >> 51);
    }
}
