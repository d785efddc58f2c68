using System.Runtime.Intrinsics;
using Field = HybridTls.Cryptography.FieldVector<
    HybridTls.Cryptography.FieldLanes256,
    System.Runtime.Intrinsics.Vector256<double>,
    System.Runtime.Intrinsics.Vector256<ulong>>;

namespace HybridTls.Cryptography;

/// <summary>Between single field elements and four of them in lanes.</summary>
internal static class FieldVector256Convert
{
    /// <summary>Four elements with limbs &lt; 2^60, normal.</summary>
    public static void Pack(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d, out Field.Normal result)
    {
        PackWide(a, b, c, d, Vector256.Create(Field.Bias), out Field.Wide wide);
        Field.Normalize(out result, wide, default);
        Secret.Clear(ref wide);
    }

    /// <summary>Four elements with limbs &lt; 2^58, wide with a bias.</summary>
    public static void PackWide(
        in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d, Vector256<ulong> bias, out Field.Wide result)
    {
        result.L0 = Vector256.Create(a.L0, b.L0, c.L0, d.L0) + bias;
        result.L1 = Vector256.Create(a.L1, b.L1, c.L1, d.L1) + bias;
        result.L2 = Vector256.Create(a.L2, b.L2, c.L2, d.L2) + bias;
        result.L3 = Vector256.Create(a.L3, b.L3, c.L3, d.L3) + bias;
        result.L4 = Vector256.Create(a.L4, b.L4, c.L4, d.L4) + bias;
    }

    /// <summary>One element of a wide vector whose lane carries the bias given; reduced.</summary>
    public static FieldElement Element(in Field.Wide a, int lane, ulong bias) => FieldElement.FromSigned(
        (long)(a.L0[lane] - bias),
        (long)(a.L1[lane] - bias),
        (long)(a.L2[lane] - bias),
        (long)(a.L3[lane] - bias),
        (long)(a.L4[lane] - bias));
}
