using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>
/// Eight 16-bit lanes in 128 bits, cross-platform. Where SSE2 has one instruction for what the cross-platform API needs several
/// for, it is used; the portable twin beside it is what other processors run.
/// </summary>
internal readonly struct Vector128Lanes16 : ILanes16<Vector128<short>>
{
    /// <inheritdoc/>
    public static int Count => Vector128<short>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Load(ref readonly short source, nuint index) => Vector128.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> LoadNibbles(ref readonly byte source)
    {
        Vector128<byte> bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(in source)).AsByte();
        Vector128<uint> wide = Vector128.WidenLower(Vector128.WidenLower(bytes));
        return ((wide | (wide << 12)) & Vector128.Create(0x000F000Fu)).AsInt16();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<short> value, ref short destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Broadcast(short value) => Vector128.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Add(Vector128<short> left, Vector128<short> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Subtract(Vector128<short> left, Vector128<short> right) => left - right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyLow(Vector128<short> left, Vector128<short> right) => left * right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyHigh(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.MultiplyHigh(left, right) : MultiplyHighPortable(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> And(Vector128<short> left, Vector128<short> right) => left & right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ShiftLeft(Vector128<short> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ShiftRightLogical(Vector128<short> value, int count) => value >>> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ShiftRightArithmetic(Vector128<short> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> SwapPairs(Vector128<short> value) =>
        ((value.AsUInt32() << 16) | (value.AsUInt32() >>> 16)).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyAddPairs(Vector128<short> left, Vector128<short> right) =>
        Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(left, right).AsInt16() : MultiplyAddPairsPortable(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> AddPairs(Vector128<short> left, Vector128<short> right) =>
        (left.AsInt32() + right.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> LowHalves(Vector128<short> even, Vector128<short> odd) =>
        ((even.AsUInt32() & Vector128.Create(0x0000FFFFu)) | (odd.AsUInt32() << 16)).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> HighHalves(Vector128<short> even, Vector128<short> odd) =>
        ((even.AsUInt32() >>> 16) | (odd.AsUInt32() & Vector128.Create(0xFFFF0000u))).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(ref Vector128<short> first, ref Vector128<short> second, int distance)
    {
        Vector128<ulong> a = first.AsUInt64();
        Vector128<ulong> b = second.AsUInt64();
        if (distance == 4)
        {
            first = Vector128.Create(a.GetLower(), b.GetLower()).AsInt16();
            second = Vector128.Create(a.GetUpper(), b.GetUpper()).AsInt16();
        }
        else
        {
            Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
            first = ((a & low) | (b << 32)).AsInt16();
            second = ((a >>> 32) | Vector128.AndNot(b, low)).AsInt16();
        }
    }

    /// <summary><see cref="MultiplyHigh"/> without SSE2.</summary>
    internal static Vector128<short> MultiplyHighPortable(Vector128<short> left, Vector128<short> right) =>
        Vector128.Narrow(
            (Vector128.WidenLower(left) * Vector128.WidenLower(right)) >> 16,
            (Vector128.WidenUpper(left) * Vector128.WidenUpper(right)) >> 16);

    /// <summary><see cref="MultiplyAddPairs"/> without SSE2.</summary>
    internal static Vector128<short> MultiplyAddPairsPortable(Vector128<short> left, Vector128<short> right)
    {
        Vector128<int> x = left.AsInt32();
        Vector128<int> y = right.AsInt32();
        return ((((x << 16) >> 16) * ((y << 16) >> 16)) + ((x >> 16) * (y >> 16))).AsInt16();
    }
}
