using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>The sponge of FIPS 202 §4 over Keccak-f[1600]: absorbs, pads once, squeezes. The owner calls <see cref="Clear"/>.</summary>
internal struct KeccakSponge(int rate, byte suffix)
{
    private KeccakState _state;
    private int _position;
    private bool _squeezing;

    /// <summary>Absorbs more of the message.</summary>
    /// <exception cref="InvalidOperationException">Squeezing has begun.</exception>
    public void Absorb(scoped ReadOnlySpan<byte> message)
    {
        if (_squeezing)
        {
            throw new InvalidOperationException("A sponge that has begun to squeeze absorbs nothing more.");
        }

        Span<byte> state = MemoryMarshal.AsBytes((Span<ulong>)_state);
        while (!message.IsEmpty)
        {
            int count = Math.Min(rate - _position, message.Length);
            Span<byte> block = state.Slice(_position, count);
            for (int i = 0; i < block.Length; i++)
            {
                block[i] ^= message[i];
            }

            message = message[count..];
            _position += count;
            if (_position == rate)
            {
                KeccakF1600.Permute(ref _state);
                _position = 0;
            }
        }
    }

    /// <summary>Squeezes the next bytes of output; the first call pads the message.</summary>
    public void Squeeze(scoped Span<byte> output)
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
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)_state));
        _position = 0;
        _squeezing = false;
    }
}
