using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Sixteen 16-bit lanes in 256 bits (AVX2).</summary>
internal readonly struct Vector256Lanes16 : ILanes16<Vector256<short>>
{
    /// <inheritdoc/>
    public static int Count => Vector256<short>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Load(ref readonly short source, nuint index) => Vector256.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> LoadNibbles(ref readonly byte source)
    {
        Vector128<byte> bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(in source)).AsByte();
        Vector256<int> wide = Avx2.ConvertToVector256Int32(bytes);
        return ((wide | (wide << 12)) & Vector256.Create(0x000F000F)).AsInt16();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<short> value, ref short destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Broadcast(short value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Add(Vector256<short> left, Vector256<short> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Subtract(Vector256<short> left, Vector256<short> right) => left - right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyLow(Vector256<short> left, Vector256<short> right) => left * right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyHigh(Vector256<short> left, Vector256<short> right) => Avx2.MultiplyHigh(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> And(Vector256<short> left, Vector256<short> right) => left & right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ShiftLeft(Vector256<short> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ShiftRightLogical(Vector256<short> value, int count) => value >>> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ShiftRightArithmetic(Vector256<short> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> SwapPairs(Vector256<short> value) =>
        ((value.AsUInt32() << 16) | (value.AsUInt32() >>> 16)).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MultiplyAddPairs(Vector256<short> left, Vector256<short> right) =>
        Avx2.MultiplyAddAdjacent(left, right).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> AddPairs(Vector256<short> left, Vector256<short> right) =>
        (left.AsInt32() + right.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> LowHalves(Vector256<short> even, Vector256<short> odd) =>
        Avx2.Blend(even, (odd.AsUInt32() << 16).AsInt16(), 0b10101010);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> HighHalves(Vector256<short> even, Vector256<short> odd) =>
        Avx2.Blend((even.AsUInt32() >>> 16).AsInt16(), odd, 0b10101010);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(ref Vector256<short> first, ref Vector256<short> second, int distance)
    {
        Vector256<ulong> a = first.AsUInt64();
        Vector256<ulong> b = second.AsUInt64();
        if (distance == 8)
        {
            first = Avx2.Permute2x128(a, b, 0x20).AsInt16();
            second = Avx2.Permute2x128(a, b, 0x31).AsInt16();
        }
        else if (distance == 4)
        {
            first = Avx2.UnpackLow(a, b).AsInt16();
            second = Avx2.UnpackHigh(a, b).AsInt16();
        }
        else
        {
            first = Avx2.Blend(a.AsInt32(), (b << 32).AsInt32(), 0b10101010).AsInt16();
            second = Avx2.Blend((a >>> 32).AsInt32(), b.AsInt32(), 0b10101010).AsInt16();
        }
    }
}
