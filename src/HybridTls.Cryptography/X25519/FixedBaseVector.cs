using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Edwards256 = HybridTls.Cryptography.EdwardsVector<
    HybridTls.Cryptography.FieldLanes256,
    System.Runtime.Intrinsics.Vector256<double>,
    System.Runtime.Intrinsics.Vector256<ulong>>;
using Edwards512 = HybridTls.Cryptography.EdwardsVector<
    HybridTls.Cryptography.FieldLanes512,
    System.Runtime.Intrinsics.Vector512<double>,
    System.Runtime.Intrinsics.Vector512<ulong>>;
using Field256 = HybridTls.Cryptography.FieldVector<
    HybridTls.Cryptography.FieldLanes256,
    System.Runtime.Intrinsics.Vector256<double>,
    System.Runtime.Intrinsics.Vector256<ulong>>;
using Field512 = HybridTls.Cryptography.FieldVector<
    HybridTls.Cryptography.FieldLanes512,
    System.Runtime.Intrinsics.Vector512<double>,
    System.Runtime.Intrinsics.Vector512<ulong>>;

namespace HybridTls.Cryptography;

/// <summary>
/// The comb of <see cref="FixedBase"/> in vectors: with 256 bits one point, with 512 bits the sums over the even and the odd digits
/// at once.
/// </summary>
internal static class FixedBaseVector
{
    /// <summary>(1, 1, 2, 2·d).</summary>
    private static readonly Field256.Normal AdditionFactors = CreateAdditionFactors();

    /// <summary>Y and Z of Σ d[i]·16^i·B with 256-bit vectors.</summary>
    [SkipLocalsInit]
    public static void Multiply256(ReadOnlySpan<sbyte> digits, out FieldElement y, out FieldElement z)
    {
        FieldVector256Convert.PackWide(
            FieldElement.One, FieldElement.Zero, FieldElement.One, FieldElement.Zero, Edwards256.PointBias, out Field256.Wide point);
        Field256.Normal multiple = default;
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            BasePointVectors.Select(row, digits[(2 * row) + 1], out multiple);
            Edwards256.Add(ref point, multiple);
        }

        for (int i = 0; i < 4; i++)
            Edwards256.Double(ref point);
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            BasePointVectors.Select(row, digits[2 * row], out multiple);
            Edwards256.Add(ref point, multiple);
        }

        y = FieldVector256Convert.Element(point, 0, Field256.Bias);
        z = FieldVector256Convert.Element(point, 2, Field256.Bias);
        Secret.Clear(ref point);
        Secret.Clear(ref multiple);
    }

    /// <summary>Y and Z of Σ d[i]·16^i·B with 512-bit vectors.</summary>
    [SkipLocalsInit]
    public static void Multiply512(ReadOnlySpan<sbyte> digits, out FieldElement y, out FieldElement z)
    {
        FieldVector256Convert.PackWide(
            FieldElement.One, FieldElement.Zero, FieldElement.One, FieldElement.Zero, Edwards256.PointBias, out Field256.Wide even);
        Field512.Wide points;
        points.L0 = Vector512.Create(even.L0);
        points.L1 = Vector512.Create(even.L1);
        points.L2 = Vector512.Create(even.L2);
        points.L3 = Vector512.Create(even.L3);
        points.L4 = Vector512.Create(even.L4);
        Field512.Normal multiples = default;
        Field256.Normal lower = default, upper = default;
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            BasePointVectors.Select(row, digits[2 * row], out lower);
            BasePointVectors.Select(row, digits[(2 * row) + 1], out upper);
            multiples.L0 = Vector512.Create(lower.L0, upper.L0);
            multiples.L1 = Vector512.Create(lower.L1, upper.L1);
            multiples.L2 = Vector512.Create(lower.L2, upper.L2);
            multiples.L3 = Vector512.Create(lower.L3, upper.L3);
            multiples.L4 = Vector512.Create(lower.L4, upper.L4);
            Edwards512.Add(ref points, multiples);
        }

        Unsafe.SkipInit(out Field256.Wide odd);
        (even.L0, odd.L0) = (points.L0.GetLower(), points.L0.GetUpper());
        (even.L1, odd.L1) = (points.L1.GetLower(), points.L1.GetUpper());
        (even.L2, odd.L2) = (points.L2.GetLower(), points.L2.GetUpper());
        (even.L3, odd.L3) = (points.L3.GetLower(), points.L3.GetUpper());
        (even.L4, odd.L4) = (points.L4.GetLower(), points.L4.GetUpper());
        for (int i = 0; i < 4; i++)
            Edwards256.Double(ref odd);

        // An addition wants (Y + X, Y − X, 2·Z, 2·d·T).
        Edwards256.Operand(out Field256.Normal operand, even);
        Field256.Multiply(out even, operand, AdditionFactors, Vector256.Create(Field256.Bias));
        Field256.Normalize(out operand, even, default);
        Edwards256.Add(ref odd, operand);

        y = FieldVector256Convert.Element(odd, 0, Field256.Bias);
        z = FieldVector256Convert.Element(odd, 2, Field256.Bias);
        Secret.Clear(ref points);
        Secret.Clear(ref multiples);
        Secret.Clear(ref lower);
        Secret.Clear(ref upper);
        Secret.Clear(ref even);
        Secret.Clear(ref odd);
        Secret.Clear(ref operand);
    }

    private static Field256.Normal CreateAdditionFactors()
    {
        FieldElement d = EdwardsPoint.D;
        FieldElement.Add(out FieldElement d2, d, d);
        FieldVector256Convert.Pack(FieldElement.One, FieldElement.One, new(2, 0, 0, 0, 0), d2, out Field256.Normal factors);
        return factors;
    }
}
