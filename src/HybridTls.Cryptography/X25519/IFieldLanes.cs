using System.Diagnostics.CodeAnalysis;

namespace HybridTls.Cryptography;

/// <summary>
/// The primitives of the vectorized field arithmetic: doubles and the 64-bit integers of their bits in the same lanes.
/// </summary>
internal interface IFieldLanes<TDouble, TInteger>
    where TDouble : struct
    where TInteger : struct
{
    static abstract TDouble Broadcast(double value);

    static abstract TInteger Broadcast(ulong value);

    /// <summary>a·b + c with one rounding, to nearest.</summary>
    static abstract TDouble MultiplyAdd(TDouble a, TDouble b, TDouble c);

    static abstract TDouble Subtract(TDouble a, TDouble b);

    static abstract TInteger Bits(TDouble a);

    static abstract TDouble FromBits(TInteger a);

    static abstract TInteger Add(TInteger a, TInteger b);

    static abstract TInteger Subtract(TInteger a, TInteger b);

    /// <summary>(a &amp; mask) | bits.</summary>
    static abstract TInteger AndOr(TInteger a, TInteger mask, TInteger bits);

    static abstract TInteger ShiftLeft(TInteger value, int count);

    static abstract TInteger ShiftRightLogical(TInteger value, int count);

    /// <summary>a·b for factors &lt; 2^32.</summary>
    static abstract TInteger MultiplySmall(TInteger a, TInteger b);

    static abstract TInteger Xor(TInteger a, TInteger b);

    static abstract TInteger And(TInteger a, TInteger b);

    /// <summary>The same four values in every quad of lanes.</summary>
    static abstract TInteger Quads(ulong lane0, ulong lane1, ulong lane2, ulong lane3);

    /// <summary>(0, 0, 2, 2) of every quad (0, 1, 2, 3) of lanes.</summary>
    static abstract TInteger DuplicateEven(TInteger a);

    /// <summary>(1, 1, 3, 3) of every quad (0, 1, 2, 3) of lanes.</summary>
    static abstract TInteger DuplicateOdd(TInteger a);

    /// <summary>Permutes every quad of lanes: two bits of the constant a lane, lane 0 lowest.</summary>
    static abstract TDouble Permute(TDouble a, [ConstantExpected] byte control);
}
