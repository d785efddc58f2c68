using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>Two words a register, in cross-platform code only, so that Arm64 runs it too.</summary>
internal readonly struct Vector128Lanes64 : ILanes64<Vector128<ulong>>
{
    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Load(ref readonly ulong source) => Vector128.LoadUnsafe(in source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<ulong> value, ref ulong destination) => value.StoreUnsafe(ref destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Broadcast(ulong word) => Vector128.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor(Vector128<ulong> left, Vector128<ulong> right) => left ^ right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor(Vector128<ulong> first, Vector128<ulong> second, Vector128<ulong> third) =>
        first ^ second ^ third;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> XorAndNot(Vector128<ulong> value, Vector128<ulong> inverted, Vector128<ulong> other) =>
        value ^ Vector128.AndNot(other, inverted);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> RotateLeft(Vector128<ulong> value, [ConstantExpected] byte count) =>
        (value << count) | (value >>> (64 - count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTransposed(ref readonly ulong rows, ref byte destination, nint stride)
    {
        Vector128<ulong> first = Vector128.LoadUnsafe(in rows);
        Vector128<ulong> second = Vector128.LoadUnsafe(in rows, 2);
        Vector128<ulong> lane0 = Vector128.Create(first.GetLower(), second.GetLower());
        Vector128<ulong> lane1 = Vector128.Create(first.GetUpper(), second.GetUpper());
        lane0.AsByte().StoreUnsafe(ref destination);
        lane1.AsByte().StoreUnsafe(ref Unsafe.AddByteOffset(ref destination, stride));
    }
}
