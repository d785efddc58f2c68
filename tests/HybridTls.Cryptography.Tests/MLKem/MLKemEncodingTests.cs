using System.Numerics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

public sealed class MLKemEncodingTests
{
    private const int N = 256;
    private const int Q = 3329;

    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Compress_is_exact_for_every_16_bit_input(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (int bits in (int[])[1, 4, 10])
        {
            short[] values = [.. Enumerable.Range(0, 1 << 16).Select(i => (short)(i - (1 << 15)))];
            short[] inputs = (short[])values.Clone();
            kernels.Compress(values, bits);
            for (int i = 0; i < values.Length; i++)
            {
                // round(2^d·x/q): q is odd, so that no tie exists.
                int x = ((inputs[i] % Q) + Q) % Q;
                int expected = (((x << (bits + 1)) + Q) / (2 * Q)) % (1 << bits);
                Assert.True(expected == values[i], $"Compress_{bits}({inputs[i]})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decompress_is_exact_for_every_input(int width)
    {
        MLKemKernels kernels = MLKemKernels.For(width);
        foreach (int bits in (int[])[1, 4, 10])
        {
            short[] values = [.. Enumerable.Range(0, 1024).Select(i => (short)(i % (1 << bits)))];
            kernels.Decompress(values, bits);
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(((i % (1 << bits) * Q) + (1 << (bits - 1))) >> bits, values[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Encodings_equal_Algorithm_5_and_decode_to_what_they_were(int width)
    {
        Random random = new(3);
        foreach (int bits in (int[])[4, 10, 12])
        {
            for (int round = 0; round < 60; round++)
            {
                // One polynomial or three; all zero, all ones, one alone, random.
                int length = round % 2 == 0 ? N : 3 * N;
                short[] values = [.. Enumerable.Range(0, length).Select(i => (short)(round switch
                {
                    < 2 => 0,
                    < 4 => (1 << bits) - 1,
                    < 24 => i == round * 13 % length ? (1 << bits) - 1 : 0,
                    _ => random.Next(1 << bits),
                }))];
                BigInteger number = BigInteger.Zero;
                for (int i = length - 1; i >= 0; i--)
                    number = (number << bits) | values[i];

                byte[] expected = new byte[length * bits / 8];
                Assert.True(number.TryWriteBytes(expected, out _, isUnsigned: true));
                byte[] encoded = new byte[expected.Length];
                MLKemEncoding.Encode(values, encoded, bits, (LaneWidth)width);
                Assert.Equal(expected, encoded);
                short[] decoded = new short[length];
                MLKemEncoding.Decode(encoded, decoded, bits, (LaneWidth)width);
                Assert.Equal(values, decoded);
            }
        }
    }

    [Fact]
    public void Every_bit_of_a_message_becomes_its_own_coefficient_and_returns()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            byte[] message = new byte[32];
            if (round < N)
                message[round / 8] = (byte)(1 << (round % 8));
            else
                random.NextBytes(message);

            short[] polynomial = new short[N];
            MLKemEncoding.DecodeMessage(message, polynomial);
            for (int i = 0; i < N; i++)
                Assert.Equal(((message[i / 8] >> (i % 8)) & 1) * 1665, polynomial[i]);

            byte[] returned = new byte[32];
            MLKemEncoding.EncodeMessage([.. polynomial.Select(x => (short)(x / 1665))], returned);
            Assert.Equal(message, returned);
        }
    }

    [Fact]
    public void The_modulus_check_sees_every_coefficient_that_is_not_reduced()
    {
        short[] values = new short[3 * N];
        Array.Fill(values, (short)(Q - 1));
        Assert.True(MLKemEncoding.IsReduced(values));
        for (int i = 0; i < values.Length; i++)
        {
            foreach (short wrong in (short[])[Q, Q + 1, 4095])
            {
                values[i] = wrong;
                Assert.False(MLKemEncoding.IsReduced(values));
            }

            values[i] = (short)(i % Q);
        }

        Assert.True(MLKemEncoding.IsReduced(values));
    }
}
