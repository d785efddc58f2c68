using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Sixteen coefficients at a time (AVX-512 F and BW, VBMI where there is).</summary>
internal readonly struct Vector512Lanes32 : ILanes32<Vector512<int>>
{
    /// <inheritdoc/>
    public static LaneWidth Width => LaneWidth.Vector512;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(ref readonly int source, nuint index) => Vector512.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, ref int destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector512<int> value, ref byte destination, nuint index) =>
        Avx512F.ConvertToVector128Byte(value).StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreAccepted(Vector512<int> value, Vector512<int> mask, ref int destination, nuint index)
    {
        Avx512F.Compress(Vector512<int>.Zero, mask, value).StoreUnsafe(ref destination, index);
        return BitOperations.PopCount(mask.ExtractMostSignificantBits());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Unpack(ref readonly byte source, nuint index, int bits)
    {
        ref byte first = ref Unsafe.Add(ref Unsafe.AsRef(in source), index * (nuint)bits / 8);
        Vector512<byte> bytes;
        if (Avx512Vbmi.IsSupported)
        {
            bytes = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref first), bits switch
            {
                24 => Bytes24,
                20 => Bytes20,
                10 => Bytes10,
                _ => Bytes4,
            });
        }
        else
        {
            nuint stride = (nuint)bits / 2;
            bytes = Avx512BW.Shuffle(
                Vector512.Create(
                    Vector256.Create(Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, stride)),
                    Vector256.Create(Vector128.LoadUnsafe(ref first, 2 * stride), Vector128.LoadUnsafe(ref first, 3 * stride))),
                Vector512.Create(Vector256Lanes32.BytesOf(bits), Vector256Lanes32.BytesOf(bits)));
        }

        Vector512<uint> words = bytes.AsUInt32();
        if (bits is 20 or 4)
        {
            words = Avx512F.ShiftRightLogicalVariable(words, Vector512.Create(0x0000000400000000UL).AsUInt32());
        }
        else if (bits == 10)
        {
            words = Avx512F.ShiftRightLogicalVariable(
                words, Vector512.Create(0u, 2, 4, 6, 0, 2, 4, 6, 0, 2, 4, 6, 0, 2, 4, 6));
        }

        return (words & Vector512.Create((1u << bits) - 1)).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Subtract(Vector512<int> a, Vector512<int> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> And(Vector512<int> a, Vector512<int> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftLeft(Vector512<int> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftRightArithmetic(Vector512<int> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> GreaterThan(Vector512<int> a, Vector512<int> b) => Vector512.GreaterThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Max(Vector512<int> a, Vector512<int> b) => Vector512.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Abs(Vector512<int> a) => Vector512.Abs(a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector512<int> mask) => mask != Vector512<int>.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyEven(Vector512<int> a, Vector512<int> b) => Avx512F.Multiply(a, b).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> OddToEven(Vector512<int> a) => Avx512F.DuplicateOddIndexed(a.AsSingle()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProducts(Vector512<int> a, Vector512<int> b) => (a.AsInt64() + b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> SubtractProducts(Vector512<int> a, Vector512<int> b) => (a.AsInt64() - b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> JoinHigh(Vector512<int> even, Vector512<int> odd) =>
        Vector512.ConditionalSelect(Vector512.Create(0x00000000FFFFFFFFUL), even.AsUInt64() >>> 32, odd.AsUInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> FirstBlocks(Vector512<int> a, Vector512<int> b, int block) => block switch
    {
        8 => Avx512F.Shuffle4x128(a, b, 0x44),
        4 => Avx512F.PermuteVar8x64x2(a.AsInt64(), Vector512.Create(0L, 1, 8, 9, 4, 5, 12, 13), b.AsInt64()).AsInt32(),
        2 => Avx512F.UnpackLow(a.AsInt64(), b.AsInt64()).AsInt32(),
        _ => Avx512F.PermuteVar16x32x2(a, Vector512.Create(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30), b),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> SecondBlocks(Vector512<int> a, Vector512<int> b, int block) => block switch
    {
        8 => Avx512F.Shuffle4x128(a, b, 0xEE),
        4 => Avx512F.PermuteVar8x64x2(a.AsInt64(), Vector512.Create(2L, 3, 10, 11, 6, 7, 14, 15), b.AsInt64()).AsInt32(),
        2 => Avx512F.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt32(),
        _ => Avx512F.PermuteVar16x32x2(a, Vector512.Create(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31), b),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Evens(Vector512<int> a, Vector512<int> b) =>
        Avx512F.PermuteVar16x32x2(a, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Odds(Vector512<int> a, Vector512<int> b) =>
        Avx512F.PermuteVar16x32x2(a, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> InterleaveLow(Vector512<int> a, Vector512<int> b) =>
        Avx512F.PermuteVar16x32x2(a, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> InterleaveHigh(Vector512<int> a, Vector512<int> b) =>
        Avx512F.PermuteVar16x32x2(a, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b);

    // The four bytes from the one on in which the value of each lane begins (reading on into the next value).
    private static Vector512<byte> Bytes4 => Vector512.Create(
        (byte)0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4, 2, 3, 4, 5, 2, 3, 4, 5, 3, 4, 5, 6, 3, 4, 5, 6,
        4, 5, 6, 7, 4, 5, 6, 7, 5, 6, 7, 8, 5, 6, 7, 8, 6, 7, 8, 9, 6, 7, 8, 9, 7, 8, 9, 10, 7, 8, 9, 10);

    private static Vector512<byte> Bytes24 => Vector512.Create(
        (byte)0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12,
        12, 13, 14, 15, 15, 16, 17, 18, 18, 19, 20, 21, 21, 22, 23, 24,
        24, 25, 26, 27, 27, 28, 29, 30, 30, 31, 32, 33, 33, 34, 35, 36,
        36, 37, 38, 39, 39, 40, 41, 42, 42, 43, 44, 45, 45, 46, 47, 48);

    private static Vector512<byte> Bytes20 => Vector512.Create(
        (byte)0, 1, 2, 3, 2, 3, 4, 5, 5, 6, 7, 8, 7, 8, 9, 10,
        10, 11, 12, 13, 12, 13, 14, 15, 15, 16, 17, 18, 17, 18, 19, 20,
        20, 21, 22, 23, 22, 23, 24, 25, 25, 26, 27, 28, 27, 28, 29, 30,
        30, 31, 32, 33, 32, 33, 34, 35, 35, 36, 37, 38, 37, 38, 39, 40);

    private static Vector512<byte> Bytes10 => Vector512.Create(
        (byte)0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,
        5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11,
        10, 11, 12, 13, 11, 12, 13, 14, 12, 13, 14, 15, 13, 14, 15, 16,
        15, 16, 17, 18, 16, 17, 18, 19, 17, 18, 19, 20, 18, 19, 20, 21);
}
