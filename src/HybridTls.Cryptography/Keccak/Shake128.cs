namespace HybridTls.Cryptography;

/// <summary>The extendable-output function SHAKE128 (FIPS 202 §6.2), incremental in both directions.</summary>
internal struct Shake128()
{
    /// <summary>The rate in bytes: how much of the output one permutation yields.</summary>
    public const int Rate = 168;

    private KeccakSponge _sponge = new(Rate, suffix: 0x1F);

    /// <summary>Absorbs more of the message.</summary>
    public void Absorb(scoped ReadOnlySpan<byte> message) => _sponge.Absorb(message);

    /// <summary>Squeezes the next bytes of output.</summary>
    public void Squeeze(scoped Span<byte> output) => _sponge.Squeeze(output);

    /// <summary>Zeroes the state, so that the function can start anew.</summary>
    public void Clear() => _sponge.Clear();
}
