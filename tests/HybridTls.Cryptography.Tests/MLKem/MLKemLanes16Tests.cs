using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

public sealed class MLKemLanes16Tests
{
    private static readonly short[] Extremes = [0, 1, -1, 3328, 3329, -3328, -3329, 1664, -1664, short.MaxValue, short.MinValue, 0x0F0F];

    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_primitive_equals_its_definition(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        Random random = new(width);
        for (int round = 0; round < 200; round++)
        {
            short[] a = Values(random, kernels.Count, round);
            short[] b = Values(random, kernels.Count, round);
            Each("Add", (x, y) => x + y);
            Each("Subtract", (x, y) => x - y);
            Each("MultiplyLow", (x, y) => x * y);
            Each("MultiplyHigh", (x, y) => (x * y) >> 16);
            Each("And", (x, y) => x & y);
            Each("ShiftLeft", (x, _) => x << 5);
            Each("ShiftRightLogical", (x, _) => (ushort)x >> 5);
            Each("ShiftRightArithmetic", (x, _) => x >> 5);
            Each("Broadcast", (_, _) => a[0]);
            Check("SwapPairs", i => a[i ^ 1]);
            Check("LowHalves", i => i % 2 == 0 ? a[i] : b[i - 1]);
            Check("HighHalves", i => i % 2 == 0 ? a[i + 1] : b[i]);
            Check("MultiplyAddPairs", i => Half(unchecked((a[i & ~1] * b[i & ~1]) + (a[i | 1] * b[i | 1])), i));
            Check("AddPairs", i => Half(unchecked(Pair(a, i) + Pair(b, i)), i));
            Check("LoadNibbles", i => (MemoryMarshal.AsBytes(a.AsSpan())[i / 2] >> (4 * (i % 2))) & 15);
            for (int distance = 2; distance < kernels.Count; distance *= 2)
            {
                short[] result = kernels.Primitive("Exchange" + distance, a, b);
                for (int i = 0; i < kernels.Count; i++)
                {
                    Assert.Equal((i & distance) == 0 ? a[i] : b[i - distance], result[i]);
                    Assert.Equal((i & distance) == 0 ? a[i + distance] : b[i], result[kernels.Count + i]);
                }
            }

            void Each(string name, Func<int, int, int> expected) => Check(name, i => expected(a[i], b[i]));

            void Check(string name, Func<int, int> expected)
            {
                short[] result = kernels.Primitive(name, a, b);
                for (int i = 0; i < kernels.Count; i++)
                    Assert.True(unchecked((short)expected(i)) == result[i], $"{name}, lane {i}");
            }
        }

        static int Pair(short[] values, int i) => (ushort)values[i & ~1] | (values[i | 1] << 16);

        static int Half(int number, int i) => i % 2 == 0 ? number : number >> 16;
    }

    [Fact]
    public void The_portable_twins_of_the_128_bit_primitives_equal_the_processors_own()
    {
        Random random = new(128);
        for (int round = 0; round < 1000; round++)
        {
            Vector128<short> a = Vector128.Create(Values(random, 8, round));
            Vector128<short> b = Vector128.Create(Values(random, 8, round));
            Assert.Equal(Vector128Lanes16.MultiplyHigh(a, b), Vector128Lanes16.MultiplyHighPortable(a, b));
            Assert.Equal(Vector128Lanes16.MultiplyAddPairs(a, b), Vector128Lanes16.MultiplyAddPairsPortable(a, b));
        }
    }

    private static short[] Values(Random random, int count, int round)
    {
        short[] values = new short[count];
        for (int i = 0; i < count; i++)
            values[i] = round % 2 == 0 ? (short)random.Next(short.MinValue, short.MaxValue + 1) : Extremes[random.Next(Extremes.Length)];

        return values;
    }
}
