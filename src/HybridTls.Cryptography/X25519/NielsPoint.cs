namespace HybridTls.Cryptography;

/// <summary>An affine point of edwards25519 as an addition wants it. Coordinates are reduced; padded to four 256-bit vectors.</summary>
internal struct NielsPoint
{
    /// <summary>The number of 64-bit limbs of the struct: three field elements and one limb of padding.</summary>
    public const int Limbs = 16;

    public FieldElement YPlusX;
    public FieldElement YMinusX;
    public FieldElement Xy2d;
    public ulong Padding;
}
