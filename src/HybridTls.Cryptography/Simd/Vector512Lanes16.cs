using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Thirty-two 16-bit lanes in 512 bits (AVX-512 F and BW).</summary>
internal readonly struct Vector512Lanes16 : ILanes16<Vector512<short>>
{
    /// <inheritdoc/>
    public static int Count => Vector512<short>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Load(ref readonly short source, nuint index) => Vector512.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> LoadNibbles(ref readonly byte source)
    {
        Vector512<int> wide = Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(in source));
        return ((wide | (wide << 12)) & Vector512.Create(0x000F000F)).AsInt16();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<short> value, ref short destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Broadcast(short value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Add(Vector512<short> left, Vector512<short> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Subtract(Vector512<short> left, Vector512<short> right) => left - right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyLow(Vector512<short> left, Vector512<short> right) => left * right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyHigh(Vector512<short> left, Vector512<short> right) => Avx512BW.MultiplyHigh(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> And(Vector512<short> left, Vector512<short> right) => left & right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ShiftLeft(Vector512<short> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ShiftRightLogical(Vector512<short> value, int count) => value >>> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ShiftRightArithmetic(Vector512<short> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> SwapPairs(Vector512<short> value) => Avx512F.RotateLeft(value.AsUInt32(), 16).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyAddPairs(Vector512<short> left, Vector512<short> right) =>
        Avx512BW.MultiplyAddAdjacent(left, right).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> AddPairs(Vector512<short> left, Vector512<short> right) =>
        (left.AsInt32() + right.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> LowHalves(Vector512<short> even, Vector512<short> odd) =>
        Vector512.ConditionalSelect(Vector512.Create(0x0000FFFFu), even.AsUInt32(), odd.AsUInt32() << 16).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> HighHalves(Vector512<short> even, Vector512<short> odd) =>
        Vector512.ConditionalSelect(Vector512.Create(0x0000FFFFu), even.AsUInt32() >>> 16, odd.AsUInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(ref Vector512<short> first, ref Vector512<short> second, int distance)
    {
        Vector512<ulong> a = first.AsUInt64();
        Vector512<ulong> b = second.AsUInt64();
        if (distance == 16)
        {
            first = Avx512F.Shuffle4x128(a, b, 0x44).AsInt16();
            second = Avx512F.Shuffle4x128(a, b, 0xEE).AsInt16();
        }
        else if (distance == 8)
        {
            first = Avx512F.PermuteVar8x64x2(a, Vector512.Create(0UL, 1, 8, 9, 4, 5, 12, 13), b).AsInt16();
            second = Avx512F.PermuteVar8x64x2(a, Vector512.Create(2UL, 3, 10, 11, 6, 7, 14, 15), b).AsInt16();
        }
        else if (distance == 4)
        {
            first = Avx512F.UnpackLow(a, b).AsInt16();
            second = Avx512F.UnpackHigh(a, b).AsInt16();
        }
        else
        {
            Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue);
            first = Vector512.ConditionalSelect(low, a, b << 32).AsInt16();
            second = Vector512.ConditionalSelect(low, a >>> 32, b).AsInt16();
        }
    }
}
