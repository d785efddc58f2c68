using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>
/// Multiples of the base point for the fixed-base multiplication: row i holds 1…8 times 256^i·B. Computed at first use
/// (public data; 256 affine points of 128 bytes).
/// </summary>
internal static class BasePointTable
{
    public const int Rows = 32;
    public const int Columns = 8;

    private static readonly NielsPoint[] Points = Compute();

    /// <summary>Entry (row, column) is (column + 1)·256^row·B.</summary>
    public static ref readonly NielsPoint Entry(int row, int column) => ref Points[(row * Columns) + column];

    /// <summary>
    /// Selects digit·256^row·B for a secret digit in −8…8 in constant time: reads every entry of the row under a mask.
    /// </summary>
    public static void Select(int row, int digit, out NielsPoint result)
    {
        int sign = digit >> 31;
        uint magnitude = (uint)((digit ^ sign) - sign);

        ref ulong entry = ref Unsafe.As<NielsPoint, ulong>(ref Points[row * Columns]);
        Vector256<ulong> v0 = Vector256<ulong>.Zero, v1 = v0, v2 = v0, v3 = v0;
        for (uint column = 1; column <= Columns; column++)
        {
            // All ones where the column is the wanted one. Not a vector comparison: without vector instructions that is a
            // conditional in the runtime's own code, which may become a branch.
            Vector256<ulong> mask = Vector256.Create(0UL - (((ulong)(magnitude ^ column) - 1) >> 63));
            v0 |= mask & Vector256.LoadUnsafe(ref entry);
            v1 |= mask & Vector256.LoadUnsafe(ref entry, 4);
            v2 |= mask & Vector256.LoadUnsafe(ref entry, 8);
            v3 |= mask & Vector256.LoadUnsafe(ref entry, 12);
            entry = ref Unsafe.Add(ref entry, NielsPoint.Limbs);
        }

        // Digit 0 selected nothing; the identity is (1, 1, 0).
        Unsafe.SkipInit(out result);
        ref ulong limbs = ref Unsafe.As<NielsPoint, ulong>(ref result);
        v0.StoreUnsafe(ref limbs);
        v1.StoreUnsafe(ref limbs, 4);
        v2.StoreUnsafe(ref limbs, 8);
        v3.StoreUnsafe(ref limbs, 12);
        ulong zero = ((ulong)magnitude - 1) >> 63;
        result.YPlusX.L0 |= zero;
        result.YMinusX.L0 |= zero;

        // −(x, y) = (−x, y): y + x and y − x change places, 2dxy changes its sign.
        ulong negative = (ulong)(long)sign;
        FieldElement.ConditionalSwap(ref result.YPlusX, ref result.YMinusX, negative);
        FieldElement.Subtract(out FieldElement negated, FieldElement.Zero, result.Xy2d);
        FieldElement.ConditionalSwap(ref result.Xy2d, ref negated, negative);
    }

    private static NielsPoint[] Compute()
    {
        // Projective multiples first, then one inversion for all of them (Montgomery's trick).
        EdwardsPoint[] points = new EdwardsPoint[Rows * Columns];
        EdwardsPoint power = EdwardsPoint.Base;
        for (int row = 0; row < Rows; row++)
        {
            NielsPoint step = power.ToNiels();
            EdwardsPoint multiple = power;
            for (int column = 0; column < Columns; column++)
            {
                points[(row * Columns) + column] = multiple;
                multiple.Add(step);
            }

            for (int i = 0; i < 8; i++)
                power.Double();
        }

        return EdwardsPoint.ToNiels(points);
    }
}
