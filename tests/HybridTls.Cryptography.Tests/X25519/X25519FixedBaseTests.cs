using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class X25519FixedBaseTests
{
    private static readonly byte[] BasePoint = [9, .. new byte[31]];

    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_fixed_base_equals_the_ladder(int width)
    {
        using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
        byte[] scalar = new byte[32];
        for (int i = 0; i < 2_000; i++)
        {
            RandomNumberGenerator.Fill(scalar);
            AssertEqualsLadder(scalar);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_fixed_base_equals_the_ladder_for_extreme_digits(int width)
    {
        using Lanes.Forced scope = Lanes.Force((LaneWidth)width);
        for (int value = 0; value < 256; value++)
        {
            byte[] scalar = new byte[32];
            scalar.AsSpan().Fill((byte)value);
            AssertEqualsLadder(scalar);
            scalar[^1] = 0xFF;
            AssertEqualsLadder(scalar);
        }
    }

    [Fact]
    public void Digits_are_in_range_and_sum_to_the_scalar()
    {
        byte[] clamped = new byte[32];
        sbyte[] digits = new sbyte[ClampedScalar.Digits];
        for (int i = 0; i < 500; i++)
        {
            byte[] scalar = RandomNumberGenerator.GetBytes(32);
            if (i < 256)
                scalar.AsSpan(i % 32).Fill((byte)i);
            ClampedScalar.Clamp(scalar, clamped);
            ClampedScalar.ToDigits(clamped, digits);
            System.Numerics.BigInteger sum = 0;
            for (int d = digits.Length - 1; d >= 0; d--)
            {
                Assert.InRange(digits[d], -8, 8);
                sum = (sum * 16) + digits[d];
            }

            Assert.Equal(new System.Numerics.BigInteger(clamped, isUnsigned: true), sum);
        }
    }

    [Fact]
    public void Every_entry_of_the_table_is_its_multiple_of_the_base_point()
    {
        // entry = (column + 1)·256^row·B, recomputed by repeated addition from the row before, compared in affine form.
        EdwardsPoint start = EdwardsPoint.Base;
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            EdwardsPoint point = start;
            NielsPoint step = start.ToNiels();
            for (int column = 0; column < BasePointTable.Columns; column++)
            {
                NielsPoint expected = point.ToNiels();
                ref readonly NielsPoint entry = ref BasePointTable.Entry(row, column);
                Assert.Equal(Bytes(expected.YPlusX), Bytes(entry.YPlusX));
                Assert.Equal(Bytes(expected.YMinusX), Bytes(entry.YMinusX));
                Assert.Equal(Bytes(expected.Xy2d), Bytes(entry.Xy2d));
                point.Add(step);
            }

            // 256 times by additions only: independent of the doubling that built the table.
            EdwardsPoint next = EdwardsPoint.Identity;
            for (int i = 0; i < 256; i++)
                next.Add(step);
            start = next;
        }
    }

    [Fact]
    public void The_constants_of_the_curve_are_right()
    {
        System.Numerics.BigInteger p = FieldElementTests.P;
        EdwardsPoint point = EdwardsPoint.Base;
        System.Numerics.BigInteger x = FieldElementTests.Value(point.X);
        System.Numerics.BigInteger y = FieldElementTests.Value(point.Y);
        System.Numerics.BigInteger d = FieldElementTests.Value(EdwardsPoint.D);
        Assert.Equal(p - 121665, d * 121666 % p);
        Assert.Equal(4, y * 5 % p);
        Assert.Equal(0, ((y * y) - (x * x) - 1 - (d * x * x % p * y * y)) % p);
    }

    [Theory]
    [InlineData(-8)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void Selection_gives_the_signed_multiple(int digit)
    {
        for (int row = 0; row < BasePointTable.Rows; row++)
        {
            BasePointTable.Select(row, digit, out NielsPoint selected);
            NielsPoint expected = digit == 0
                ? new() { YPlusX = FieldElement.One, YMinusX = FieldElement.One }
                : BasePointTable.Entry(row, Math.Abs(digit) - 1);
            if (digit < 0)
            {
                (expected.YPlusX, expected.YMinusX) = (expected.YMinusX, expected.YPlusX);
                FieldElement.Subtract(out expected.Xy2d, FieldElement.Zero, expected.Xy2d);
            }

            Assert.Equal(Bytes(expected.YPlusX), Bytes(selected.YPlusX));
            Assert.Equal(Bytes(expected.YMinusX), Bytes(selected.YMinusX));
            Assert.Equal(Bytes(expected.Xy2d), Bytes(selected.Xy2d));
        }
    }

    private static string Bytes(FieldElement element)
    {
        byte[] bytes = new byte[32];
        element.ToBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static void AssertEqualsLadder(byte[] scalar)
    {
        byte[] expected = new byte[32];
        byte[] actual = new byte[32];
        using (Lanes.Force(LaneWidth.Scalar))
            X25519.DeriveSharedSecret(scalar, BasePoint, expected);
        X25519.DerivePublicKey(scalar, actual);
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(actual));
    }
}
