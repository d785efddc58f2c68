using System.Security.Cryptography;

namespace HybridTls.Certificates;

/// <summary>Public keys that are trusted as such, by the SHA-256 hash of their SubjectPublicKeyInfo.</summary>
internal sealed class PinnedKeySet
{
    private readonly List<(byte[] Hash, VerificationKey? Key)> _pins = [];

    private PinnedKeySet()
    {
    }

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
            pins._pins.Add((SHA256.HashData(SubjectPublicKeyInfo.Encode(bytes)), new VerificationKey(bytes)));
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
            pins._pins.Add((hash.ToArray(), null));
        }

        return pins.NotEmpty();
    }

    /// <summary>Whether the key of <paramref name="encoded"/> (a SubjectPublicKeyInfo) is pinned; its object, where the key itself was given.</summary>
    public bool TryFind(ReadOnlySpan<byte> encoded, out VerificationKey? key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(encoded, hash);
        foreach ((byte[] pinned, VerificationKey? known) in _pins)
        {
            if (hash.SequenceEqual(pinned))
            {
                key = known;
                return true;
            }
        }

        key = null;
        return false;
    }

    private PinnedKeySet NotEmpty() =>
        _pins.Count > 0 ? this : throw new ArgumentException("No key is pinned: name at least one.");
}
