using HybridTls.KeySchedule;
using HybridTls.Records;

namespace HybridTls.Tool.Inspection;

/// <summary>The record keys of a logged secret (RFC 9846 §7.3), and their successors (§7.2).</summary>
internal sealed class LoggedKeys : IDisposable
{
    private readonly CipherSuiteParameters _suite;
    private byte[] _secret;
    private RecordProtection _protection;

    /// <summary>Derives the first keys.</summary>
    public LoggedKeys(CipherSuiteParameters suite, byte[] secret, string name)
    {
        _suite = suite;
        _secret = secret;
        Name = name;
        _protection = Derive();
    }

    /// <summary>What the keys are called in the report.</summary>
    public string Name { get; }

    /// <summary>Opens a record; false if it was not protected with these keys.</summary>
    public bool TryOpen(ReadOnlySpan<byte> record, Span<byte> plaintext, out ContentType type, out int length) =>
        _protection.TryOpen(record, plaintext, out type, out length);

    /// <summary>Goes on to the next generation, after a KeyUpdate.</summary>
    public void Update()
    {
        byte[] next = new byte[_suite.HashSize];
        HkdfLabel.Expand(_suite.Hash, _secret, HkdfLabel.TrafficUpdate, default, next);
        _secret = next;
        _protection.Dispose();
        _protection = Derive();
    }

    /// <inheritdoc/>
    public void Dispose() => _protection.Dispose();

    private RecordProtection Derive()
    {
        byte[] key = new byte[_suite.KeySize], iv = new byte[RecordProtection.IvSize];
        HkdfLabel.Expand(_suite.Hash, _secret, HkdfLabel.Key, default, key);
        HkdfLabel.Expand(_suite.Hash, _secret, HkdfLabel.Iv, default, iv);
        return new RecordProtection(_suite.Aead, key, iv);
    }
}
