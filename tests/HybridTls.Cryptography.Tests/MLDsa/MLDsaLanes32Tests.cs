using System.Runtime.Intrinsics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsaLanes32Tests
{
    private static readonly int[] Extremes = [0, 1, -1, int.MaxValue, int.MinValue, MLDsaParameters.Q, -MLDsaParameters.Q];

    [Fact]
    public void The_portable_twins_of_the_128_bit_primitives_equal_their_definitions_and_the_processors_own()
    {
        Random random = new(128);
        for (int round = 0; round < 1000; round++)
        {
            int[] x = Values(random, round);
            int[] y = Values(random, round);
            Vector128<int> a = Vector128.Create(x);
            Vector128<int> b = Vector128.Create(y);
            Vector128<int> products = Vector128.Create((long)x[0] * y[0], (long)x[2] * y[2]).AsInt32();
            Check(products, Vector128Lanes32.MultiplyEven(a, b), Vector128Lanes32.MultiplyEvenPortable(a, b));
            Vector128<int> first = Vector128.Create(x[0], x[1], y[0], y[1]);
            Check(first, Vector128Lanes32.FirstBlocks(a, b, 2), Vector128Lanes32.FirstHalvesPortable(a, b));
            Vector128<int> second = Vector128.Create(x[2], x[3], y[2], y[3]);
            Check(second, Vector128Lanes32.SecondBlocks(a, b, 2), Vector128Lanes32.SecondHalvesPortable(a, b));
            Vector128<int> evens = Vector128.Create(x[0], x[2], y[0], y[2]);
            Check(evens, Vector128Lanes32.Evens(a, b), Vector128Lanes32.EvensPortable(a, b));
            Vector128<int> odds = Vector128.Create(x[1], x[3], y[1], y[3]);
            Check(odds, Vector128Lanes32.Odds(a, b), Vector128Lanes32.OddsPortable(a, b));
        }

        static void Check(Vector128<int> definition, Vector128<int> own, Vector128<int> portable)
        {
            Assert.Equal(definition, own);
            Assert.Equal(definition, portable);
        }
    }

    private static int[] Values(Random random, int round)
    {
        int[] values = new int[4];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = round % 2 == 0 ? random.Next(int.MinValue, int.MaxValue) : Extremes[random.Next(Extremes.Length)];
        }

        return values;
    }
}
