namespace HybridTls.KeySchedule;

/// <summary>The resumption secret (RFC 9846 §7.1), from the client's Finished until the last ticket.</summary>
internal sealed class ResumptionSecret : IDisposable
{
    private readonly CipherSuiteParameters _suite;
    private readonly SecretBlock _block;
    private bool _disposed;

    /// <summary>Derives it from the master secret.</summary>
    public ResumptionSecret(CipherSuiteParameters suite, SecretBlock block, ReadOnlySpan<byte> master, ReadOnlySpan<byte> clientFinishedHash)
    {
        _suite = suite;
        _block = block;
        HkdfLabel.Expand(suite.Hash, master, HkdfLabel.ResumptionMaster, clientFinishedHash, block.Secret(SecretSlot.Resumption, suite));
        GC.KeepAlive(block);
    }

    /// <summary>Derives the PSK of one ticket (§4.7.1).</summary>
    /// <param name="ticketNonce">At most 255 bytes.</param>
    /// <param name="psk">As long as the hash; the caller owns and clears it.</param>
    public void DerivePsk(ReadOnlySpan<byte> ticketNonce, Span<byte> psk)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(psk.Length, _suite.HashSize, nameof(psk));
        HkdfLabel.Expand(_suite.Hash, _block.Secret(SecretSlot.Resumption, _suite), HkdfLabel.Resumption, ticketNonce, psk);
        GC.KeepAlive(_block);
    }

    /// <summary>Zeroes the secret: no further ticket will be made.</summary>
    public void Dispose()
    {
        _disposed = true;
        _block.Clear(SecretSlot.Resumption);
    }
}
