using System.Runtime.Intrinsics;

namespace HybridTls.Cryptography;

/// <summary>Keccak states side by side on one vector width: the permutation, the filling and the output of all lanes together.</summary>
internal abstract class KeccakBackEnd
{
    private static readonly LaneTable<KeccakBackEnd> BackEnds = new(
        new KeccakLanes<ScalarLanes64, ulong>(),
        new KeccakLanes<Vector128Lanes64, Vector128<ulong>>(),
        new KeccakLanes<Vector256Lanes64, Vector256<ulong>>(),
        new KeccakLanes<Vector512Lanes64, Vector512<ulong>>());

    /// <summary>The number of states that are permuted together: 1, 2, 4 or 8.</summary>
    public abstract int Count { get; }

    /// <summary>The back end of one width.</summary>
    public static KeccakBackEnd Of(LaneWidth width) => BackEnds[width];

    /// <summary>Permutes every state.</summary>
    /// <param name="states">25·<see cref="Count"/> words, word w of lane l at w·<see cref="Count"/> + l.</param>
    public abstract void Permute(Span<ulong> states);

    /// <summary>Fills every state with the seed, the lane's suffix (index and domain bits), zeros, and the last bit of the padding.</summary>
    /// <param name="states">25·<see cref="Count"/> words.</param>
    /// <param name="seed">The common beginning: a multiple of 8 bytes.</param>
    /// <param name="suffixes">The word after the seed, a lane each.</param>
    /// <param name="last">The index of the word that takes the last bit of the padding.</param>
    public abstract void Fill(Span<ulong> states, ReadOnlySpan<byte> seed, ReadOnlySpan<ulong> suffixes, int last);

    /// <summary>Stores the first <paramref name="words"/> words of every lane, lane l's at l·<paramref name="stride"/> bytes.</summary>
    public abstract void Store(ReadOnlySpan<ulong> states, ref byte destination, nint stride, int words);
}
