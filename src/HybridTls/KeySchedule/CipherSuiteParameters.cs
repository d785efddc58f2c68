using System.Net.Security;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>A cipher suite of the profile: its AEAD and its hash (RFC 9846 appendix B.4).</summary>
internal sealed class CipherSuiteParameters
{
    private CipherSuiteParameters(TlsCipherSuite id, AeadAlgorithm aead, HashAlgorithmName hash, int hashSize)
    {
        Id = id;
        Aead = aead;
        Hash = hash;
        HashSize = hashSize;
        EmptyHash = CryptographicOperations.HashData(hash, []);

        // Without a PSK the early secret and what the handshake secret is extracted with are public constants (§7.1).
        Zeros = new byte[hashSize];
        byte[] earlySecret = HKDF.Extract(hash, Zeros, Zeros);
        DerivedWithoutPsk = new byte[hashSize];
        HkdfLabel.Expand(hash, earlySecret, HkdfLabel.Derived, EmptyHash, DerivedWithoutPsk);
    }

    /// <summary>TLS_AES_256_GCM_SHA384.</summary>
    public static CipherSuiteParameters Aes256GcmSha384 { get; } =
        new(TlsCipherSuite.TLS_AES_256_GCM_SHA384, AeadAlgorithm.Aes256Gcm, HashAlgorithmName.SHA384, 48);

    /// <summary>TLS_CHACHA20_POLY1305_SHA256.</summary>
    public static CipherSuiteParameters ChaCha20Poly1305Sha256 { get; } =
        new(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, AeadAlgorithm.ChaCha20Poly1305, HashAlgorithmName.SHA256, 32);

    /// <summary>TLS_AES_128_GCM_SHA256.</summary>
    public static CipherSuiteParameters Aes128GcmSha256 { get; } =
        new(TlsCipherSuite.TLS_AES_128_GCM_SHA256, AeadAlgorithm.Aes128Gcm, HashAlgorithmName.SHA256, 32);

    /// <summary>The suites that this platform supports, in the profile's order of preference.</summary>
    public static IReadOnlyList<CipherSuiteParameters> Supported { get; } =
        [.. new[] { Aes256GcmSha384, ChaCha20Poly1305Sha256, Aes128GcmSha256 }.Where(suite => AeadCipher.IsSupported(suite.Aead))];

    /// <summary>The code point.</summary>
    public TlsCipherSuite Id { get; }

    /// <summary>The record protection.</summary>
    public AeadAlgorithm Aead { get; }

    /// <summary>The hash of transcript and key schedule.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>The size of the hash, and so of every secret: 32 or 48 bytes.</summary>
    public int HashSize { get; }

    /// <summary>The size of the AEAD key in bytes.</summary>
    public int KeySize => AeadCipher.GetKeySize(Aead);

    /// <summary>The hash of nothing.</summary>
    internal byte[] EmptyHash { get; }

    /// <summary>As many zeros as the hash has bytes: the "0" of the schedule (§7.1).</summary>
    internal byte[] Zeros { get; }

    /// <summary>Derive-Secret(HKDF-Extract(0, 0), "derived", ""): public.</summary>
    internal byte[] DerivedWithoutPsk { get; }

    /// <summary>The supported suite with a code point, or null.</summary>
    public static CipherSuiteParameters? Find(ushort id)
    {
        foreach (CipherSuiteParameters suite in Supported)
        {
            if ((ushort)suite.Id == id)
                return suite;
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Id.ToString();
}
