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
    private KeccakState _state;
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

    /// <summary>Puts the hash's state into lane 0.</summary>
    public readonly void Enter(scoped Span<ulong> state, int laneCount)
    {
        for (int word = 0; word < KeccakState.Words; word++)
            state[word * laneCount] = _state[word];
    }

    /// <summary>Takes the hash's state out of lane 0.</summary>
    public void Leave(scoped ReadOnlySpan<ulong> state, int laneCount)
    {
        for (int word = 0; word < KeccakState.Words; word++)
            _state[word] = state[word * laneCount];
    }

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
    /// Absorbs whatever remains, all of it if the hash took no part in a batch: alone, one state is permuted faster than many.
    /// Clears the state.
    /// </summary>
    public void Finish()
    {
        KeccakState alone = _state;
        while (IsPending)
        {
            Absorb(alone, 1);
            KeccakF1600.Permute(ref alone);
            Collect(alone, 1);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)alone));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)_state));
    }
}
