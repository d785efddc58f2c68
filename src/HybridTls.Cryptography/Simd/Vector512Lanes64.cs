using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Eight words a register: AVX-512F.</summary>
internal readonly struct Vector512Lanes64 : ILanes64<Vector512<ulong>>
{
    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Load(ref readonly ulong source, nuint index) => Vector512.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<ulong> value, ref ulong destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Broadcast(ulong word) => Vector512.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> first, Vector512<ulong> second, Vector512<ulong> third) =>
        Avx512F.TernaryLogic(first, second, third, 0x96);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> XorAndNot(Vector512<ulong> value, Vector512<ulong> inverted, Vector512<ulong> other) =>
        Avx512F.TernaryLogic(value, inverted, other, 0xD2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> RotateLeft(Vector512<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.RotateLeft(value, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(ref readonly ulong rows, ref byte destination, nint stride)
    {
        Vector512<ulong> row0 = Vector512.LoadUnsafe(in rows);
        Vector512<ulong> row1 = Vector512.LoadUnsafe(in rows, 8);
        Vector512<ulong> row2 = Vector512.LoadUnsafe(in rows, 16);
        Vector512<ulong> row3 = Vector512.LoadUnsafe(in rows, 24);
        Vector512<ulong> row4 = Vector512.LoadUnsafe(in rows, 32);
        Vector512<ulong> row5 = Vector512.LoadUnsafe(in rows, 40);
        Vector512<ulong> row6 = Vector512.LoadUnsafe(in rows, 48);
        Vector512<ulong> row7 = Vector512.LoadUnsafe(in rows, 56);

        // Pairs of words of the even and of the odd lanes (two words in each 128 bits: lanes 0, 2, 4, 6 or 1, 3, 5, 7) …
        StoreEverySecond(
            Avx512F.UnpackLow(row0, row1), Avx512F.UnpackLow(row2, row3),
            Avx512F.UnpackLow(row4, row5), Avx512F.UnpackLow(row6, row7),
            ref destination, stride);
        StoreEverySecond(
            Avx512F.UnpackHigh(row0, row1), Avx512F.UnpackHigh(row2, row3),
            Avx512F.UnpackHigh(row4, row5), Avx512F.UnpackHigh(row6, row7),
            ref Unsafe.AddByteOffset(ref destination, stride), stride);
    }

    // … then a 4×4 transposition of those pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEverySecond(
        Vector512<ulong> words01,
        Vector512<ulong> words23,
        Vector512<ulong> words45,
        Vector512<ulong> words67,
        ref byte destination,
        nint stride)
    {
        Vector512<ulong> low03 = Avx512F.Shuffle4x128(words01, words23, 0b01_00_01_00);
        Vector512<ulong> low47 = Avx512F.Shuffle4x128(words45, words67, 0b01_00_01_00);
        Vector512<ulong> high03 = Avx512F.Shuffle4x128(words01, words23, 0b11_10_11_10);
        Vector512<ulong> high47 = Avx512F.Shuffle4x128(words45, words67, 0b11_10_11_10);
        Avx512F.Shuffle4x128(low03, low47, 0b10_00_10_00).AsByte().StoreUnsafe(ref destination);
        Avx512F.Shuffle4x128(low03, low47, 0b11_01_11_01).AsByte()
            .StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, 2 * stride));
        Avx512F.Shuffle4x128(high03, high47, 0b10_00_10_00).AsByte()
            .StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, 4 * stride));
        Avx512F.Shuffle4x128(high03, high47, 0b11_01_11_01).AsByte()
            .StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, 6 * stride));
    }
}
