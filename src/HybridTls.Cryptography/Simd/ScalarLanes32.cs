using System.Runtime.CompilerServices;

namespace HybridTls.Cryptography;

/// <summary>The readable truth: one coefficient at a time, held in 64 bits so that a product fits.</summary>
internal readonly struct ScalarLanes32 : ILanes32<long>
{
    /// <inheritdoc/>
    public static LaneWidth Width => LaneWidth.Scalar;

    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static long Broadcast(int value) => value;

    /// <inheritdoc/>
    public static long Load(ref readonly int source, nuint index) => Unsafe.Add(ref Unsafe.AsRef(in source), index);

    /// <inheritdoc/>
    public static void Store(long value, ref int destination, nuint index) => Unsafe.Add(ref destination, index) = (int)value;

    /// <inheritdoc/>
    public static void StoreBytes(long value, ref byte destination, nuint index) => Unsafe.Add(ref destination, index) = (byte)value;

    /// <inheritdoc/>
    public static int StoreAccepted(long value, long mask, ref int destination, nuint index)
    {
        Unsafe.Add(ref destination, index) = (int)value;
        return (int)-mask;
    }

    /// <inheritdoc/>
    public static long Unpack(ref readonly byte source, nuint index, int bits)
    {
        nuint position = index * (nuint)bits;
        uint word = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref Unsafe.AsRef(in source), position >> 3));
        return (word >> (int)(position & 7)) & ((1u << bits) - 1);
    }

    /// <inheritdoc/>
    public static long Add(long a, long b) => a + b;

    /// <inheritdoc/>
    public static long Subtract(long a, long b) => a - b;

    /// <inheritdoc/>
    public static long And(long a, long b) => a & b;

    /// <inheritdoc/>
    public static long ShiftLeft(long value, int count) => (int)value << count;

    /// <inheritdoc/>
    public static long ShiftRightArithmetic(long value, int count) => (int)value >> count;

    /// <inheritdoc/>
    public static long GreaterThan(long a, long b) => (b - a) >> 63;

    /// <inheritdoc/>
    public static long Max(long a, long b) => a + ((b - a) & ~((b - a) >> 63));

    /// <inheritdoc/>
    public static long Abs(long a) => (a ^ (a >> 63)) - (a >> 63);

    /// <inheritdoc/>
    public static bool Any(long mask) => mask != 0;

    /// <inheritdoc/>
    public static long MultiplyEven(long a, long b) => (long)(int)a * (int)b;

    /// <inheritdoc/>
    public static long OddToEven(long a) => 0;

    /// <inheritdoc/>
    public static long AddProducts(long a, long b) => a + b;

    /// <inheritdoc/>
    public static long SubtractProducts(long a, long b) => a - b;

    /// <inheritdoc/>
    public static long JoinHigh(long even, long odd) => even >> 32;

    /// <inheritdoc/>
    public static long FirstBlocks(long a, long b, int block) => a;

    /// <inheritdoc/>
    public static long SecondBlocks(long a, long b, int block) => b;

    /// <inheritdoc/>
    public static long Evens(long a, long b) => a;

    /// <inheritdoc/>
    public static long Odds(long a, long b) => b;

    /// <inheritdoc/>
    public static long InterleaveLow(long a, long b) => a;

    /// <inheritdoc/>
    public static long InterleaveHigh(long a, long b) => b;
}
