using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// Several independent SHAKE states permuted together: one state a lane, words of the lanes interleaved (word w of lane l at
/// w·<see cref="Count"/> + l). Lanes may differ in rate, so one batch can mix SHAKE128 and SHAKE256. Messages are shorter than
/// their rate, as the seeds of FIPS 203 and 204 all are.
/// </summary>
internal ref struct ShakeBatch
{
    /// <summary>The most lanes of any back end.</summary>
    public const int MaxCount = 8;

    /// <summary>The number of 64-bit words that the state of the widest batch takes.</summary>
    public const int MaxWords = KeccakState.Words * MaxCount;

    /// <summary>The bytes that <see cref="Squeeze"/> writes for every lane: one block of SHAKE128.</summary>
    public const int BlockSize = Shake128.Rate;

    private readonly Span<ulong> _state;
    private readonly LaneWidth _width;

    /// <summary>Starts a batch over the caller's memory.</summary>
    /// <param name="state">At least 25·<see cref="Count"/> words (<see cref="MaxWords"/> always suffices); cleared here.</param>
    /// <param name="width">The back end, which decides the number of lanes.</param>
    public ShakeBatch(Span<ulong> state, LaneWidth width)
    {
        _width = width;
        Count = CountFor(width);
        _state = state[..(KeccakState.Words * Count)];
        _state.Clear();
    }

    /// <summary>The number of lanes: 1, 2, 4 or 8.</summary>
    public int Count { get; }

    /// <summary>The number of lanes of a back end: its width over 64 bits.</summary>
    public static int CountFor(LaneWidth width) => (int)width / 64;

    /// <summary>Absorbs and pads the whole message of one lane.</summary>
    /// <param name="lane">The lane, less than <see cref="Count"/>.</param>
    /// <param name="message">The message, shorter than <paramref name="rate"/>.</param>
    /// <param name="rate"><see cref="Shake128.Rate"/> or <see cref="Shake256.Rate"/>.</param>
    public readonly void Absorb(int lane, scoped ReadOnlySpan<byte> message, int rate)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        message.CopyTo(block);
        block[message.Length] = 0x1F;
        block[rate - 1] |= 0x80;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(block);
        for (int word = 0; word < KeccakState.Words; word++)
        {
            _state[(word * Count) + lane] = word < words.Length ? words[word] : 0;
        }

        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>
    /// Permutes every lane and writes one block of <see cref="BlockSize"/> bytes a lane; of a SHAKE256 lane only the first
    /// 136 bytes are output, what follows belongs to its capacity and must be ignored.
    /// </summary>
    /// <param name="output">Receives lane l's block at l·<paramref name="stride"/>.</param>
    /// <param name="stride">The distance in bytes between the lanes' blocks.</param>
    public readonly void Squeeze(scoped Span<byte> output, int stride)
    {
        for (int lane = 0; lane < Count; lane++)
        {
            KeccakState one = default;
            for (int word = 0; word < KeccakState.Words; word++)
            {
                one[word] = _state[(word * Count) + lane];
            }

            KeccakF1600.Permute(ref one);
            Span<byte> block = output.Slice(lane * stride, BlockSize);
            MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)one)[..BlockSize].CopyTo(block);
            for (int word = 0; word < KeccakState.Words; word++)
            {
                _state[(word * Count) + lane] = one[word];
            }
        }
    }

    /// <summary>Zeroes every state.</summary>
    public readonly void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_state));
}
