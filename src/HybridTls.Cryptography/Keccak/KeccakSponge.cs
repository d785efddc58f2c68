using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace HybridTls.Cryptography;

/// <summary>
/// The sponge of FIPS 202 §4 over Keccak-f[1600]: absorbs, pads once, squeezes. The owner names its rate in bytes with every call,
/// always the same one, and calls <see cref="Clear"/>.
/// </summary>
internal struct KeccakSponge
{
    private KeccakState _state;
    private int _position;
    private bool _squeezing;

    /// <summary>Absorbs more of the message.</summary>
    /// <exception cref="InvalidOperationException">Squeezing has begun.</exception>
    public void Absorb(scoped ReadOnlySpan<byte> message, int rate)
    {
        if (_squeezing)
        {
            throw new InvalidOperationException("A sponge that has begun to squeeze absorbs nothing more.");
        }

        Span<byte> state = MemoryMarshal.AsBytes((Span<ulong>)_state);
        int room = rate - _position;
        while (message.Length >= room)
        {
            Xor(state.Slice(_position, room), message[..room]);
            KeccakF1600.Permute(ref _state);
            message = message[room..];
            _position = 0;
            room = rate;
        }

        Xor(state.Slice(_position, message.Length), message);
        _position += message.Length;
    }

    /// <summary>Squeezes the next bytes of output; the first call pads the message.</summary>
    public void Squeeze(scoped Span<byte> output, int rate, byte suffix)
    {
        Span<byte> state = MemoryMarshal.AsBytes((Span<ulong>)_state);
        if (!_squeezing)
        {
            state[_position] ^= suffix;
            state[rate - 1] ^= 0x80;
            _position = rate;
            _squeezing = true;
        }

        while (!output.IsEmpty)
        {
            if (_position == rate)
            {
                KeccakF1600.Permute(ref _state);
                _position = 0;
            }

            int count = Math.Min(rate - _position, output.Length);
            state.Slice(_position, count).CopyTo(output);
            output = output[count..];
            _position += count;
        }
    }

    /// <summary>Zeroes the state, so that the sponge can start anew.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)_state));
        _position = 0;
        _squeezing = false;
    }

    /// <summary>destination ⊕= source, of equal lengths.</summary>
    private static void Xor(Span<byte> destination, ReadOnlySpan<byte> source)
    {
        ref byte to = ref MemoryMarshal.GetReference(destination);
        ref byte from = ref MemoryMarshal.GetReference(source[..destination.Length]);
        nuint length = (nuint)destination.Length;
        nuint done = 0;
        for (; length - done >= 32; done += 32)
        {
            (Vector256.LoadUnsafe(ref to, done) ^ Vector256.LoadUnsafe(ref from, done)).StoreUnsafe(ref to, done);
        }

        for (; length - done >= sizeof(ulong); done += sizeof(ulong))
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref from, done));
            word ^= Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref to, done));
            Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref to, done), word);
        }

        for (; done < length; done++)
        {
            Unsafe.AddByteOffset(ref to, done) ^= Unsafe.AddByteOffset(ref from, done);
        }
    }
}
