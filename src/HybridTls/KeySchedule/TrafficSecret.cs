using System.Security.Cryptography;
using HybridTls.Records;

namespace HybridTls.KeySchedule;

/// <summary>One direction's traffic secret (RFC 9846 §7.1), its keys (§7.3), its Finished (§4.5.3) and its successors (§7.2).</summary>
/// <remarks>Lives in the connection's <see cref="SecretBlock"/>. The two directions may be used on different threads.</remarks>
internal sealed class TrafficSecret : IDisposable
{
    /// <summary>
    /// The last generation that a sender may use: epochs are 48 bits (§4.7.3), of which the handshake takes the first ones. A receiver
    /// does not enforce it.
    /// </summary>
    public const ulong MaxGeneration = (1UL << 48) - 4;

    private readonly SecretBlock _block;
    private readonly SecretSlot _slot;
    private bool _disposed;

    /// <summary>Derive-Secret (§7.1) from an extracted secret.</summary>
    public TrafficSecret(
        CipherSuiteParameters suite, SecretBlock block, SecretSlot slot, in HkdfExpander secret, ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> transcriptHash)
    {
        Suite = suite;
        _block = block;
        _slot = slot;
        secret.Expand(label, transcriptHash, block.Secret(slot, suite));
        GC.KeepAlive(block);
    }

    /// <summary>The suite whose keys this secret yields.</summary>
    public CipherSuiteParameters Suite { get; }

    /// <summary>How often the secret was updated.</summary>
    public ulong Generation { get; private set; }

    /// <summary>The secret.</summary>
    /// <exception cref="ObjectDisposedException">It was discarded: zeros are never handed out for a key.</exception>
    internal ReadOnlySpan<byte> Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _block.Secret(_slot, Suite); // HT-KEY-3: it exists from its derivation to its disposal, and not otherwise
        }
    }

    /// <summary>Derives the record keys of the present generation (§7.3).</summary>
    /// <param name="usage">After how much use it is to be replaced; by default as the AEAD's limit has it.</param>
    /// <returns>The protection; the caller owns it.</returns>
    public RecordProtection CreateProtection(KeyUsage usage = default)
    {
        Span<byte> key = stackalloc byte[Suite.KeySize];
        Span<byte> iv = stackalloc byte[RecordProtection.IvSize];
        try
        {
            DeriveKeys(key, iv);
            return new RecordProtection(Suite.Aead, key, iv, usage: usage);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(iv);
        }
    }

    /// <summary>Replaces the secret by its successor (§7.2), after a KeyUpdate was sent or received.</summary>
    public void Update()
    {
        Span<byte> next = stackalloc byte[Suite.HashSize];
        HkdfLabel.Expand(Suite.Hash, Value, HkdfLabel.TrafficUpdate, default, next);
        next.CopyTo(_block.Secret(_slot, Suite));
        CryptographicOperations.ZeroMemory(next);
        Generation++;
        GC.KeepAlive(_block);
    }

    /// <summary>Writes the verify_data of this side's Finished (§4.5.3).</summary>
    /// <param name="transcriptHash">The transcript up to, not including, that Finished.</param>
    /// <param name="verifyData">As long as the hash.</param>
    public void ComputeVerifyData(ReadOnlySpan<byte> transcriptHash, Span<byte> verifyData)
    {
        FinishedMac.Compute(Suite, Value, transcriptHash, verifyData);
        GC.KeepAlive(_block);
    }

    /// <summary>Compares the verify_data of a received Finished in fixed time.</summary>
    public bool Verify(ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> verifyData)
    {
        bool equal = FinishedMac.Verify(Suite, Value, transcriptHash, verifyData);
        GC.KeepAlive(_block);
        return equal;
    }

    /// <summary>Zeroes the secret; it cannot be used any more.</summary>
    public void Dispose()
    {
        _disposed = true;
        _block.Clear(_slot);
    }

    /// <summary>The key and IV of the present generation (§7.3).</summary>
    internal void DeriveKeys(Span<byte> key, Span<byte> iv)
    {
        using HkdfExpander expander = new(Suite.Hash, Value);
        expander.Expand(HkdfLabel.Key, default, key);
        expander.Expand(HkdfLabel.Iv, default, iv);
        GC.KeepAlive(_block);
    }
}
