namespace HybridTls.Cryptography;

/// <summary>
/// A point of edwards25519 (RFC 7748 §4.1, −x² + y² = 1 + d·x²·y²) in extended coordinates x = X/Z, y = Y/Z, T = X·Y/Z, after
/// Hisil, Wong, Carter and Dawson 2008. The addition is complete: no input is a special case. Coordinates are reduced.
/// </summary>
internal struct EdwardsPoint
{
    public FieldElement X;
    public FieldElement Y;
    public FieldElement Z;
    public FieldElement T;

    /// <summary>The curve's d = −121665/121666.</summary>
    public static FieldElement D => FieldElement.FromBytes(
        Convert.FromHexString("A3785913CA4DEB75ABD841414D0A700098E879777940C78C73FE6F2BEE6C0352"));

    public static EdwardsPoint Identity => new() { Y = FieldElement.One, Z = FieldElement.One };

    /// <summary>The base point: y = 4/5, which maps to u = (1 + y)/(1 − y) = 9.</summary>
    public static EdwardsPoint Base
    {
        get
        {
            EdwardsPoint point = new()
            {
                X = FieldElement.FromBytes(
                    Convert.FromHexString("1AD5258F602D56C9B2A7259560C72C695CDCD6FD31E2A4C0FE536ECDD3366921")),
                Y = FieldElement.FromBytes(
                    Convert.FromHexString("5866666666666666666666666666666666666666666666666666666666666666")),
                Z = FieldElement.One,
            };
            FieldElement.Multiply(out point.T, point.X, point.Y);
            return point;
        }
    }

    /// <summary>Adds an affine point given as (y + x, y − x, 2·d·x·y): seven multiplications.</summary>
    public void Add(in NielsPoint q)
    {
        FieldElement.Add(out FieldElement a, Y, X);
        FieldElement.Subtract(out FieldElement b, Y, X);
        FieldElement.Multiply(out a, a, q.YPlusX);
        FieldElement.Multiply(out b, b, q.YMinusX);
        FieldElement.Multiply(out FieldElement c, T, q.Xy2d);
        FieldElement.Add(out FieldElement z2, Z, Z); // < 2^52.1
        FieldElement.Subtract(out FieldElement e, a, b); // < 2^53.4
        FieldElement.Add(out FieldElement h, a, b);
        FieldElement.Add(out FieldElement g, z2, c);
        FieldElement.Subtract(out FieldElement f, z2, c); // < 2^53.6
        Complete(e, f, g, h);
    }

    /// <summary>Doubles the point.</summary>
    public void Double()
    {
        FieldElement.Square(out FieldElement xx, X);
        FieldElement.Square(out FieldElement yy, Y);
        FieldElement.Square(out FieldElement zz, Z);
        FieldElement.Add(out FieldElement sum, X, Y);
        FieldElement.Square(out sum, sum);
        FieldElement.Add(out FieldElement h, yy, xx); // < 2^52.1
        FieldElement.Subtract(out FieldElement g, yy, xx); // < 2^53.4
        g.Carry();
        FieldElement.Subtract(out FieldElement e, sum, h); // < 2^53.4
        FieldElement.Add(out zz, zz, zz);
        FieldElement.Subtract(out FieldElement f, zz, g); // < 2^53.6
        Complete(e, f, g, h);
    }

    /// <summary>The affine form that <see cref="Add"/> takes.</summary>
    public readonly NielsPoint ToNiels() => ToNiels([this])[0];

    /// <summary>The affine forms of many points with one inversion (Montgomery's trick).</summary>
    public static NielsPoint[] ToNiels(ReadOnlySpan<EdwardsPoint> points)
    {
        // products[i] = Z0·…·Zi
        FieldElement[] products = new FieldElement[points.Length];
        FieldElement product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            FieldElement.Multiply(out product, product, points[i].Z);
            products[i] = product;
        }

        NielsPoint[] result = new NielsPoint[points.Length];
        FieldElement d = D;
        FieldElement.Invert(out FieldElement inverse, product);
        for (int i = points.Length - 1; i >= 0; i--)
        {
            FieldElement z = inverse;
            if (i > 0)
                FieldElement.Multiply(out z, inverse, products[i - 1]);
            FieldElement.Multiply(out inverse, inverse, points[i].Z);
            result[i] = points[i].ToNiels(z, d);
        }

        return result;
    }

    private readonly NielsPoint ToNiels(in FieldElement inverseOfZ, in FieldElement d)
    {
        FieldElement.Multiply(out FieldElement x, X, inverseOfZ);
        FieldElement.Multiply(out FieldElement y, Y, inverseOfZ);
        FieldElement.Multiply(out FieldElement xy, x, y);
        FieldElement.Multiply(out xy, xy, d);
        NielsPoint niels = default;
        FieldElement.Add(out niels.YPlusX, y, x);
        FieldElement.Subtract(out niels.YMinusX, y, x);
        FieldElement.Add(out niels.Xy2d, xy, xy);
        niels.YPlusX.Carry();
        niels.YMinusX.Carry();
        niels.Xy2d.Carry();
        return niels;
    }

    private void Complete(in FieldElement e, in FieldElement f, in FieldElement g, in FieldElement h)
    {
        FieldElement.Multiply(out X, e, f);
        FieldElement.Multiply(out Y, g, h);
        FieldElement.Multiply(out Z, f, g);
        FieldElement.Multiply(out T, e, h);
    }
}
