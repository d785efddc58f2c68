using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>The readable back end: one pair of 16-bit lanes in an <see cref="int"/>, the even lane in its low half.</summary>
internal readonly struct ScalarLanes16 : ILanes16<int>
{
    /// <inheritdoc/>
    public static int Count => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Load(ref readonly short source, nuint index)
    {
        ref short even = ref Unsafe.Add(ref Unsafe.AsRef(in source), index);
        return Pack(even, Unsafe.Add(ref even, 1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadNibbles(ref readonly byte source) => Pack(source & 15, source >> 4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int value, ref short destination, nuint index)
    {
        Unsafe.Add(ref destination, index) = (short)Even(value);
        Unsafe.Add(ref destination, index + 1) = (short)Odd(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Broadcast(short value) => Pack(value, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(int left, int right) => Pack(Even(left) + Even(right), Odd(left) + Odd(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Subtract(int left, int right) => Pack(Even(left) - Even(right), Odd(left) - Odd(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplyLow(int left, int right) => Pack(Even(left) * Even(right), Odd(left) * Odd(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplyHigh(int left, int right) =>
        Pack((Even(left) * Even(right)) >> 16, (Odd(left) * Odd(right)) >> 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int And(int left, int right) => left & right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftLeft(int value, int count) => Pack(Even(value) << count, Odd(value) << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftRightLogical(int value, int count) =>
        Pack((ushort)Even(value) >> count, (ushort)Odd(value) >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShiftRightArithmetic(int value, int count) => Pack(Even(value) >> count, Odd(value) >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SwapPairs(int value) => Pack(Odd(value), Even(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplyAddPairs(int left, int right) =>
        (Even(left) * Even(right)) + (Odd(left) * Odd(right));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AddPairs(int left, int right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LowHalves(int even, int odd) => Pack(even, odd);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int HighHalves(int even, int odd) => Pack(even >> 16, odd >> 16);

    /// <inheritdoc/>
    /// <remarks>A pair has no lanes two or more apart.</remarks>
    public static void Exchange(ref int first, ref int second, int distance) => throw new NotSupportedException();

    private static int Even(int pair) => (short)pair;

    private static int Odd(int pair) => pair >> 16;

    private static int Pack(int even, int odd) => (ushort)even | (odd << 16);
}
