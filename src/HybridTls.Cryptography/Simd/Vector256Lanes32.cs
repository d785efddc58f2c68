using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HybridTls.Cryptography;

/// <summary>Eight coefficients at a time (AVX2).</summary>
internal readonly struct Vector256Lanes32 : ILanes32<Vector256<int>>
{
    // For each mask of accepted lanes their numbers, to bring them side by side.
    private static readonly int[] AcceptedLanes = BuildAcceptedLanes();

    /// <inheritdoc/>
    public static LaneWidth Width => LaneWidth.Vector256;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(ref readonly int source, nuint index) => Vector256.LoadUnsafe(in source, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, ref int destination, nuint index) => value.StoreUnsafe(ref destination, index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector256<int> value, ref byte destination, nuint index)
    {
        Vector256<byte> low = Avx2.Shuffle(value.AsByte(), Vector256.Create(0x000000000C080400UL).AsByte());
        Vector128<int> both = Sse2.UnpackLow(low.GetLower().AsInt32(), low.GetUpper().AsInt32());
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref destination, index), both.AsUInt64().ToScalar());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreAccepted(Vector256<int> value, Vector256<int> mask, ref int destination, nuint index)
    {
        uint accepted = mask.ExtractMostSignificantBits();
        Vector256<int> order = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(AcceptedLanes), accepted * 8);
        Avx2.PermuteVar8x32(value, order).StoreUnsafe(ref destination, index);
        return BitOperations.PopCount(accepted);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Unpack(ref readonly byte source, nuint index, int bits)
    {
        ref byte first = ref Unsafe.Add(ref Unsafe.AsRef(in source), index * (nuint)bits / 8);
        Vector256<byte> bytes = Avx2.Shuffle(
            Vector256.Create(Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, (nuint)bits / 2)), BytesOf(bits));
        Vector256<uint> words = bytes.AsUInt32();
        if (bits is 20 or 4)
        {
            words = Avx2.ShiftRightLogicalVariable(words, Vector256.Create(0x0000000400000000UL).AsUInt32());
        }
        else if (bits == 10)
        {
            words = Avx2.ShiftRightLogicalVariable(words, Vector256.Create(0u, 2, 4, 6, 0, 2, 4, 6));
        }

        return (words & Vector256.Create((1u << bits) - 1)).AsInt32();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Subtract(Vector256<int> a, Vector256<int> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> And(Vector256<int> a, Vector256<int> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftLeft(Vector256<int> value, int count) => value << count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftRightArithmetic(Vector256<int> value, int count) => value >> count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> GreaterThan(Vector256<int> a, Vector256<int> b) => Vector256.GreaterThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Max(Vector256<int> a, Vector256<int> b) => Vector256.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Abs(Vector256<int> a) => Vector256.Abs(a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector256<int> mask) => mask != Vector256<int>.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyEven(Vector256<int> a, Vector256<int> b) => Avx2.Multiply(a, b).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> OddToEven(Vector256<int> a) => Avx.DuplicateOddIndexed(a.AsSingle()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> a, Vector256<int> b) => (a.AsInt64() + b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SubtractProducts(Vector256<int> a, Vector256<int> b) => (a.AsInt64() - b.AsInt64()).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> JoinHigh(Vector256<int> even, Vector256<int> odd) =>
        Avx2.Blend(Avx.DuplicateOddIndexed(even.AsSingle()).AsInt32(), odd, 0xAA);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> FirstBlocks(Vector256<int> a, Vector256<int> b, int block) => block switch
    {
        4 => Avx2.Permute2x128(a, b, 0x20),
        2 => Avx2.UnpackLow(a.AsInt64(), b.AsInt64()).AsInt32(),
        _ => Avx2.Blend(a, Avx.DuplicateEvenIndexed(b.AsSingle()).AsInt32(), 0xAA),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SecondBlocks(Vector256<int> a, Vector256<int> b, int block) => block switch
    {
        4 => Avx2.Permute2x128(a, b, 0x31),
        2 => Avx2.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt32(),
        _ => Avx2.Blend(Avx.DuplicateOddIndexed(a.AsSingle()).AsInt32(), b, 0xAA),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Evens(Vector256<int> a, Vector256<int> b) =>
        Avx2.Permute4x64(Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0x88).AsInt64(), 0xD8).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Odds(Vector256<int> a, Vector256<int> b) =>
        Avx2.Permute4x64(Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0xDD).AsInt64(), 0xD8).AsInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> InterleaveLow(Vector256<int> a, Vector256<int> b) =>
        Avx2.Permute2x128(Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b), 0x20);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> InterleaveHigh(Vector256<int> a, Vector256<int> b) =>
        Avx2.Permute2x128(Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b), 0x31);

    /// <summary>Each 128-bit part begins with a value of its own, so that one pattern serves all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> BytesOf(int bits) =>
        Vector256.Create(Vector128Lanes32.BytesOf(bits), Vector128Lanes32.BytesOf(bits));

    private static int[] BuildAcceptedLanes()
    {
        int[] table = new int[256 * 8];
        for (int mask = 0; mask < 256; mask++)
        {
            int next = mask * 8;
            for (int lane = 0; lane < 8; lane++)
            {
                if (((mask >> lane) & 1) != 0)
                {
                    table[next++] = lane;
                }
            }
        }

        return table;
    }
}
