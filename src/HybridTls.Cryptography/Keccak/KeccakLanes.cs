using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>As many Keccak states side by side as a vector has 64-bit lanes.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal sealed class KeccakLanes<TLanes, TVector> : KeccakBackEnd
    where TLanes : struct, ILanes64<TVector>
    where TVector : struct
{
    private const ulong LastBit = 1UL << 63;

    /// <inheritdoc/>
    public override int Count => TLanes.Count;

    /// <inheritdoc/>
    public override void Permute(Span<ulong> states)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(states.Length, KeccakState.Words * TLanes.Count, nameof(states));
        KeccakRounds.Permute<TLanes, TVector>(ref MemoryMarshal.GetReference(states));
    }

    /// <inheritdoc/>
    public override void Fill(Span<ulong> states, ReadOnlySpan<byte> seed, ReadOnlySpan<ulong> suffixes, int last)
    {
        ref ulong word = ref MemoryMarshal.GetReference(states);
        nuint count = (nuint)TLanes.Count;
        nuint words = (nuint)seed.Length / sizeof(ulong);
        for (nuint i = 0; i < words; i++)
        {
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(seed[((int)i * sizeof(ulong))..]);
            TLanes.Store(TLanes.Broadcast(next), ref word, i * count);
        }

        TLanes.Store(TLanes.Load(in MemoryMarshal.GetReference(suffixes)), ref word, words * count);
        TVector zero = TLanes.Broadcast(0);
        for (nuint i = words + 1; i < KeccakState.Words; i++)
        {
            TLanes.Store(zero, ref word, i * count);
        }

        // Xor, because after a seed of 128 bytes the suffix is in the last word of SHAKE256's rate, too.
        nuint end = (nuint)last * count;
        TLanes.Store(TLanes.Xor(TLanes.Load(in word, end), TLanes.Broadcast(LastBit)), ref word, end);
    }

    /// <inheritdoc/>
    public override void Store(ReadOnlySpan<ulong> states, ref byte destination, nint stride, int words)
    {
        // The last transposition overlaps the one before it where Count does not divide words.
        ref ulong word = ref MemoryMarshal.GetReference(states);
        int done = 0;
        while (done < words)
        {
            int from = Math.Min(done, words - TLanes.Count);
            TLanes.StoreTransposed(
                in Unsafe.Add(ref word, from * TLanes.Count),
                ref Unsafe.AddByteOffset(ref destination, from * sizeof(ulong)),
                stride);
            done = from + TLanes.Count;
        }
    }
}
