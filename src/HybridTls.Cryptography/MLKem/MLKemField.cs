using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>Arithmetic modulo q = 3329 on vectors of signed 16-bit coefficients.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class MLKemField<TLanes, TVector>
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    /// <summary>The width that the lanes stand for.</summary>
    public static LaneWidth Width => TLanes.Count switch
    {
        32 => LaneWidth.Vector512,
        16 => LaneWidth.Vector256,
        8 => LaneWidth.Vector128,
        _ => LaneWidth.Scalar,
    };

    /// <summary>
    /// Montgomery's product value·factor·R⁻¹ modulo q, for a factor in −1664…1664 known beforehand. Any 16-bit value goes; the
    /// result is less than 0.0254·|value| + 1665 in absolute value, so less than q.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="companion">factor·q⁻¹ modulo 2¹⁶.</param>
    /// <param name="q">q in every lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Multiply(TVector value, TVector factor, TVector companion, TVector q)
    {
        // value·factor − q·(value·companion mod± 2^16) is a multiple of 2^16: the low halves cancel, the high ones remain.
        TVector multiple = TLanes.MultiplyHigh(TLanes.MultiplyLow(value, companion), q);
        return TLanes.Subtract(TLanes.MultiplyHigh(value, factor), multiple);
    }

    /// <summary>Barrett's reduction of any 16-bit value to the centred representative, −1664…1664.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Reduce(TVector value, TVector q)
    {
        // 20159 = round(2^26/q); the quotient is rounded to nearest, and exact for every 16-bit value.
        TVector quotient = TLanes.MultiplyHigh(value, TLanes.Broadcast(20159));
        quotient = TLanes.ShiftRightArithmetic(TLanes.Add(quotient, TLanes.Broadcast(1 << 9)), 10);
        return TLanes.Subtract(value, TLanes.MultiplyLow(quotient, q));
    }

    /// <summary>Moves a value from −q…q−1 to 0…q−1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ToUnsigned(TVector value, TVector q) =>
        TLanes.Add(value, TLanes.And(TLanes.ShiftRightArithmetic(value, 15), q));

    /// <summary>
    /// Montgomery's reduction of 32-bit numbers: <paramref name="even"/> gives the even lanes, <paramref name="odd"/> the odd.
    /// For |number| less than 2³⁰ the result is at most |number|/2¹⁶ + 1665 in absolute value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ReducePairs(TVector even, TVector odd, TVector q)
    {
        TVector low = TLanes.LowHalves(even, odd);
        TVector multiple = TLanes.MultiplyHigh(TLanes.MultiplyLow(low, TLanes.Broadcast(MLKemParameters.InverseQ)), q);
        return TLanes.Subtract(TLanes.HighHalves(even, odd), multiple);
    }
}
