using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using Edwards256 = HybridTls.Cryptography.EdwardsVector<
    HybridTls.Cryptography.FieldLanes256,
    System.Runtime.Intrinsics.Vector256<double>,
    System.Runtime.Intrinsics.Vector256<ulong>>;
using Field256 = HybridTls.Cryptography.FieldVector<
    HybridTls.Cryptography.FieldLanes256,
    System.Runtime.Intrinsics.Vector256<double>,
    System.Runtime.Intrinsics.Vector256<ulong>>;

namespace HybridTls.Tests.Cryptography;

public sealed class EdwardsVectorTests
{
    [Fact]
    public void Additions_and_doublings_equal_the_scalar_ones()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        EdwardsPoint expected = EdwardsPoint.Identity;
        Pack(expected, out Field256.Wide point);
        for (int i = 0; i < 2_000; i++)
        {
            int row = RandomNumberGenerator.GetInt32(BasePointTable.Rows);
            int digit = RandomNumberGenerator.GetInt32(-8, 9);
            BasePointTable.Select(row, digit, out NielsPoint multiple);
            BasePointVectors.Select(row, digit, out Field256.Normal vector);
            expected.Add(multiple);
            Edwards256.Add(ref point, vector);
            AssertEqual(expected, point);
            if (i % 3 == 0)
            {
                expected.Double();
                Edwards256.Double(ref point);
                AssertEqual(expected, point);
            }
        }
    }

    [Fact]
    public void Doubling_the_identity_and_adding_a_point_to_its_opposite_give_the_identity()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        EdwardsPoint identity = EdwardsPoint.Identity;
        Pack(identity, out Field256.Wide point);
        Edwards256.Double(ref point);
        AssertSamePoint(identity, point);
        BasePointVectors.Select(0, 5, out Field256.Normal plus);
        BasePointVectors.Select(0, -5, out Field256.Normal minus);
        Edwards256.Add(ref point, plus);
        Edwards256.Add(ref point, minus);
        AssertSamePoint(identity, point);
    }

    [Fact]
    public void Every_selection_equals_the_scalar_one()
    {
        Assert.SkipUnless(FieldLanes256.IsSupported, "This machine has no AVX2.");
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            for (int digit = -8; digit <= 8; digit++)
            {
                BasePointTable.Select(row, digit, out NielsPoint expected);
                BasePointVectors.Select(row, digit, out Field256.Normal selected);

                // Multiplying by one makes a wide vector of a normal one.
                FieldVector256Convert.Pack(FieldElement.One, FieldElement.One, FieldElement.One, FieldElement.One, out Field256.Normal one);
                Field256.Multiply(out Field256.Wide wide, selected, one, default);
                Assert.Equal(Bytes(expected.YPlusX), Bytes(FieldVector256Convert.Element(wide, 0, 0)));
                Assert.Equal(Bytes(expected.YMinusX), Bytes(FieldVector256Convert.Element(wide, 1, 0)));
                Assert.Equal(Bytes(new FieldElement(2, 0, 0, 0, 0)), Bytes(FieldVector256Convert.Element(wide, 2, 0)));
                Assert.Equal(Bytes(expected.Xy2d), Bytes(FieldVector256Convert.Element(wide, 3, 0)));
            }
        }
    }

    private static void Pack(in EdwardsPoint point, out Field256.Wide result) =>
        FieldVector256Convert.PackWide(point.Y, point.X, point.Z, point.T, Edwards256.PointBias, out result);

    private static (FieldElement Y, FieldElement X, FieldElement Z, FieldElement T) Unpack(in Field256.Wide point) => (
        FieldVector256Convert.Element(point, 0, Field256.Bias),
        FieldVector256Convert.Element(point, 1, 0),
        FieldVector256Convert.Element(point, 2, Field256.Bias),
        FieldVector256Convert.Element(point, 3, Field256.Bias));

    /// <summary>The same formulas give the same coordinates, up to a common factor.</summary>
    private static void AssertEqual(in EdwardsPoint expected, in Field256.Wide actual)
    {
        AssertSamePoint(expected, actual);
        (FieldElement y, FieldElement x, FieldElement z, FieldElement t) = Unpack(actual);
        FieldElement.Multiply(out FieldElement xy, x, y);
        FieldElement.Multiply(out FieldElement zt, z, t);
        Assert.Equal(Bytes(xy), Bytes(zt));
    }

    private static void AssertSamePoint(in EdwardsPoint expected, in Field256.Wide actual)
    {
        (FieldElement y, FieldElement x, FieldElement z, _) = Unpack(actual);
        AssertSameRatio(expected.X, expected.Z, x, z);
        AssertSameRatio(expected.Y, expected.Z, y, z);
    }

    private static void AssertSameRatio(FieldElement a, FieldElement b, FieldElement c, FieldElement d)
    {
        FieldElement.Multiply(out FieldElement ad, a, d);
        FieldElement.Multiply(out FieldElement bc, b, c);
        Assert.Equal(Bytes(ad), Bytes(bc));
        Assert.NotEqual(new string('0', 64), Bytes(d));
    }

    private static string Bytes(FieldElement element)
    {
        byte[] bytes = new byte[32];
        element.ToBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
