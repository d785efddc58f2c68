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
    public static Vector128<ulong> Load(ref readonly ulong source, nuint index) => Vector128.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<ulong> value, ref ulong destination, nuint index) => value.StoreUnsafe(ref destination, index);

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
        // Four words: plain moves are as fast as shuffles, and the same on every machine.
        Unsafe.WriteUnaligned(ref destination, rows);
        Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref destination, 8), Unsafe.Add(ref Unsafe.AsRef(in rows), 2));
        destination = ref Unsafe.AddByteOffset(ref destination, stride);
        Unsafe.WriteUnaligned(ref destination, Unsafe.Add(ref Unsafe.AsRef(in rows), 1));
        Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref destination, 8), Unsafe.Add(ref Unsafe.AsRef(in rows), 3));
    }
}
