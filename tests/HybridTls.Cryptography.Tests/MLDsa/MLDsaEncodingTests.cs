using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsaEncodingTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [InlineData(10, 0, 1, 0, 1023)]
    [InlineData(D, 1 << (D - 1), -1, -(1 << (D - 1)) + 1, 1 << (D - 1))]
    [InlineData(20, Gamma1, -1, -Gamma1 + 1, Gamma1)]
    [InlineData(4, Eta, -1, -Eta, Eta)]
    public void Packing_is_little_endian_bit_by_bit_and_reversible(int bits, int offset, int sign, int lowest, int highest)
    {
        Random random = new(6);
        int[][] inputs =
        [
            [.. Enumerable.Repeat(lowest, N)], [.. Enumerable.Repeat(highest, N)], MLDsaTestData.Random(random, N, lowest, highest + 1),
        ];
        foreach (int[] w in inputs)
        {
            byte[] packed = new byte[(N * bits / 8) + 1];
            packed[^1] = 0xA5;
            MLDsaEncoding.Pack(w, bits, offset, sign, packed);
            for (int i = 0; i < N * bits; i++)
            {
                int value = offset + (sign * w[i / bits]);
                Assert.Equal((value >> (i % bits)) & 1, (packed[i / 8] >> (i % 8)) & 1);
            }

            Assert.Equal(0xA5, packed[^1]);
            int[] back = new int[N];
            MLDsaEncoding.Unpack(packed, bits, offset, sign, back);
            Assert.Equal(w, back);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Packing_over_lanes_equals_the_plain_one(int width)
    {
        MLDsaKernels kernels = MLDsaKernels.For(width);
        Random random = new(7);
        for (int round = 0; round < 20; round++)
        {
            byte[] packed = new byte[PackedZSize + MLDsaPacking<ScalarLanes32, long>.Slack];
            random.NextBytes(packed);
            packed.AsSpan(0, 64).Fill(round % 2 == 0 ? (byte)0xFF : (byte)0);
            int[] expected = new int[N];
            int[] actual = new int[N];
            MLDsaEncoding.Unpack(packed, 20, Gamma1, -1, expected);
            kernels.UnpackGamma1(packed, actual);
            Assert.Equal(expected, actual);

            MLDsaEncoding.Unpack(packed, 10, 0, 1 << D, expected);
            kernels.UnpackT1(packed, actual);
            Assert.Equal(expected, actual);

            int[] eta = MLDsaTestData.Random(random, N, -Eta, Eta + 1);
            byte[] plain = new byte[PackedEtaSize];
            byte[] lanes = new byte[PackedEtaSize];
            MLDsaEncoding.Pack(eta, 4, Eta, -1, plain);
            kernels.PackEta(eta, lanes);
            Assert.Equal(plain, lanes);
        }
    }

    [Fact]
    public void Nibbles_of_w1_are_packed_in_order()
    {
        byte[] values = [.. Enumerable.Range(0, N).Select(static i => (byte)((i * 7) & 15))];
        byte[] packed = new byte[PackedW1Size];
        MLDsaEncoding.PackNibbles(values, packed);
        Assert.Equal(Enumerable.Range(0, N / 2).Select(i => (byte)(values[2 * i] | (values[(2 * i) + 1] << 4))), packed);
    }

    [Fact]
    public void A_private_coefficient_out_of_range_is_seen_wherever_it_stands()
    {
        int[] w = new int[N];
        byte[] packed = new byte[PackedEtaSize];
        MLDsaEncoding.Pack(w, 4, Eta, -1, packed);
        Assert.True(MLDsaEncoding.TryUnpackEta(packed, w));
        for (int i = 0; i < N; i++)
        {
            for (int value = 0; value < 16; value++)
            {
                byte[] changed = [.. packed];
                changed[i / 2] = (byte)((changed[i / 2] & (0xF0 >> (4 * (i & 1)))) | (value << (4 * (i & 1))));
                Assert.Equal(value <= 2 * Eta, MLDsaEncoding.TryUnpackEta(changed, w));
            }
        }
    }

    [Fact]
    public void A_hint_survives_packing()
    {
        Random random = new(8);
        foreach (int weight in new[] { 0, 1, 2, 30, Omega })
        {
            byte[] hint = new byte[K * N];
            for (int i = 0; i < weight; i++)
            {
                int place = i == 0 ? (K * N) - 1 : random.Next(K * N);
                hint[place] = 1;
            }

            byte[] packed = new byte[PackedHintSize];
            packed.AsSpan().Fill(0xEE);
            MLDsaEncoding.PackHint(hint, packed);
            Assert.True(MLDsaEncoding.IsHintValid(packed));
            int[] row = new int[N];
            for (int i = 0; i < K; i++)
            {
                MLDsaEncoding.UnpackHint(packed, i, row);
                Assert.Equal(hint.Skip(i * N).Take(N).Select(static h => (int)h), row);
            }
        }
    }

    [Fact]
    public void Every_malformation_of_a_hint_is_refused()
    {
        byte[] valid = new byte[PackedHintSize];
        ReadOnlySpan<byte> places = [3, 9, 200, 0, 255, 7, 8];
        places.CopyTo(valid);
        ReadOnlySpan<byte> ends = [3, 3, 5, 5, 5, 7];
        ends.CopyTo(valid.AsSpan(Omega));
        Assert.True(MLDsaEncoding.IsHintValid(valid));

        Refused("positions of a polynomial repeat", h => h[1] = h[0]);
        Refused("positions of a polynomial descend", h => (h[1], h[2]) = (h[2], h[1]));
        Refused("the first two positions descend", h => (h[0], h[1]) = (h[1], h[0]));
        Refused("the last two positions repeat", h => h[6] = h[5]);
        Refused("an end descends", h => h[Omega + 1] = 2);
        Refused("an end passes ω", h => h[Omega + 5] = Omega + 1);
        Refused("an end is far beyond", h => h[Omega + 5] = 255);
        Refused("the first end is far beyond", h => h[Omega] = 255);
        Refused("the last end is below the one before", h => h[Omega + 5] = 4);
        for (int i = 7; i < Omega; i++)
        {
            int place = i;
            Refused($"padding at {i} is not zero", h => h[place] = 1);
        }

        // A position may be zero only where it is the first of its polynomial; the weight may reach ω, not pass it.
        byte[] full = [.. Enumerable.Range(0, Omega).Select(static i => (byte)i), 0, 0, 0, 0, 0, Omega];
        Assert.True(MLDsaEncoding.IsHintValid(full));
        full[^1]++;
        Assert.False(MLDsaEncoding.IsHintValid(full));

        void Refused(string why, Action<byte[]> change)
        {
            byte[] changed = [.. valid];
            change(changed);
            Assert.False(MLDsaEncoding.IsHintValid(changed), why);
        }
    }
}
