using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class ShakeBatchTests
{
    private const byte Untouched = 0xA5;

    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Lanes_of_mixed_rates_and_lengths_squeeze_like_the_reference(int width)
    {
        Random random = new(205);
        Span<ulong> memory = new ulong[ShakeBatch.MaxWords];
        memory.Fill(ulong.MaxValue);
        ShakeBatch batch = new(memory, (LaneWidth)width);
        Assert.Equal(width / 64, batch.Count);
        for (int run = 0; run < 300; run++)
        {
            // The batch is used again and again: absorbing replaces whatever a lane held.
            byte[][] expected = new byte[batch.Count][];
            int[] rates = new int[batch.Count];
            for (int lane = 0; lane < batch.Count; lane++)
            {
                rates[lane] = random.Next(2) == 0 ? Shake128.Rate : Shake256.Rate;
                byte[] message = new byte[(run + (lane * 37)) % rates[lane]];
                random.NextBytes(message);
                batch.Absorb(lane, message, rates[lane]);
                expected[lane] = KeccakReference.Hash(message, rates[lane], 0x1F, 3 * rates[lane]);
            }

            int stride = ShakeBatch.BlockSize + random.Next(9);
            byte[] output = new byte[((batch.Count - 1) * stride) + ShakeBatch.BlockSize];
            for (int block = 0; block < 3; block++)
            {
                output.AsSpan().Fill(Untouched);
                batch.Squeeze(output, stride);
                for (int lane = 0; lane < batch.Count; lane++)
                {
                    Assert.Equal(
                        expected[lane].AsSpan(block * rates[lane], rates[lane]),
                        output.AsSpan(lane * stride, rates[lane]));
                    int end = (lane * stride) + ShakeBatch.BlockSize;
                    Assert.False(output.AsSpan(end..Math.Min(end + stride - ShakeBatch.BlockSize, output.Length))
                        .ContainsAnyExcept(Untouched));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Indexed_seeds_squeeze_like_the_reference(int width)
    {
        Random random = new(203);
        ShakeBatch batch = new(new ulong[ShakeBatch.MaxWords], (LaneWidth)width);
        foreach (int rate in new[] { Shake128.Rate, Shake256.Rate })
        {
            foreach (int seedSize in new[] { 0, 32, 64, 128 })
            {
                foreach (int indexSize in new[] { 1, 2 })
                {
                    for (int blocks = 1; blocks <= 5; blocks++)
                    {
                        byte[] seed = new byte[seedSize];
                        random.NextBytes(seed);
                        ushort[] indices = new ushort[random.Next(batch.Count + 1)];
                        for (int i = 0; i < indices.Length; i++)
                        {
                            indices[i] = (ushort)random.Next(1 << (8 * indexSize));
                        }

                        int stride = (blocks * rate) + random.Next(20);
                        byte[] output = new byte[batch.Count * stride];
                        output.AsSpan().Fill(Untouched);
                        batch.AbsorbIndexed(seed, indices, indexSize, rate);
                        batch.Squeeze(output, stride, blocks, rate);
                        for (int lane = 0; lane < batch.Count; lane++)
                        {
                            int index = lane < indices.Length ? indices[lane] : 0;
                            byte[] message = [.. seed, .. BitConverter.GetBytes((ushort)index).Take(indexSize)];
                            Assert.Equal(
                                KeccakReference.Hash(message, rate, 0x1F, blocks * rate),
                                output.AsSpan(lane * stride, blocks * rate).ToArray());
                            Assert.False(output.AsSpan((lane * stride) + (blocks * rate), stride - (blocks * rate))
                                .ContainsAnyExcept(Untouched));
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void The_last_batch_takes_a_back_end_that_holds_it_and_is_no_wider_than_selected()
    {
        foreach (LaneWidth selected in Enum.GetValues<LaneWidth>())
        {
            for (int messages = 1; messages <= ShakeBatch.CountFor(selected); messages++)
            {
                LaneWidth width = ShakeBatch.WidthFor(messages, selected);
                Assert.InRange(ShakeBatch.CountFor(width), messages, ShakeBatch.CountFor(selected));
            }
        }

        Assert.Equal(LaneWidth.Scalar, ShakeBatch.WidthFor(1, LaneWidth.Vector512));
        Assert.Equal(LaneWidth.Vector256, ShakeBatch.WidthFor(4, LaneWidth.Vector512));
        Assert.Equal(LaneWidth.Vector512, ShakeBatch.WidthFor(5, LaneWidth.Vector512));
        Assert.Equal(LaneWidth.Vector512, ShakeBatch.WidthFor(100, LaneWidth.Vector512));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Clear_zeroes_every_word(int width)
    {
        ulong[] memory = new ulong[ShakeBatch.MaxWords];
        ShakeBatch batch = new(memory, (LaneWidth)width);
        batch.AbsorbIndexed(new byte[32], [], indexSize: 2, Shake128.Rate);
        batch.Squeeze(new byte[ShakeBatch.MaxCount * 168], 168);
        Assert.All(memory[..(25 * batch.Count)], word => Assert.NotEqual(0UL, word));
        batch.Clear();
        Assert.All(memory, word => Assert.Equal(0UL, word));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Arguments_out_of_range_are_refused_and_nothing_is_written(int width)
    {
        ulong[] memory = new ulong[ShakeBatch.MaxWords];
        byte[] output = new byte[(168 * width / 64) - 1];

        Refused(batch => batch.Absorb(batch.Count, [], Shake128.Rate));
        Refused(batch => batch.Absorb(-1, [], Shake128.Rate));
        Refused(batch => batch.Absorb(0, new byte[168], Shake128.Rate));
        Refused(batch => batch.Absorb(0, new byte[136], Shake256.Rate));
        Refused(batch => batch.Absorb(0, [], rate: 72));
        Refused(batch => batch.AbsorbIndexed(new byte[33], [], 1, Shake128.Rate));
        Refused(batch => batch.AbsorbIndexed(new byte[136], [], 1, Shake256.Rate));
        Refused(batch => batch.AbsorbIndexed(new byte[32], new ushort[batch.Count + 1], 1, Shake128.Rate));
        Refused(batch => batch.AbsorbIndexed(new byte[32], [256], 1, Shake128.Rate));
        Refused(batch => batch.AbsorbIndexed(new byte[32], [], 3, Shake128.Rate));
        Refused(batch => batch.AbsorbIndexed(new byte[32], [], 1, rate: 8));
        Refused(batch => batch.Squeeze(output, 168));
        Refused(batch => batch.Squeeze(output, 168, blocks: 0, Shake128.Rate));
        Refused(batch => batch.Squeeze(output, 168, blocks: int.MaxValue, Shake128.Rate));
        Refused(batch => batch.Squeeze(output, 136, blocks: 1, rate: 40));
        Refused(batch => batch.Squeeze(output, -168));
        if (width > 64)
        {
            Refused(batch => batch.Squeeze(new byte[2000], 167));
        }

        Assert.All(memory, word => Assert.Equal(0UL, word));
        Assert.All(output, value => Assert.Equal(0, value));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ShakeBatch(new ulong[(25 * width / 64) - 1], (LaneWidth)width).Clear());

        void Refused(Use use) =>
            Assert.ThrowsAny<ArgumentOutOfRangeException>(() => use(new ShakeBatch(memory, (LaneWidth)width)));
    }

    private delegate void Use(ShakeBatch batch);
}
