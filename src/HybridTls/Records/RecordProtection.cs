using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Records;

/// <summary>
/// One direction's record protection under one key (RFC 9846 §5.2–5.5): the AEAD, the nonces, the sequence number, the limit.
/// </summary>
/// <remarks>Not thread-safe. No method allocates.</remarks>
internal sealed class RecordProtection : IDisposable
{
    /// <summary>The size of the nonce and of the static IV.</summary>
    public const int IvSize = AeadCipher.NonceSize;

    private readonly AeadCipher _cipher;
    private readonly byte[] _iv = GC.AllocateUninitializedArray<byte>(IvSize, pinned: true);
    private readonly ulong _byteThreshold;
    private ulong _bytes;
    private bool _disposed;

    /// <summary>Takes a copy of the key and the IV.</summary>
    /// <param name="algorithm">The AEAD.</param>
    /// <param name="key">16 or 32 bytes, as the algorithm has it.</param>
    /// <param name="iv">12 bytes.</param>
    /// <param name="usageLimit">Records under this key; default and upper bound are the algorithm's (§5.5).</param>
    /// <param name="initialSequenceNumber">For tests of the limits.</param>
    /// <param name="usage">After how much use <see cref="ShouldUpdateKeys"/> is set, if earlier than the limit has it.</param>
    public RecordProtection(
        AeadAlgorithm algorithm,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> iv,
        ulong? usageLimit = null,
        ulong initialSequenceNumber = 0,
        KeyUsage usage = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, IvSize, nameof(iv));
        ulong limit = algorithm == AeadAlgorithm.ChaCha20Poly1305 ? RecordLimits.ChaCha20Poly1305Records : RecordLimits.AesGcmRecords;
        UsageLimit = Math.Min(usageLimit ?? limit, limit);
        UpdateThreshold = Math.Min(UsageLimit - Math.Max(1, UsageLimit / 4), usage.Records ?? ulong.MaxValue);
        _byteThreshold = usage.Bytes ?? ulong.MaxValue;
        SequenceNumber = initialSequenceNumber;
        _cipher = new AeadCipher(algorithm, key);
        iv.CopyTo(_iv);
    }

    /// <summary>The number of the next record; it starts at zero under each key and never wraps (§5.3).</summary>
    public ulong SequenceNumber { get; private set; }

    /// <summary>Records that may be sealed under this key (§5.5).</summary>
    public ulong UsageLimit { get; }

    /// <summary>
    /// The number of records after which <see cref="ShouldUpdateKeys"/> is set: three quarters of the limit, and at least one record
    /// before it, or fewer if the host wants so.
    /// </summary>
    public ulong UpdateThreshold { get; }

    /// <summary>Whether the key nears its limit, or has served as much as the host wants, so that a KeyUpdate is due (§4.7.3, §5.5).</summary>
    public bool ShouldUpdateKeys => SequenceNumber >= UpdateThreshold || _bytes >= _byteThreshold;

    /// <summary>The size of the record that <paramref name="contentLength"/> bytes and <paramref name="padding"/> zeros become.</summary>
    public static int GetRecordSize(int contentLength, int padding = 0) => contentLength + padding + RecordLimits.ProtectedOverhead;

    /// <summary>Writes the protected record of <paramref name="content"/> to the start of <paramref name="record"/>.</summary>
    /// <param name="type">The inner content type.</param>
    /// <param name="content">At most 2^14 bytes.</param>
    /// <param name="record">At least <see cref="GetRecordSize"/> bytes; content may lie in it only at its place, offset 5.</param>
    /// <param name="padding">Zeros behind the type (§5.4).</param>
    /// <returns>The record's size.</returns>
    /// <exception cref="HybridTlsException">internal_error: the key's limit is reached.</exception>
    public int Seal(ContentType type, ReadOnlySpan<byte> content, Span<byte> record, int padding = 0)
    {
        CheckSeal(content.Length, record.Length, padding);
        content.CopyTo(record[RecordLimits.HeaderSize..]);
        return SealChecked(type, content.Length, record, padding);
    }

    /// <summary>
    /// As <see cref="Seal"/> without padding, and without a copy: the type is put behind the content for the time of the call.
    /// </summary>
    /// <param name="type">The inner content type.</param>
    /// <param name="contentAndRoom">The content and one byte behind it, which is restored.</param>
    /// <param name="record">At least <see cref="GetRecordSize"/> bytes, which do not overlap the content.</param>
    public int SealBorrowed(ContentType type, Span<byte> contentAndRoom, Span<byte> record)
    {
        int contentLength = contentAndRoom.Length - 1;
        CheckSeal(contentLength, record.Length, 0);
        byte borrowed = contentAndRoom[contentLength];
        contentAndRoom[contentLength] = (byte)type;
        int size = Encrypt(contentAndRoom, record);
        contentAndRoom[contentLength] = borrowed;
        return size;
    }

    /// <summary>Opens one record; the sequence number moves only on success.</summary>
    /// <returns>False when the record does not authenticate; <paramref name="plaintext"/> is zero then.</returns>
    public bool TryOpen(ReadOnlySpan<byte> record, Span<byte> plaintext, out ContentType type, out int length)
    {
        int innerLength = record.Length - RecordLimits.HeaderSize - RecordLimits.TagSize;
        if (innerLength >= 0)
        {
            return TryOpen(
                record[..RecordLimits.HeaderSize], record.Slice(RecordLimits.HeaderSize, innerLength), record[^RecordLimits.TagSize..],
                plaintext, out type, out length);
        }

        type = ContentType.Invalid;
        length = 0;
        return false;
    }

    /// <summary>As the other overload, for a record in its parts; the plaintext may take the ciphertext's place.</summary>
    public bool TryOpen(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        out ContentType type, out int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        type = ContentType.Invalid;
        length = 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintext.Length, ciphertext.Length, nameof(plaintext));

        // The last number is never used, so that none can follow it (§5.3). A peer that never updates its keys is still heard
        // beyond the AEAD limit, which bounds senders; ShouldUpdateKeys makes us ask it for an update long before.
        if (SequenceNumber == ulong.MaxValue) // HT-REC-17
            TlsError.Throw(FailureReason.KeyUsedUp);

        Span<byte> nonce = stackalloc byte[IvSize];
        WriteNonce(nonce);
        Span<byte> inner = plaintext[..ciphertext.Length];
        if (!_cipher.TryDecrypt(nonce, ciphertext, tag, inner, header))
            return false;

        SequenceNumber++;
        length = InnerPlaintext.IndexOfContentType(inner);
        if (length < 0)
            TlsError.Throw(FailureReason.NoContentType);
        type = (ContentType)inner[length];
        _bytes += (ulong)inner.Length - 1;
        return true;
    }

    /// <summary>Frees the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_iv);
    }

    private void CheckSeal(int contentLength, int recordLength, int padding)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(contentLength);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)contentLength + padding, RecordLimits.MaxContent, nameof(contentLength));
        ArgumentOutOfRangeException.ThrowIfLessThan(recordLength, GetRecordSize(contentLength, padding), "record");
        if (SequenceNumber >= UsageLimit) // HT-REC-18
            TlsError.Throw(FailureReason.KeyUsedUp);
    }

    private int SealChecked(ContentType type, int contentLength, Span<byte> record, int padding)
    {
        Span<byte> inner = record.Slice(RecordLimits.HeaderSize, contentLength + 1 + padding);
        inner[contentLength] = (byte)type;
        inner[(contentLength + 1)..].Clear();
        return Encrypt(inner, record);
    }

    /// <summary>Writes header, ciphertext and tag; <paramref name="inner"/> lies at its place in the record or outside of it.</summary>
    private int Encrypt(ReadOnlySpan<byte> inner, Span<byte> record)
    {
        RecordHeader.Write(record, ContentType.ApplicationData, inner.Length + RecordLimits.TagSize);
        Span<byte> ciphertext = record.Slice(RecordLimits.HeaderSize, inner.Length);
        Span<byte> tag = record.Slice(RecordLimits.HeaderSize + inner.Length, RecordLimits.TagSize);
        Span<byte> nonce = stackalloc byte[IvSize];
        WriteNonce(nonce);
        _cipher.Encrypt(nonce, inner, ciphertext, tag, record[..RecordLimits.HeaderSize]);
        SequenceNumber++;
        _bytes += (ulong)inner.Length - 1;
        return RecordLimits.HeaderSize + inner.Length + RecordLimits.TagSize;
    }

    /// <summary>The per-record nonce: the IV XOR the sequence number, padded on the left (§5.3).</summary>
    private void WriteNonce(Span<byte> nonce) // HT-REC-10
    {
        _iv.CopyTo(nonce);
        Span<byte> low = nonce[4..];
        BinaryPrimitives.WriteUInt64BigEndian(low, BinaryPrimitives.ReadUInt64BigEndian(low) ^ SequenceNumber);
    }
}
