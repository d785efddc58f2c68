namespace HybridTls.Cryptography;

/// <summary>The extendable-output function SHAKE256 (FIPS 202 §6.2), incremental in both directions.</summary>
internal struct Shake256
{
    /// <summary>The rate in bytes: how much of the output one permutation yields.</summary>
    public const int Rate = 136;

    private const byte Suffix = 0x1F;

    private KeccakSponge _sponge;

    /// <summary>Hashes <paramref name="message"/> into the whole of <paramref name="output"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> output)
    {
        Shake256 hash = default;
        hash.Absorb(message);
        hash.Squeeze(output);
        hash.Clear();
    }

    /// <summary>Absorbs more of the message.</summary>
    /// <exception cref="InvalidOperationException">Squeezing has begun.</exception>
    public void Absorb(scoped ReadOnlySpan<byte> message) => _sponge.Absorb(message, Rate);

    /// <summary>Squeezes the next bytes of output.</summary>
    public void Squeeze(scoped Span<byte> output) => _sponge.Squeeze(output, Rate, Suffix);

    /// <summary>Zeroes the state, so that the function can start anew.</summary>
    public void Clear() => _sponge.Clear();
}
