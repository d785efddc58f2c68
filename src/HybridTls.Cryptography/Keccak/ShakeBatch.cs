using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// Several independent SHAKE states permuted together: one state a lane, words of the lanes interleaved (word w of lane l at
/// w·<see cref="Count"/> + l). Lanes may differ in rate, so one batch can mix SHAKE128 and SHAKE256. Messages are shorter than
/// their rate, as the seeds of FIPS 203 and 204 all are.
/// </summary>
internal readonly ref struct ShakeBatch
{
    /// <summary>The most lanes of any back end.</summary>
    public const int MaxCount = 8;

    /// <summary>The number of 64-bit words that the state of the widest batch takes.</summary>
    public const int MaxWords = KeccakState.Words * MaxCount;

    /// <summary>The bytes that <see cref="Squeeze(Span{byte}, int)"/> writes for every lane: one block of SHAKE128.</summary>
    public const int BlockSize = Shake128.Rate;

    private const ulong Suffix = 0x1F;
    private const ulong LastBit = 1UL << 63;

    private readonly Span<ulong> _state;
    private readonly KeccakBackEnd _backEnd;

    /// <summary>Starts a batch over the caller's memory.</summary>
    /// <param name="state">At least 25·<see cref="Count"/> words (<see cref="MaxWords"/> always suffices); cleared here.</param>
    /// <param name="width">The back end, which decides the number of lanes.</param>
    public ShakeBatch(Span<ulong> state, LaneWidth width)
    {
        _backEnd = KeccakBackEnd.Of(width);
        Count = _backEnd.Count;
        _state = state[..(KeccakState.Words * Count)];
        _state.Clear();
    }

    /// <summary>The number of lanes: 1, 2, 4 or 8.</summary>
    public int Count { get; }

    /// <summary>The number of lanes of a back end: its width over 64 bits.</summary>
    public static int CountFor(LaneWidth width) => (int)width / 64;

    /// <summary>
    /// The back end, no wider than <paramref name="selected"/>, that permutes a last batch of few messages soonest: eight lanes
    /// take 400 ns, four take 280 ns and one takes 273 ns; two lanes of 128 bits are never faster than four of 256.
    /// </summary>
    /// <param name="messages">How many messages remain, at least 1.</param>
    /// <param name="selected">The back end of the operation.</param>
    public static LaneWidth WidthFor(int messages, LaneWidth selected) => messages switch
    {
        1 => LaneWidth.Scalar,
        <= 4 when selected == LaneWidth.Vector512 => LaneWidth.Vector256,
        _ => selected,
    };

    /// <summary>Absorbs and pads the whole message of one lane, in place of whatever the lane held.</summary>
    /// <param name="lane">The lane, less than <see cref="Count"/>.</param>
    /// <param name="message">The message, shorter than <paramref name="rate"/>.</param>
    /// <param name="rate"><see cref="Shake128.Rate"/> or <see cref="Shake256.Rate"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside of what it says.</exception>
    public void Absorb(int lane, scoped ReadOnlySpan<byte> message, int rate)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)lane, (uint)Count, nameof(lane));
        ThrowIfNotRate(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(message.Length, rate, nameof(message));

        // In bounds: a message shorter than its rate has at most 20 full words, and one that is padded.
        ref ulong word = ref Unsafe.Add(ref MemoryMarshal.GetReference(_state), lane);
        int words = message.Length / sizeof(ulong);
        for (int i = 0; i < words; i++)
        {
            Unsafe.Add(ref word, i * Count) = BinaryPrimitives.ReadUInt64LittleEndian(message[(i * sizeof(ulong))..]);
        }

        ulong padded = Suffix;
        for (int i = message.Length - 1; i >= words * sizeof(ulong); i--)
        {
            padded = (padded << 8) | message[i];
        }

        Unsafe.Add(ref word, words * Count) = padded;
        for (int i = words + 1; i < KeccakState.Words; i++)
        {
            Unsafe.Add(ref word, i * Count) = 0;
        }

        Unsafe.Add(ref word, ((rate / sizeof(ulong)) - 1) * Count) ^= LastBit;
    }

    /// <summary>
    /// Absorbs and pads in every lane the same seed followed by the lane's own little-endian index, as FIPS 203 and 204 expand
    /// their seeds. It spares the caller the messages and is several times as fast as <see cref="Absorb"/> lane by lane.
    /// </summary>
    /// <param name="seed">The common beginning: a multiple of 8 bytes, at most 128.</param>
    /// <param name="indices">The lanes' indices; lanes beyond them absorb index 0.</param>
    /// <param name="indexSize">The number of bytes that an index takes, 1 or 2; the index must fit.</param>
    /// <param name="rate"><see cref="Shake128.Rate"/> or <see cref="Shake256.Rate"/>, for all lanes.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside of what it says.</exception>
    public void AbsorbIndexed(scoped ReadOnlySpan<byte> seed, scoped ReadOnlySpan<ushort> indices, int indexSize, int rate)
    {
        ThrowIfNotRate(rate);
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length % sizeof(ulong), 0, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(seed.Length, Shake256.Rate, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(indices.Length, Count, nameof(indices));
        ArgumentOutOfRangeException.ThrowIfNotEqual(indexSize is 1 or 2, true, nameof(indexSize));

        Span<ulong> suffixes = stackalloc ulong[MaxCount];
        suffixes.Fill(Suffix << (8 * indexSize));
        for (int lane = 0; lane < indices.Length; lane++)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(indices[lane] >> (8 * indexSize), 0, nameof(indices));
            suffixes[lane] |= indices[lane];
        }

        int last = (rate / sizeof(ulong)) - 1;
        _backEnd.Fill(_state, seed, suffixes, last);
    }

    /// <summary>
    /// Permutes every lane and writes one block of <see cref="BlockSize"/> bytes a lane; of a SHAKE256 lane only the first
    /// 136 bytes are output, what follows belongs to its capacity and must be ignored.
    /// </summary>
    /// <param name="output">Receives lane l's block at l·<paramref name="stride"/>.</param>
    /// <param name="stride">The distance in bytes between the lanes' blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="output"/> is too short or the blocks overlap.</exception>
    public void Squeeze(scoped Span<byte> output, int stride) => Squeeze(output, stride, blocks: 1, BlockSize);

    /// <summary>
    /// Squeezes <paramref name="blocks"/> blocks of <paramref name="rate"/> bytes a lane, one after another, and nothing else:
    /// no byte of the capacity when every lane has this rate.
    /// </summary>
    /// <param name="output">Receives lane l's blocks from l·<paramref name="stride"/> on.</param>
    /// <param name="stride">The distance in bytes between the lanes' output, at least blocks·rate.</param>
    /// <param name="blocks">How many blocks a lane, at least 1.</param>
    /// <param name="rate"><see cref="Shake128.Rate"/> or <see cref="Shake256.Rate"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="output"/> is too short or the blocks overlap.</exception>
    public void Squeeze(scoped Span<byte> output, int stride, int blocks, int rate)
    {
        ThrowIfNotRate(rate);
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        long size = (long)blocks * rate;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, Count == 1 ? 0 : size);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, ((Count - 1L) * stride) + size, nameof(output));
        ref byte first = ref MemoryMarshal.GetReference(output);
        for (int block = 0; block < blocks; block++)
        {
            _backEnd.Permute(_state);
            _backEnd.Store(_state, ref Unsafe.Add(ref first, block * rate), stride, rate / sizeof(ulong));
        }
    }

    /// <summary>Zeroes every state.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_state));

    private static void ThrowIfNotRate(int rate)
    {
        if (rate is not (Shake128.Rate or Shake256.Rate))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate is neither SHAKE128's nor SHAKE256's.");
        }
    }
}
