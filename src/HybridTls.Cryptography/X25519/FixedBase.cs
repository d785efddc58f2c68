using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>Multiplication of the base point: a comb over the birationally equivalent Edwards curve (RFC 7748 §4.1).</summary>
internal static class FixedBase
{
    /// <summary>Computes X25519(scalar, 9). The scalar is clamped here.</summary>
    [SkipLocalsInit]
    public static void Multiply(ReadOnlySpan<byte> scalar, Span<byte> result)
    {
        Span<byte> k = stackalloc byte[ClampedScalar.Size];
        Span<sbyte> digits = stackalloc sbyte[ClampedScalar.Digits];
        ClampedScalar.Clamp(scalar, k);
        ClampedScalar.ToDigits(k, digits);

        FieldElement y, z;
        LaneWidth width = Lanes.Selected;
        if (width >= LaneWidth.Vector512 && FieldLanes512.IsSupported)
            FixedBaseVector.Multiply512(digits, out y, out z);
        else if (width >= LaneWidth.Vector256 && FieldLanes256.IsSupported)
            FixedBaseVector.Multiply256(digits, out y, out z);
        else
            Multiply(digits, out y, out z);

        // u = (1 + y)/(1 − y) = (Z + Y)/(Z − Y); never the identity, since a clamped scalar is no multiple of the group's order.
        FieldElement.Add(out FieldElement numerator, z, y);
        FieldElement.Subtract(out FieldElement denominator, z, y);
        FieldElement.Invert(out denominator, denominator);
        FieldElement.Multiply(out numerator, numerator, denominator);
        numerator.ToBytes(result);

        CryptographicOperations.ZeroMemory(k);
        Secret.Clear(digits);
        Secret.Clear(ref y);
        Secret.Clear(ref z);
        Secret.Clear(ref numerator);
        Secret.Clear(ref denominator);
        Secret.ClearStack();
    }

    /// <summary>Y and Z of Σ d[i]·16^i·B = 16·Σ d[2j+1]·256^j·B + Σ d[2j]·256^j·B.</summary>
    private static void Multiply(ReadOnlySpan<sbyte> digits, out FieldElement y, out FieldElement z)
    {
        EdwardsPoint point = EdwardsPoint.Identity;
        for (int row = 0; row < BasePointTable.Rows; row++)
            Add(ref point, row, digits[(2 * row) + 1]);
        for (int i = 0; i < 4; i++)
            point.Double();
        for (int row = 0; row < BasePointTable.Rows; row++)
            Add(ref point, row, digits[2 * row]);

        y = point.Y;
        z = point.Z;
        Secret.Clear(ref point);
    }

    private static void Add(ref EdwardsPoint point, int row, int digit)
    {
        BasePointTable.Select(row, digit, out NielsPoint multiple);
        point.Add(multiple);
        Secret.Clear(ref multiple);
    }
}
