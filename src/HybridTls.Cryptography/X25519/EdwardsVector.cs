using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>
/// Points of edwards25519, one in every quad of lanes as (Y, X, Z, T), with the four multiplications of each half of an addition or
/// doubling done at once. The formulas are those of <see cref="EdwardsPoint"/>.
/// </summary>
/// <remarks>Between operations a point is wide; Y, Z and T carry the bias and X does not.</remarks>
internal static class EdwardsVector<TLanes, TDouble, TInteger>
    where TLanes : IFieldLanes<TDouble, TInteger>
    where TDouble : struct
    where TInteger : struct
{
    private const ulong Bias = FieldVector<TLanes, TDouble, TInteger>.Bias;

    /// <summary>The bias of a point at rest.</summary>
    public static TInteger PointBias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Quads(Bias, 0, Bias, Bias);
    }

    /// <summary>point += q, where q is (y + x, y − x, 2, 2·d·x·y), or any multiple of that.</summary>
    [SkipLocalsInit]
    public static void Add(ref FieldVector<TLanes, TDouble, TInteger>.Wide point, in FieldVector<TLanes, TDouble, TInteger>.Normal q)
    {
        Operand(out FieldVector<TLanes, TDouble, TInteger>.Normal left, point);
        FieldVector<TLanes, TDouble, TInteger>.Multiply(out point, left, q, TLanes.Quads(Bias, 0, Bias, 0)); // B, A, D, C

        FieldVector<TLanes, TDouble, TInteger>.SumsAndDifferences(ref point); // H, E, G, F
        Complete(ref point, OddCorrection);
    }

    /// <summary>Doubles a point.</summary>
    [SkipLocalsInit]
    public static void Double(ref FieldVector<TLanes, TDouble, TInteger>.Wide point)
    {
        // (Y, X, Z, X + Y); the sum lies in lane 3 with the bias of Y.
        Unsafe.SkipInit(out FieldVector<TLanes, TDouble, TInteger>.Wide sum);
        sum.L0 = AppendSum(point.L0);
        sum.L1 = AppendSum(point.L1);
        sum.L2 = AppendSum(point.L2);
        sum.L3 = AppendSum(point.L3);
        sum.L4 = AppendSum(point.L4);
        FieldVector<TLanes, TDouble, TInteger>.Normalize(out FieldVector<TLanes, TDouble, TInteger>.Normal left, sum, default);
        FieldVector<TLanes, TDouble, TInteger>.Multiply(out point, left, left, TLanes.Broadcast(0UL)); // YY, XX, ZZ, S

        // H = YY + XX, E = S − YY − XX, G = YY − XX, F = 2·ZZ − YY + XX: sums of at most four.
        point.L0 = DoublingSums(point.L0);
        point.L1 = DoublingSums(point.L1);
        point.L2 = DoublingSums(point.L2);
        point.L3 = DoublingSums(point.L3);
        point.L4 = DoublingSums(point.L4);
        Complete(ref point, default);
    }

    /// <summary>(Y + X, Y − X, Z, T).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Operand(
        out FieldVector<TLanes, TDouble, TInteger>.Normal result, in FieldVector<TLanes, TDouble, TInteger>.Wide point)
    {
        Unsafe.SkipInit(out FieldVector<TLanes, TDouble, TInteger>.Wide sums);
        sums.L0 = FirstSumAndDifference(point.L0);
        sums.L1 = FirstSumAndDifference(point.L1);
        sums.L2 = FirstSumAndDifference(point.L2);
        sums.L3 = FirstSumAndDifference(point.L3);
        sums.L4 = FirstSumAndDifference(point.L4);
        TDouble correction = TLanes.FromBits(TLanes.Quads(0, BitConverter.DoubleToUInt64Bits(1.0), 0, 0));
        FieldVector<TLanes, TDouble, TInteger>.Normalize(out result, sums, correction);
    }

    private static TDouble OddCorrection
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.FromBits(TLanes.Quads(0, BitConverter.DoubleToUInt64Bits(1.0), 0, BitConverter.DoubleToUInt64Bits(1.0)));
    }

    /// <summary>(H, E, G, F) to (Y, X, Z, T) = (H·G, E·F, G·F, E·H).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Complete(ref FieldVector<TLanes, TDouble, TInteger>.Wide point, TDouble correction)
    {
        FieldVector<TLanes, TDouble, TInteger>.Normalize(out FieldVector<TLanes, TDouble, TInteger>.Normal sums, point, correction);
        FieldVector<TLanes, TDouble, TInteger>.Permute(out FieldVector<TLanes, TDouble, TInteger>.Normal left, sums, 0b01_10_01_00);
        FieldVector<TLanes, TDouble, TInteger>.Permute(out FieldVector<TLanes, TDouble, TInteger>.Normal right, sums, 0b00_11_11_10);
        FieldVector<TLanes, TDouble, TInteger>.Multiply(out point, left, right, PointBias);
    }

    /// <summary>(Y, X, Z, T) to (X + Y, Y − X − 1, Z, T).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInteger FirstSumAndDifference(TInteger a)
    {
        TInteger first = TLanes.Quads(ulong.MaxValue, ulong.MaxValue, 0, 0), second = TLanes.Quads(0, ulong.MaxValue, 0, 0);
        TInteger swapped = TLanes.Bits(TLanes.Permute(TLanes.FromBits(a), 0b10_11_00_01));
        return TLanes.Add(TLanes.Xor(a, second), TLanes.And(swapped, first));
    }

    /// <summary>(Y, X, Z, T) to (Y, X, Z, X + Y), every lane with the bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInteger AppendSum(TInteger a)
    {
        TInteger y = TLanes.Bits(TLanes.Permute(TLanes.FromBits(a), 0b00_10_01_00));
        TInteger x = TLanes.Bits(TLanes.Permute(TLanes.FromBits(a), 0b01_01_01_01));
        return TLanes.Add(TLanes.Add(y, TLanes.And(x, TLanes.Quads(0, 0, 0, ulong.MaxValue))), TLanes.Quads(0, Bias, 0, 0));
    }

    /// <summary>(a, b, c, d) to (a + b, d − a − b, a − b, 2c − a + b), every lane with the bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInteger DoublingSums(TInteger v)
    {
        TInteger a = TLanes.Bits(TLanes.Permute(TLanes.FromBits(v), 0b00_00_00_00));
        TInteger b = TLanes.Bits(TLanes.Permute(TLanes.FromBits(v), 0b01_01_01_01));
        TInteger other = TLanes.Bits(TLanes.Permute(TLanes.FromBits(v), 0b10_00_11_00)); // (-, d, -, c)

        // −x = ~x + 1: the ones, and the bias, come with the last constant.
        a = TLanes.Xor(a, TLanes.Quads(0, ulong.MaxValue, 0, ulong.MaxValue));
        b = TLanes.Xor(b, TLanes.Quads(0, ulong.MaxValue, ulong.MaxValue, 0));
        TInteger once = TLanes.And(other, TLanes.Quads(0, ulong.MaxValue, 0, ulong.MaxValue));
        TInteger twice = TLanes.And(other, TLanes.Quads(0, 0, 0, ulong.MaxValue));
        return TLanes.Add(
            TLanes.Add(TLanes.Add(a, b), TLanes.Add(once, twice)),
            TLanes.Quads(Bias, Bias + 2, Bias + 1, Bias + 1));
    }
}
