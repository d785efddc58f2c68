using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>
/// <see cref="BasePointTable"/> for the vector back ends: each point as the five limbs of (y + x, y − x, 2, 2·d·x·y) in doubles;
/// 160 bytes a point, 40 KiB, computed at first use, in memory aligned to cache lines (never freed).
/// </summary>
internal static unsafe class BasePointVectors
{
    private const int Limbs = 5;

    private static readonly Vector256<double>* Points = Compute();

    /// <summary>Selects digit·256^row·B for a secret digit in −8…8: reads every entry of the row under a mask.</summary>
    [SkipLocalsInit]
    public static void Select(int row, int digit, out FieldVector<FieldLanes256, Vector256<double>, Vector256<ulong>>.Normal result)
    {
        long sign = digit >> 31;
        Vector256<long> wanted = Vector256.Create((digit ^ sign) - sign);
        Vector256<long> v0 = Vector256.Equals(wanted, Vector256<long>.Zero) & Vector256.Create(1.0, 1.0, 2.0, 0.0).AsInt64();
        Vector256<long> v1 = default, v2 = default, v3 = default, v4 = default;
        long* entry = (long*)(Points + (row * BasePointTable.Columns * Limbs));
        for (long column = 1; column <= BasePointTable.Columns; column++)
        {
            Vector256<long> mask = Vector256.Equals(wanted, Vector256.Create(column));
            v0 |= mask & Vector256.Load(entry);
            v1 |= mask & Vector256.Load(entry + 4);
            v2 |= mask & Vector256.Load(entry + 8);
            v3 |= mask & Vector256.Load(entry + 12);
            v4 |= mask & Vector256.Load(entry + 16);
            entry += 4 * Limbs;
        }

        // −(x, y) = (−x, y): y + x and y − x change places, 2dxy changes its sign.
        Vector256<int> index = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) ^ (Vector256.Create((int)sign) & Vector256.Create(2, 2, 2, 2, 0, 0, 0, 0));
        Vector256<long> minus = Vector256.Create(sign) & Vector256.Create(0, 0, 0, long.MinValue);
        result.L0 = (Avx2.PermuteVar8x32(v0.AsInt32(), index).AsInt64() ^ minus).AsDouble();
        result.L1 = (Avx2.PermuteVar8x32(v1.AsInt32(), index).AsInt64() ^ minus).AsDouble();
        result.L2 = (Avx2.PermuteVar8x32(v2.AsInt32(), index).AsInt64() ^ minus).AsDouble();
        result.L3 = (Avx2.PermuteVar8x32(v3.AsInt32(), index).AsInt64() ^ minus).AsDouble();
        result.L4 = (Avx2.PermuteVar8x32(v4.AsInt32(), index).AsInt64() ^ minus).AsDouble();
    }

    private static Vector256<double>* Compute()
    {
        int count = BasePointTable.Rows * BasePointTable.Columns;
        Vector256<double>* points = (Vector256<double>*)NativeMemory.AlignedAlloc((nuint)(count * Limbs * sizeof(Vector256<double>)), 64);
        for (int i = 0; i < count; i++)
        {
            ref readonly NielsPoint point = ref BasePointTable.Entry(i / BasePointTable.Columns, i % BasePointTable.Columns);
            FieldVector256Convert.Pack(
                point.YPlusX, point.YMinusX, new FieldElement(2, 0, 0, 0, 0), point.Xy2d, out var packed);
            Vector256<double>* at = points + (i * Limbs);
            at[0] = packed.L0;
            at[1] = packed.L1;
            at[2] = packed.L2;
            at[3] = packed.L3;
            at[4] = packed.L4;
        }

        return points;
    }
}
