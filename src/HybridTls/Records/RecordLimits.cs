using HybridTls.Cryptography;

namespace HybridTls.Records;

/// <summary>The sizes and counts that bound the record layer.</summary>
internal static class RecordLimits // HT-LIM-1
{
    /// <summary>Content type, legacy version and length (RFC 9846 §5.1).</summary>
    public const int HeaderSize = 5;

    /// <summary>The authentication tag of every suite of the profile.</summary>
    public const int TagSize = AeadCipher.TagSize;

    /// <summary>What protection adds to content without padding: header, inner content type, tag.</summary>
    public const int ProtectedOverhead = HeaderSize + 1 + TagSize;

    /// <summary>The most content a record may carry: 2^14 bytes (§5.1).</summary>
    public const int MaxContent = 1 << 14;

    /// <summary>The most a TLSInnerPlaintext may hold: content, type and padding, 2^14 + 1 bytes (§5.2).</summary>
    public const int MaxInnerPlaintext = MaxContent + 1;

    /// <summary>The longest fragment of a protected record: 2^14 + 256 bytes (§5.2).</summary>
    public const int MaxProtectedFragment = MaxContent + 256;

    /// <summary>The longest record this profile can produce: header, a full inner plaintext, tag.</summary>
    public const int MaxProtectedRecord = HeaderSize + MaxInnerPlaintext + TagSize;

    /// <summary>The smallest record_size_limit a peer may ask for (RFC 8449 §4).</summary>
    public const int MinRecordSizeLimit = 64;

    /// <summary>ChangeCipherSpec records dropped on one connection before it is refused.</summary>
    public const int MaxChangeCipherSpecs = 32;

    /// <summary>Application records without content accepted in a row (§5.1 allows them as a defence against traffic analysis).</summary>
    public const int MaxEmptyRecordsInARow = 32;

    /// <summary>user_canceled alerts ignored on one connection (§6.1).</summary>
    public const int MaxIgnoredAlerts = 4;

    /// <summary>Bytes of refused early data that a server drops (§4.3.10).</summary>
    public const int MaxSkippedEarlyData = 4 * MaxContent;

    /// <summary>What a dropped early-data record counts at least, since each costs a failed decryption.</summary>
    public const int MinSkippedRecordCost = 256;

    /// <summary>Records protected with one AES-GCM key: 2^24.5 (§5.5).</summary>
    public const ulong AesGcmRecords = 23_726_566;

    /// <summary>
    /// Records protected with one ChaCha20-Poly1305 key: its own limit lies beyond the sequence numbers (§5.5), the last of which
    /// is never used (§5.3).
    /// </summary>
    public const ulong ChaCha20Poly1305Records = ulong.MaxValue;
}
