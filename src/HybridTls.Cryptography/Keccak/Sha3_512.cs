namespace HybridTls.Cryptography;

/// <summary>The hash function SHA3-512 (FIPS 202 §6.1), incremental.</summary>
internal struct Sha3_512
{
    /// <summary>The rate in bytes.</summary>
    public const int Rate = 72;

    /// <summary>The size of the digest in bytes.</summary>
    public const int DigestSize = 64;

    private const byte Suffix = 0x06;

    private KeccakSponge _sponge;

    /// <summary>Hashes <paramref name="message"/> into <paramref name="digest"/> (64 bytes).</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Sha3_512 hash = default;
        hash.Absorb(message);
        hash.Finish(digest);
    }

    /// <summary>Absorbs more of the message.</summary>
    public void Absorb(scoped ReadOnlySpan<byte> message) => _sponge.Absorb(message, Rate);

    /// <summary>Writes the digest (64 bytes) and clears the state.</summary>
    public void Finish(scoped Span<byte> digest)
    {
        _sponge.Squeeze(digest[..DigestSize], Rate, Suffix);
        _sponge.Clear();
    }
}
