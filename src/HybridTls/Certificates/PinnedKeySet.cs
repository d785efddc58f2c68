using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Public keys that are trusted as such, by the SHA-256 hash of their SubjectPublicKeyInfo.</summary>
internal sealed class PinnedKeySet
{
    private readonly List<Pin> _pins = [];

    private PinnedKeySet()
    {
    }

    /// <summary>The hashes of 32 bytes.</summary>
    public IEnumerable<byte[]> Hashes => _pins.Select(static pin => pin.Hash);

    /// <summary>Pins keys; they are ready to verify with.</summary>
    public static PinnedKeySet FromKeys(IEnumerable<MLDsa> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var pins = new PinnedKeySet();
        foreach (MLDsa key in keys)
        {
            if (key.Algorithm != MLDsaAlgorithm.MLDsa65)
                throw new ArgumentException($"A pinned key is {key.Algorithm.Name}: HybridTls needs ML-DSA-65 keys.", nameof(keys));
            byte[] bytes = key.ExportMLDsaPublicKey();
            pins._pins.Add(new Pin(SHA256.HashData(MLDsaPublicKeyInfo.Encode(bytes)), bytes));
        }

        return pins.NotEmpty();
    }

    /// <summary>Pins hashes of 32 bytes.</summary>
    public static PinnedKeySet FromHashes(IEnumerable<ReadOnlyMemory<byte>> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        var pins = new PinnedKeySet();
        foreach (ReadOnlyMemory<byte> hash in hashes)
        {
            if (hash.Length != SHA256.HashSizeInBytes)
                throw new ArgumentException($"A hash of {hash.Length} bytes is no SHA-256 hash of a SubjectPublicKeyInfo.", nameof(hashes));
            pins._pins.Add(new Pin(hash.ToArray()));
        }

        return pins.NotEmpty();
    }

    /// <summary>
    /// Whether the ML-DSA-65 key of <paramref name="encoded"/> (a checked SubjectPublicKeyInfo) is pinned, and its object, which is kept.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out VerificationKey? key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(encoded, hash);
        foreach (Pin pin in _pins)
        {
            if (!hash.SequenceEqual(pin.Hash))
                continue;
            key = pin.Key ??= new VerificationKey(encoded[^MLDsaPublicKeyInfo.KeySize..].ToArray());
            return true;
        }

        key = null;
        return false;
    }

    private PinnedKeySet NotEmpty() =>
        _pins.Count > 0 ? this : throw new ArgumentException("No key is pinned: name at least one.");

    private sealed class Pin(byte[] hash, byte[]? key = null)
    {
        public byte[] Hash { get; } = hash;

        public VerificationKey? Key { get; set; } = key is null ? null : new VerificationKey(key);
    }
}
