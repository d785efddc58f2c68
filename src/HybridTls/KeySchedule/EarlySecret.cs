using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>
/// The first phase of the key schedule (RFC 9846 §7.1): the early secret of a PSK, which yields its binder. It ends when
/// <see cref="HandshakeSecrets"/> are made from it, or with <see cref="Dispose"/> if the PSK was not chosen.
/// </summary>
internal sealed class EarlySecret : IDisposable
{
    private readonly SecretBlock _block;
    private bool _disposed;

    /// <summary>Extracts the early secret.</summary>
    /// <param name="suite">The suite of the PSK.</param>
    /// <param name="block">The connection's secrets.</param>
    /// <param name="psk">The PSK; its hash must be the suite's.</param>
    public EarlySecret(CipherSuiteParameters suite, SecretBlock block, ReadOnlySpan<byte> psk)
    {
        Suite = suite;
        _block = block;
        HKDF.Extract(suite.Hash, psk, suite.Zeros, block.Secret(SecretSlot.Current, suite));
        GC.KeepAlive(block);
    }

    /// <summary>The suite.</summary>
    public CipherSuiteParameters Suite { get; }

    /// <summary>Writes a PSK binder (§4.3.11.2).</summary>
    /// <param name="resumption">Whether the PSK comes from a ticket (or else from outside).</param>
    /// <param name="transcriptHash">The hash up to the ClientHello truncated before its binders (<see cref="Transcript.GetHashWith"/>).</param>
    /// <param name="binder">As long as the hash.</param>
    public void ComputeBinder(bool resumption, ReadOnlySpan<byte> transcriptHash, Span<byte> binder)
    {
        Span<byte> binderKey = stackalloc byte[Suite.HashSize];
        DeriveBinderKey(resumption, binderKey);
        FinishedMac.Compute(Suite, binderKey, transcriptHash, binder);
        CryptographicOperations.ZeroMemory(binderKey);
    }

    /// <summary>Compares a received PSK binder in fixed time.</summary>
    public bool VerifyBinder(bool resumption, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> binder)
    {
        Span<byte> binderKey = stackalloc byte[Suite.HashSize];
        DeriveBinderKey(resumption, binderKey);
        bool equal = FinishedMac.Verify(Suite, binderKey, transcriptHash, binder);
        CryptographicOperations.ZeroMemory(binderKey);
        return equal;
    }

    /// <summary>Derives the salt of the handshake secret: as long as the hash, the caller clears it.</summary>
    public void DeriveSalt(Span<byte> salt)
    {
        HkdfLabel.Expand(Suite.Hash, Value, HkdfLabel.Derived, Suite.EmptyHash, salt);
        GC.KeepAlive(_block);
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _block.Clear(SecretSlot.Current);
    }

    private ReadOnlySpan<byte> Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this); // the place is the master secret's by now
            return _block.Secret(SecretSlot.Current, Suite);
        }
    }

    private void DeriveBinderKey(bool resumption, Span<byte> binderKey)
    {
        HkdfLabel.Expand(Suite.Hash, Value, resumption ? HkdfLabel.ResumptionBinder : HkdfLabel.ExternalBinder, Suite.EmptyHash, binderKey);
        GC.KeepAlive(_block);
    }
}
