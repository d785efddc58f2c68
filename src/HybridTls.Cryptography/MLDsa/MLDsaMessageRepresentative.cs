namespace HybridTls.Cryptography;

/// <summary>
/// The message representative µ (FIPS 204 algorithm 7, line 6), incremental: H(tr ‖ M′, 64) with M′ as algorithms 2 and 4 form it.
/// </summary>
internal struct MLDsaMessageRepresentative
{
    private Shake256 _shake;

    private MLDsaMessageRepresentative(ReadOnlySpan<byte> tr, byte domain, ReadOnlySpan<byte> context)
    {
        MLDsa65.RequireLength(tr.Length, MLDsa65.TrSize, nameof(tr));
        if (context.Length > MLDsa65.MaxContextSize)
        {
            throw new ArgumentException(
                $"A context string has at most {MLDsa65.MaxContextSize} bytes, not {context.Length}.", nameof(context));
        }

        _shake = new Shake256();
        _shake.Absorb(tr);
        _shake.Absorb([domain, (byte)context.Length]);
        _shake.Absorb(context);
    }

    /// <summary>Starts µ of pure ML-DSA: the message follows (algorithm 2).</summary>
    /// <exception cref="ArgumentException">The context is longer than 255 bytes.</exception>
    public static MLDsaMessageRepresentative Pure(ReadOnlySpan<byte> tr, ReadOnlySpan<byte> context) => new(tr, 0, context);

    /// <summary>Starts µ of HashML-DSA: the hash function's OID in DER and the digest follow (algorithm 4).</summary>
    /// <exception cref="ArgumentException">The context is longer than 255 bytes.</exception>
    public static MLDsaMessageRepresentative PreHash(ReadOnlySpan<byte> tr, ReadOnlySpan<byte> context) => new(tr, 1, context);

    /// <summary>Absorbs more of the message.</summary>
    public void Absorb(scoped ReadOnlySpan<byte> message) => _shake.Absorb(message);

    /// <summary>Writes µ (64 bytes) and clears the state.</summary>
    public void Finish(scoped Span<byte> mu)
    {
        MLDsa65.RequireLength(mu.Length, MLDsa65.MuSize, nameof(mu));
        _shake.Squeeze(mu);
        _shake.Clear();
    }
}
