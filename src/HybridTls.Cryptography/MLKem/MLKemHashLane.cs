using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// A hash of rate 136 (SHA3-256 or SHAKE256) over a message of many blocks, which advances in lane 0 of a <see cref="ShakeBatch"/>
/// while the other lanes expand the matrix. H(ek) and J(z ‖ c) take nine permutations one after another, as many as the matrix
/// takes in the remaining lanes: together they cost little more than one of them.
/// </summary>
internal ref struct MLKemHashLane
{
    private const int Rate = Shake256.Rate;

    private readonly ReadOnlySpan<byte> _message;
    private readonly Span<byte> _digest;
    private readonly byte _suffix;
    private int _position;

    /// <summary>Prepares the hash.</summary>
    /// <param name="message">The message.</param>
    /// <param name="suffix">The domain's bits and the first bit of the padding: 0x06 for SHA-3, 0x1F for SHAKE.</param>
    /// <param name="digest">Receives the digest: at most the rate, whole words.</param>
    public MLKemHashLane(ReadOnlySpan<byte> message, byte suffix, Span<byte> digest)
    {
        _message = message;
        _suffix = suffix;
        _digest = digest;
    }

    /// <summary>Whether blocks remain to be absorbed (also false for the default value: no hash).</summary>
    public readonly bool IsPending => !_digest.IsEmpty && _position <= _message.Length;

    /// <summary>Absorbs the next block into lane 0; a permutation must follow, and then <see cref="Collect"/>.</summary>
    public void Absorb(scoped Span<ulong> state, int laneCount)
    {
        ReadOnlySpan<byte> block = _message[_position..];
        if (block.Length >= Rate)
        {
            for (int word = 0; word < Rate / sizeof(ulong); word++)
                state[word * laneCount] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(word * sizeof(ulong))..]);
        }
        else
        {
            Span<byte> padded = stackalloc byte[Rate];
            padded.Clear();
            block.CopyTo(padded);
            padded[block.Length] = _suffix;
            padded[Rate - 1] |= 0x80;
            for (int word = 0; word < Rate / sizeof(ulong); word++)
                state[word * laneCount] ^= BinaryPrimitives.ReadUInt64LittleEndian(padded[(word * sizeof(ulong))..]);

            CryptographicOperations.ZeroMemory(padded);
        }

        _position += Rate;
    }

    /// <summary>Reads the digest from lane 0 once the last block has been permuted.</summary>
    public readonly void Collect(scoped ReadOnlySpan<ulong> state, int laneCount)
    {
        if (_position <= _message.Length)
            return;

        for (int word = 0; word < _digest.Length / sizeof(ulong); word++)
            BinaryPrimitives.WriteUInt64LittleEndian(_digest[(word * sizeof(ulong))..], state[word * laneCount]);
    }

    /// <summary>
    /// Absorbs whatever remains, all of it if the hash took no part in the batch, in a state of its own: alone, one state is
    /// permuted faster than a batch.
    /// </summary>
    public void Finish(scoped ReadOnlySpan<ulong> state, int laneCount)
    {
        if (!IsPending)
            return;

        KeccakState alone = default;
        Span<ulong> words = alone;
        for (int word = 0; word < words.Length && _position > 0; word++)
            words[word] = state[word * laneCount];

        while (IsPending)
        {
            Absorb(words, 1);
            KeccakF1600.Permute(ref alone);
        }

        Collect(words, 1);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }
}
