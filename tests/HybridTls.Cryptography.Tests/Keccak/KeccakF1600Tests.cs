using System.Runtime.InteropServices;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

public sealed class KeccakF1600Tests
{
    private const ulong Untouched = 0xA5A5_A5A5_A5A5_A5A5;

    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    [Fact]
    public void The_reference_permutes_the_zero_state_as_published()
    {
        ulong[] state = new ulong[25];
        KeccakReference.Permute(state);
        Assert.Equal(0xF1258F7940E1DDE7UL, state[0]);
        Assert.Equal(0x84D5CCF933C0478AUL, state[1]);
        Assert.Equal(0xEAF1FF7B5CECA249UL, state[24]);
    }

    [Fact]
    public void One_state_is_permuted_like_the_reference()
    {
        foreach (ulong[] expected in States(seed: 1))
        {
            KeccakState state = default;
            expected.CopyTo((Span<ulong>)state);
            KeccakF1600.Permute(ref state);
            KeccakReference.Permute(expected);
            Assert.Equal(expected, ((ReadOnlySpan<ulong>)state).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_lane_is_permuted_like_the_reference_and_nothing_beside_them(int width)
    {
        int lanes = width / 64;
        ulong[][] states = [.. States(seed: 2)];
        for (int first = 0; first < states.Length; first++)
        {
            ulong[] memory = new ulong[8 + (25 * lanes) + 8];
            memory.AsSpan().Fill(Untouched);
            Memory<ulong> interleaved = memory.AsMemory(8, 25 * lanes);
            for (int i = 0; i < interleaved.Length; i++)
            {
                interleaved.Span[i] = states[(first + (i % lanes)) % states.Length][i / lanes];
            }

            KeccakBackEnd.Of((LaneWidth)width).Permute(interleaved.Span);
            for (int lane = 0; lane < lanes; lane++)
            {
                ulong[] expected = [.. states[(first + lane) % states.Length]];
                KeccakReference.Permute(expected);
                Assert.Equal(expected, Enumerable.Range(0, 25).Select(word => interleaved.Span[(word * lanes) + lane]));
            }

            Assert.All(memory[..8].Concat(memory[^8..]), word => Assert.Equal(Untouched, word));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Too_few_words_are_refused(int width) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => KeccakBackEnd.Of((LaneWidth)width).Permute(new ulong[(25 * width / 64) - 1]));

    // All zeros, all ones, every word alone all ones, every single bit of the first word, and random states.
    private static IEnumerable<ulong[]> States(int seed)
    {
        yield return new ulong[25];
        yield return [.. Enumerable.Repeat(ulong.MaxValue, 25)];
        for (int word = 0; word < 25; word++)
        {
            ulong[] state = new ulong[25];
            state[word] = ulong.MaxValue;
            yield return state;
        }

        for (int bit = 0; bit < 64; bit++)
        {
            ulong[] state = new ulong[25];
            state[bit % 25] = 1UL << bit;
            yield return state;
        }

        Random random = new(seed);
        for (int i = 0; i < 100; i++)
        {
            ulong[] state = new ulong[25];
            random.NextBytes(MemoryMarshal.AsBytes(state.AsSpan()));
            yield return state;
        }
    }
}
