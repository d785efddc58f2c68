using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Four words a register: AVX2, and where the machine has AVX-512VL its rotations and three-operand logic.</summary>
internal readonly struct Vector256Lanes64 : ILanes64<Vector256<ulong>>
{
    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Load(ref readonly ulong source, nuint index) => Vector256.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<ulong> value, ref ulong destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(ulong word) => Vector256.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> first, Vector256<ulong> second, Vector256<ulong> third) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.TernaryLogic(first, second, third, 0x96) : first ^ second ^ third;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XorAndNot(Vector256<ulong> value, Vector256<ulong> inverted, Vector256<ulong> other) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.TernaryLogic(value, inverted, other, 0xD2)
            : value ^ Vector256.AndNot(other, inverted);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateLeft(Vector256<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(value, count) : (value << count) | (value >>> (64 - count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(ref readonly ulong rows, ref byte destination, nint stride)
    {
        Vector256<ulong> row0 = Vector256.LoadUnsafe(in rows);
        Vector256<ulong> row1 = Vector256.LoadUnsafe(in rows, 4);
        Vector256<ulong> row2 = Vector256.LoadUnsafe(in rows, 8);
        Vector256<ulong> row3 = Vector256.LoadUnsafe(in rows, 12);

        // Pairs of words of the even and of the odd lanes, then pairs of pairs.
        Vector256<ulong> even01 = Avx2.UnpackLow(row0, row1);
        Vector256<ulong> odd01 = Avx2.UnpackHigh(row0, row1);
        Vector256<ulong> even23 = Avx2.UnpackLow(row2, row3);
        Vector256<ulong> odd23 = Avx2.UnpackHigh(row2, row3);
        Avx2.Permute2x128(even01, even23, 0x20).AsByte().StoreUnsafe(ref destination);
        Avx2.Permute2x128(odd01, odd23, 0x20).AsByte().StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, stride));
        Avx2.Permute2x128(even01, even23, 0x31).AsByte().StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, 2 * stride));
        Avx2.Permute2x128(odd01, odd23, 0x31).AsByte().StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, 3 * stride));
    }
}
