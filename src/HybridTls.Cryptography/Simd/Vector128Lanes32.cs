using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>
/// Four coefficients at a time, in the cross-platform vector API; only the widening product, which that API lacks, is asked of
/// SSE4.1 or AdvSimd.
/// </summary>
internal readonly struct Vector128Lanes32 : ILanes32<Vector128<int>>
{
    // For each mask of accepted lanes their bytes, to bring them side by side.
    private static ReadOnlySpan<byte> AcceptedBytes =>
    [
        0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        4, 5, 6, 7, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 0, 1, 2, 3,
        8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3,
        4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
        12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3,
        4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3,
        8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3,
        0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3,
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <inheritdoc/>
    public static LaneWidth Width => LaneWidth.Vector128;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(int value) => Vector128.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(ref readonly int source, nuint index) => Vector128.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<int> value, ref int destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector128<int> value, ref byte destination, nuint index)
    {
        Vector128<byte> low = Vector128.Shuffle(
            value.AsByte(), Vector128.Create((byte)0, 4, 8, 12, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, index), low.AsUInt32().ToScalar());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreAccepted(Vector128<int> value, Vector128<int> mask, ref int destination, nuint index)
    {
        uint accepted = mask.ExtractMostSignificantBits();
        Vector128<byte> order = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(AcceptedBytes), accepted * 16);
        Vector128.ShuffleNative(value.AsByte(), order).AsInt32().StoreUnsafe(ref destination, index);
        return BitOperations.PopCount(accepted);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Unpack(ref readonly byte source, nuint index, int bits)
    {
        ref byte first = ref Unsafe.Add(ref Unsafe.AsRef(in source), index * (nuint)bits / 8);
        Vector128<uint> words = Vector128.Shuffle(Vector128.LoadUnsafe(ref first), BytesOf(bits)).AsUInt32();
        Vector128<uint> odd = Vector128.Create(0xFFFFFFFF00000000UL).AsUInt32();
        if (bits is 20 or 4)
        {
            words = Vector128.ConditionalSelect(odd, words >>> 4, words);
        }
        else if (bits == 10)
        {
            words = Vector128.ConditionalSelect(odd, words >>> 2, words);
            words = Vector128.ConditionalSelect(Vector128.Create(0, 0, uint.MaxValue, uint.MaxValue), words >>> 4, words);
        }

        return (words & Vector128.Create((1u << bits) - 1)).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Subtract(Vector128<int> a, Vector128<int> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> And(Vector128<int> a, Vector128<int> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftLeft(Vector128<int> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftRightArithmetic(Vector128<int> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> GreaterThan(Vector128<int> a, Vector128<int> b) => Vector128.GreaterThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Max(Vector128<int> a, Vector128<int> b) => Vector128.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Abs(Vector128<int> a) => Vector128.Abs(a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector128<int> mask) => mask != Vector128<int>.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyEven(Vector128<int> a, Vector128<int> b)
    {
        if (Sse41.IsSupported)
        {
            return Sse41.Multiply(a, b).AsInt32();
        }

        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyWideningLower(
                AdvSimd.ExtractNarrowingLower(a.AsInt64()), AdvSimd.ExtractNarrowingLower(b.AsInt64())).AsInt32();
        }

        return MultiplyEvenPortable(a, b);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> OddToEven(Vector128<int> a) => Vector128.Shuffle(a, Vector128.Create(1, 1, 3, 3));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddProducts(Vector128<int> a, Vector128<int> b) => (a.AsInt64() + b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SubtractProducts(Vector128<int> a, Vector128<int> b) => (a.AsInt64() - b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> JoinHigh(Vector128<int> even, Vector128<int> odd) =>
        Vector128.ConditionalSelect(Vector128.Create(0x00000000FFFFFFFFUL), even.AsUInt64() >>> 32, odd.AsUInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> FirstBlocks(Vector128<int> a, Vector128<int> b, int block)
    {
        if (block == 1)
        {
            return Vector128.ConditionalSelect(Vector128.Create(0x00000000FFFFFFFFUL), a.AsUInt64(), b.AsUInt64() << 32).AsInt32();
        }

        // Halves of vectors go through memory on x86, where they are no type of their own.
        return Sse2.IsSupported ? Sse2.UnpackLow(a.AsInt64(), b.AsInt64()).AsInt32() : FirstHalvesPortable(a, b);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SecondBlocks(Vector128<int> a, Vector128<int> b, int block)
    {
        if (block == 1)
        {
            return Vector128.ConditionalSelect(Vector128.Create(0x00000000FFFFFFFFUL), a.AsUInt64() >>> 32, b.AsUInt64()).AsInt32();
        }

        return Sse2.IsSupported ? Sse2.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt32() : SecondHalvesPortable(a, b);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Evens(Vector128<int> a, Vector128<int> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.Shuffle(a.AsSingle(), b.AsSingle(), 0x88).AsInt32();
        }

        return EvensPortable(a, b);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Odds(Vector128<int> a, Vector128<int> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.Shuffle(a.AsSingle(), b.AsSingle(), 0xDD).AsInt32();
        }

        return OddsPortable(a, b);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> InterleaveLow(Vector128<int> a, Vector128<int> b)
    {
        Vector128<int> low = Vector128.Shuffle(a, Vector128.Create(0, 0, 1, 1));
        return Vector128.ConditionalSelect(
            Vector128.Create(0x00000000FFFFFFFFUL).AsInt32(), low, Vector128.Shuffle(b, Vector128.Create(0, 0, 1, 1)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> InterleaveHigh(Vector128<int> a, Vector128<int> b)
    {
        Vector128<int> high = Vector128.Shuffle(a, Vector128.Create(2, 2, 3, 3));
        return Vector128.ConditionalSelect(
            Vector128.Create(0x00000000FFFFFFFFUL).AsInt32(), high, Vector128.Shuffle(b, Vector128.Create(2, 2, 3, 3)));
    }

    /// <summary><see cref="MultiplyEven"/> without SSE4.1 and AdvSimd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> MultiplyEvenPortable(Vector128<int> a, Vector128<int> b) =>
        Vector128.Create((long)a[0] * b[0], (long)a[2] * b[2]).AsInt32();

    /// <summary><see cref="FirstBlocks"/> without SSE2, for blocks of two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> FirstHalvesPortable(Vector128<int> a, Vector128<int> b) =>
        Vector128.Create(a.GetLower(), b.GetLower());

    /// <summary><see cref="SecondBlocks"/> without SSE2, for blocks of two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> SecondHalvesPortable(Vector128<int> a, Vector128<int> b) =>
        Vector128.Create(a.GetUpper(), b.GetUpper());

    /// <summary><see cref="Evens"/> without SSE.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> EvensPortable(Vector128<int> a, Vector128<int> b) =>
        FirstBlocks(FirstHalvesPortable(a, b), SecondHalvesPortable(a, b), 1);

    /// <summary><see cref="Odds"/> without SSE.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> OddsPortable(Vector128<int> a, Vector128<int> b) =>
        SecondBlocks(FirstHalvesPortable(a, b), SecondHalvesPortable(a, b), 1);

    /// <summary>The four bytes from the one on in which the value of each lane begins (reading on into the next value).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> BytesOf(int bits) => bits switch
    {
        // A lane of 24 bits takes three bytes: the last one would read past the vector.
        24 => Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255),
        20 => Vector128.Create((byte)0, 1, 2, 3, 2, 3, 4, 5, 5, 6, 7, 8, 7, 8, 9, 10),
        10 => Vector128.Create((byte)0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6),
        _ => Vector128.Create((byte)0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4),
    };
}
