using System.Security.Cryptography;

namespace HybridTls.KeySchedule;

/// <summary>The MAC of Finished (RFC 9846 §4.5.3) and of PSK binders (§4.3.11.2).</summary>
internal static class FinishedMac
{
    /// <summary>HMAC(HKDF-Expand-Label(base key, "finished", "", hash size), transcript hash).</summary>
    public static void Compute(CipherSuiteParameters suite, ReadOnlySpan<byte> baseKey, ReadOnlySpan<byte> transcriptHash, Span<byte> mac)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(transcriptHash.Length, suite.HashSize, nameof(transcriptHash));
        ArgumentOutOfRangeException.ThrowIfNotEqual(mac.Length, suite.HashSize, nameof(mac));
        Span<byte> key = stackalloc byte[suite.HashSize];
        HkdfLabel.Expand(suite.Hash, baseKey, HkdfLabel.Finished, default, key);
        CryptographicOperations.HmacData(suite.Hash, key, transcriptHash, mac);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Compares in fixed time; a wrong length is simply wrong.</summary>
    public static bool Verify(CipherSuiteParameters suite, ReadOnlySpan<byte> baseKey, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[suite.HashSize];
        Compute(suite, baseKey, transcriptHash, expected);
        bool equal = CryptographicOperations.FixedTimeEquals(expected, mac); // HT-HS-11
        CryptographicOperations.ZeroMemory(expected);
        return equal;
    }
}
