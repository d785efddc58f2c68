using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>
/// Several elements of GF(2^255 − 19) at once, one a lane, in five limbs of radix 2^51 each: balanced integers that doubles hold exactly, multiplied
/// by fused multiply-add, which gives the high and the low half of a 102-bit product without a carry.
/// </summary>
/// <remarks>
/// Constant time: every operand is an integer or one of the constants below, so that no subnormal number, which some processors are
/// slower with, can come up. Rounding is to nearest, .NET's only mode.
/// Two forms. "Normal": doubles, |limb| ≤ 2^50 + 2^14. "Wide": 64-bit integers, |limb| &lt; 2^58, plus a bias that
/// <see cref="Multiply"/> is told to add and <see cref="Normalize"/> to take away.
/// The product of any two limbs that are multiplied must stay under 2^102: normal by normal (2^100), or normal by a sum of two (2^101).
/// </remarks>
internal static class FieldVector<TLanes, TDouble, TInteger>
    where TLanes : IFieldLanes<TDouble, TInteger>
    where TDouble : struct
    where TInteger : struct
{
    /// <summary>
    /// The bias of a wide limb that <see cref="Normalize"/> expects: 2^61 makes it positive whatever sum of up to four it is, 2^50 makes the
    /// limb a rounded one.
    /// </summary>
    public const ulong Bias = (1UL << 61) + (1UL << 50);

    private const ulong Mask = (1UL << 51) - 1;

    // Doubles between 2^103 and 2^104 have an ulp of 2^51, between 2^52 and 2^53 of 1: adding to the middle of such a range rounds
    // to that unit, and the sum's bits, taken as an integer, count units. 1.5·2^103 + 1.5·2^52 is exact: a multiple of 2^51.
    private const double High = 1.5 * (1L << 51) * (1L << 52);
    private const double HighAndLow = High + (1.5 * (1L << 52));
    private const ulong HighBits = 0x4668_0000_0000_0000;
    private const ulong LowBits = 0x4338_0000_0000_0000;
    private const ulong Exponent52 = 0x4330_0000_0000_0000;

    /// <summary>Five limbs of the elements as doubles.</summary>
    internal struct Normal
    {
        public TDouble L0, L1, L2, L3, L4;
    }

    /// <summary>Five limbs of the elements as integers.</summary>
    internal struct Wide
    {
        public TInteger L0, L1, L2, L3, L4;
    }

    /// <summary>result = a · b + bias, lane by lane.</summary>
    [SkipLocalsInit]
    public static void Multiply(out Wide result, in Normal a, in Normal b, TInteger bias)
    {
        TDouble a0 = a.L0, a1 = a.L1, a2 = a.L2, a3 = a.L3, a4 = a.L4;
        TDouble b0 = b.L0, b1 = b.L1, b2 = b.L2, b3 = b.L3, b4 = b.L4;

        // What the bits of the summands' constants add up to, modulo 2^64, in columns 0…4 and 19 times in columns 5…9.
        TInteger t0 = TLanes.Subtract(bias, TLanes.Broadcast(Excess(1, 0) + (19 * Excess(4, 5))));
        TInteger t1 = TLanes.Subtract(bias, TLanes.Broadcast(Excess(2, 1) + (19 * Excess(3, 4))));
        TInteger t2 = TLanes.Subtract(bias, TLanes.Broadcast(Excess(3, 2) + (19 * Excess(2, 3))));
        TInteger t3 = TLanes.Subtract(bias, TLanes.Broadcast(Excess(4, 3) + (19 * Excess(1, 2))));
        TInteger t4 = TLanes.Subtract(bias, TLanes.Broadcast(Excess(5, 4) + (19 * Excess(0, 1))));
        TInteger t5 = default, t6 = default, t7 = default, t8 = default, t9 = default;

        Product(a0, b4, ref t4, ref t5);
        Product(a1, b3, ref t4, ref t5);
        Product(a2, b2, ref t4, ref t5);
        Product(a3, b1, ref t4, ref t5);
        Product(a4, b0, ref t4, ref t5);
        Product(a1, b4, ref t5, ref t6);
        Product(a2, b3, ref t5, ref t6);
        Product(a3, b2, ref t5, ref t6);
        Product(a4, b1, ref t5, ref t6);
        Product(a2, b4, ref t6, ref t7);
        Product(a3, b3, ref t6, ref t7);
        Product(a4, b2, ref t6, ref t7);
        Product(a3, b4, ref t7, ref t8);
        Product(a4, b3, ref t7, ref t8);
        Product(a4, b4, ref t8, ref t9);
        Product(a0, b0, ref t0, ref t1);
        Product(a0, b1, ref t1, ref t2);
        Product(a1, b0, ref t1, ref t2);
        Product(a0, b2, ref t2, ref t3);
        Product(a1, b1, ref t2, ref t3);
        Product(a2, b0, ref t2, ref t3);
        Product(a0, b3, ref t3, ref t4);
        Product(a1, b2, ref t3, ref t4);
        Product(a2, b1, ref t3, ref t4);
        Product(a3, b0, ref t3, ref t4);

        // 2^255 = 19. A column holds at most five low halves ≤ 2^50 and five high halves ≤ 2^50 (2^101 / 2^51): |column| < 2^53.4
        // and |limb| < 20·2^53.4 < 2^58.
        result.L0 = TLanes.Add(t0, Times19(t5));
        result.L1 = TLanes.Add(t1, Times19(t6));
        result.L2 = TLanes.Add(t2, Times19(t7));
        result.L3 = TLanes.Add(t3, Times19(t8));
        result.L4 = TLanes.Add(t4, Times19(t9));
    }

    /// <summary>
    /// Carries once around. Takes limbs with |value| &lt; 2^60.5 and <see cref="Bias"/> added, less <paramref name="correction"/>:
    /// 0.0 or 1.0 in each lane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normalize(out Normal result, in Wide a, TDouble correction)
    {
        TInteger mask = TLanes.Broadcast(Mask), exponent = TLanes.Broadcast(Exponent52);
        TInteger c0 = TLanes.ShiftRightLogical(a.L0, 51); // < 2^11, as the others
        TInteger c1 = TLanes.ShiftRightLogical(a.L1, 51);
        TInteger c2 = TLanes.ShiftRightLogical(a.L2, 51);
        TInteger c3 = TLanes.ShiftRightLogical(a.L3, 51);
        TInteger c4 = TLanes.MultiplySmall(TLanes.ShiftRightLogical(a.L4, 51), TLanes.Broadcast(19UL));

        // In: value = carry·2^51 + rest − 2^10·2^51 − 2^50. Out: rest − 2^50, and the neighbour's carry − 2^10.
        TDouble limb0 = TLanes.Subtract(TLanes.Broadcast((double)(1L << 52) + (1L << 50) + (19 << 10)), correction);
        TDouble limb = TLanes.Subtract(TLanes.Broadcast((double)(1L << 52) + (1L << 50) + (1 << 10)), correction);
        result.L0 = TLanes.Subtract(TLanes.FromBits(TLanes.Add(TLanes.AndOr(a.L0, mask, exponent), c4)), limb0);
        result.L1 = TLanes.Subtract(TLanes.FromBits(TLanes.Add(TLanes.AndOr(a.L1, mask, exponent), c0)), limb);
        result.L2 = TLanes.Subtract(TLanes.FromBits(TLanes.Add(TLanes.AndOr(a.L2, mask, exponent), c1)), limb);
        result.L3 = TLanes.Subtract(TLanes.FromBits(TLanes.Add(TLanes.AndOr(a.L3, mask, exponent), c2)), limb);
        result.L4 = TLanes.Subtract(TLanes.FromBits(TLanes.Add(TLanes.AndOr(a.L4, mask, exponent), c3)), limb);
    }

    /// <summary>
    /// (a, b, c, d) to (a + b, a − b, c + d, c − d), in every quad of lanes, where the even lanes alone carry the bias; the odd lanes
    /// then have it less one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumsAndDifferences(ref Wide a)
    {
        TInteger negateOdd = TLanes.Quads(0, ulong.MaxValue, 0, ulong.MaxValue); // −x = ~x + 1
        a.L0 = TLanes.Add(TLanes.DuplicateEven(a.L0), TLanes.Xor(TLanes.DuplicateOdd(a.L0), negateOdd));
        a.L1 = TLanes.Add(TLanes.DuplicateEven(a.L1), TLanes.Xor(TLanes.DuplicateOdd(a.L1), negateOdd));
        a.L2 = TLanes.Add(TLanes.DuplicateEven(a.L2), TLanes.Xor(TLanes.DuplicateOdd(a.L2), negateOdd));
        a.L3 = TLanes.Add(TLanes.DuplicateEven(a.L3), TLanes.Xor(TLanes.DuplicateOdd(a.L3), negateOdd));
        a.L4 = TLanes.Add(TLanes.DuplicateEven(a.L4), TLanes.Xor(TLanes.DuplicateOdd(a.L4), negateOdd));
    }

    /// <summary>Permutes every quad of lanes: two bits of the constant a lane, lane 0 lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Permute(out Normal result, in Normal a, [ConstantExpected] byte control)
    {
        result.L0 = TLanes.Permute(a.L0, control);
        result.L1 = TLanes.Permute(a.L1, control);
        result.L2 = TLanes.Permute(a.L2, control);
        result.L3 = TLanes.Permute(a.L3, control);
        result.L4 = TLanes.Permute(a.L4, control);
    }

    /// <summary>low += a·b's part under 2^51, high += its part over it, each with its constant's bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(TDouble a, TDouble b, ref TInteger low, ref TInteger high)
    {
        // The second difference is exact (a multiple of 2^51 under 2^103), and so is the second product: |a·b − rounded| ≤ 2^50.
        TDouble rounded = TLanes.MultiplyAdd(a, b, TLanes.Broadcast(High));
        TDouble rest = TLanes.MultiplyAdd(a, b, TLanes.Subtract(TLanes.Broadcast(HighAndLow), rounded));
        high = TLanes.Add(high, TLanes.Bits(rounded));
        low = TLanes.Add(low, TLanes.Bits(rest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInteger Times19(TInteger a) =>
        TLanes.Add(TLanes.Add(TLanes.ShiftLeft(a, 4), TLanes.ShiftLeft(a, 1)), a);

    /// <summary>The constants' bits in a column of so many low and high halves, modulo 2^64.</summary>
    private static ulong Excess(uint lows, uint highs) => unchecked((lows * LowBits) + (highs * HighBits));
}
