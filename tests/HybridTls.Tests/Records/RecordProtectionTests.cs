using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridTls.Cryptography;
using HybridTls.Records;

namespace HybridTls.Tests.Records;

public class RecordProtectionTests
{
    private static readonly byte[] Iv = [.. Enumerable.Range(0xF0, 12).Select(i => (byte)i)];

    public static TheoryData<int> Algorithms => [(int)AeadAlgorithm.Aes128Gcm, (int)AeadAlgorithm.Aes256Gcm, (int)AeadAlgorithm.ChaCha20Poly1305];

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause("HT-REC-10")]
    public void Records_equal_the_aead_applied_as_section_5_2_and_5_3_say(int algorithm)
    {
        foreach (ulong first in new[] { 0UL, 255UL, 0x0102030405060708UL })
        {
            // The sequence number of a test may lie beyond the usage limit of AES-GCM only for the opening side.
            using RecordProtection seal = Create(algorithm, first);
            using RecordProtection open = Create(algorithm, first);
            for (int i = 0; i < 3; i++)
            {
                byte[] content = RandomNumberGenerator.GetBytes(100 * i);
                int padding = 7 * i;
                byte[] inner = [.. content, 23, .. new byte[padding]];
                byte[] header = [23, 3, 3, 0, 0];
                BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(3), (ushort)(inner.Length + 16));
                byte[] nonce = (byte[])Iv.Clone();
                byte[] number = new byte[12];
                BinaryPrimitives.WriteUInt64BigEndian(number.AsSpan(4), first + (ulong)i);
                for (int j = 0; j < 12; j++)
                    nonce[j] ^= number[j];
                byte[] ciphertext = new byte[inner.Length];
                byte[] tag = new byte[16];
                if (algorithm == (int)AeadAlgorithm.ChaCha20Poly1305)
                {
                    using ChaCha20Poly1305 aead = new(Key(algorithm));
                    aead.Encrypt(nonce, inner, ciphertext, tag, header);
                }
                else
                {
                    using AesGcm aead = new(Key(algorithm), 16);
                    aead.Encrypt(nonce, inner, ciphertext, tag, header);
                }

                byte[] expected = [.. header, .. ciphertext, .. tag];
                if (first + (ulong)i < seal.UsageLimit)
                {
                    byte[] record = new byte[RecordProtection.GetRecordSize(content.Length, padding)];
                    Assert.Equal(record.Length, seal.Seal(ContentType.ApplicationData, content, record, padding));
                    Assert.Equal(expected, record);
                }

                byte[] plaintext = new byte[inner.Length];
                int length = open.Open(expected, plaintext, out ContentType type);
                Assert.Equal(ContentType.ApplicationData, type);
                Assert.Equal(content, plaintext[..length]);
            }

            Assert.Equal(first + 3, open.SequenceNumber);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause("HT-REC-11")]
    public void Every_changed_byte_and_every_other_order_is_noticed(int algorithm)
    {
        using RecordProtection seal = Create(algorithm);
        byte[] first = Seal(seal, ContentType.Handshake, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        byte[] second = Seal(seal, ContentType.Handshake, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using RecordProtection open = Create(algorithm);
        byte[] plaintext = new byte[64];
        for (int i = 0; i < first.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = (byte[])first.Clone();
                changed[i] ^= (byte)(1 << bit);
                plaintext.AsSpan().Fill(0xCC);
                Assert.Equal(TlsAlert.BadRecordMac, Assert.Throws<HybridTlsException>(() => open.Open(changed, plaintext, out _)).Alert);
                Assert.Equal(new byte[10], plaintext[..10]); // nothing of the plaintext is let out
            }
        }

        Assert.Equal(0UL, open.SequenceNumber);
        Assert.False(open.TryOpen(second, plaintext, out _, out _));
        Assert.False(open.TryOpen(first.AsSpan(0, 20), plaintext, out _, out _));
        Assert.True(open.TryOpen(first, plaintext, out _, out _));
        Assert.False(open.TryOpen(first, plaintext, out _, out _));
        Assert.True(open.TryOpen(second, plaintext, out _, out _));
    }

    [Fact]
    [Clause("HT-REC-12")]
    public void Padding_is_found_at_every_length_and_zeros_alone_are_refused()
    {
        using RecordProtection seal = Create((int)AeadAlgorithm.Aes256Gcm);
        using RecordProtection open = Create((int)AeadAlgorithm.Aes256Gcm);
        byte[] record = new byte[RecordLimits.MaxProtectedRecord];
        byte[] plaintext = new byte[RecordLimits.MaxInnerPlaintext];
        foreach (int contentLength in new[] { 0, 1, 31, 32, 33, 100, 16384 })
        {
            foreach (int padding in new[] { 0, 1, 30, 31, 32, 33, 255, 16000, RecordLimits.MaxContent - contentLength })
            {
                if (contentLength + padding > RecordLimits.MaxContent)
                    continue;
                byte[] content = new byte[contentLength]; // zeros: the type, not the content, ends the padding
                int size = seal.Seal(ContentType.Alert, content, record, padding);
                Assert.Equal(contentLength, open.Open(record.AsSpan(0, size), plaintext, out ContentType type));
                Assert.Equal(ContentType.Alert, type);
            }
        }

        int zeros = seal.Seal(ContentType.Invalid, new byte[50], record, 50);
        Assert.Equal(
            TlsAlert.UnexpectedMessage,
            Assert.Throws<HybridTlsException>(() => open.Open(record.AsSpan(0, zeros), plaintext, out _)).Alert);
    }

    [Fact]
    [Clause("HT-REC-12")]
    public void The_type_is_the_last_byte_that_is_not_zero()
    {
        Assert.Equal(-1, InnerPlaintext.IndexOfContentType([]));
        byte[] bytes = new byte[300];
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(-1, InnerPlaintext.IndexOfContentType(bytes.AsSpan(0, length)));
        }

        for (int last = 0; last < bytes.Length; last++)
        {
            foreach (byte value in new byte[] { 1, 0x80, 0xFF })
            {
                bytes[last] = value;
                bytes[last / 2] = 7;
                for (int length = last + 1; length <= bytes.Length; length++)
                {
                    Assert.Equal(last, InnerPlaintext.IndexOfContentType(bytes.AsSpan(0, length)));
                }

                bytes.AsSpan().Clear();
            }
        }
    }

    [Fact]
    [Clause("HT-KU-5")]
    [Clause("HT-REC-18")]
    public void Updating_is_signalled_before_the_limit_and_the_limit_holds()
    {
        using RecordProtection seal = new(AeadAlgorithm.Aes256Gcm, Key(1), Iv, usageLimit: 8);
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(i >= 6, seal.ShouldUpdateKeys);
            Seal(seal, ContentType.ApplicationData, [1]);
        }

        Assert.Equal(TlsAlert.InternalError, Assert.Throws<HybridTlsException>(() => Seal(seal, ContentType.ApplicationData, [1])).Alert);
        Assert.Equal(8UL, seal.SequenceNumber);
    }

    [Fact]
    [Clause("HT-REC-18")]
    public void The_limits_are_those_of_section_5_5()
    {
        using RecordProtection aes = Create((int)AeadAlgorithm.Aes256Gcm);
        Assert.Equal((ulong)Math.Pow(2, 24.5), aes.UsageLimit);
        using RecordProtection higher = new(AeadAlgorithm.Aes256Gcm, Key(1), Iv, usageLimit: ulong.MaxValue);
        Assert.Equal(aes.UsageLimit, higher.UsageLimit); // can only be lowered
        using RecordProtection chaCha = Create((int)AeadAlgorithm.ChaCha20Poly1305);
        Assert.Equal(ulong.MaxValue, chaCha.UsageLimit);
    }

    [Fact]
    [Clause("HT-REC-17")]
    public void The_sequence_number_never_wraps()
    {
        int algorithm = (int)AeadAlgorithm.ChaCha20Poly1305;
        using RecordProtection seal = Create(algorithm, ulong.MaxValue - 1);
        using RecordProtection open = Create(algorithm, ulong.MaxValue - 1);
        Assert.True(seal.ShouldUpdateKeys);
        byte[] record = Seal(seal, ContentType.ApplicationData, [1]);
        byte[] plaintext = new byte[2];
        Assert.Equal(1, open.Open(record, plaintext, out _));
        Assert.Equal(TlsAlert.InternalError, Assert.Throws<HybridTlsException>(() => Seal(seal, ContentType.ApplicationData, [1])).Alert);
        Assert.Equal(TlsAlert.InternalError, Assert.Throws<HybridTlsException>(() => open.Open(record, plaintext, out _)).Alert);
        Assert.Equal(ulong.MaxValue, open.SequenceNumber);
    }

    [Fact]
    public void Arguments_are_checked_and_a_disposed_key_is_not_used()
    {
        RecordProtection seal = Create((int)AeadAlgorithm.Aes128Gcm);
        byte[] record = new byte[RecordLimits.MaxProtectedRecord + 10];
        Assert.Throws<ArgumentOutOfRangeException>(() => seal.Seal(ContentType.ApplicationData, new byte[16385], record));
        Assert.Throws<ArgumentOutOfRangeException>(() => seal.Seal(ContentType.ApplicationData, new byte[16384], record, 1));
        Assert.Equal(0UL, seal.SequenceNumber);
        int size = seal.Seal(ContentType.ApplicationData, new byte[16384], record);
        Assert.Equal(RecordLimits.MaxProtectedRecord, size);
        Assert.Throws<ArgumentOutOfRangeException>(() => seal.Open(record.AsSpan(0, size), new byte[16384], out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordProtection(AeadAlgorithm.Aes128Gcm, new byte[32], Iv));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordProtection(AeadAlgorithm.Aes256Gcm, new byte[32], new byte[11]));
        seal.Dispose();
        Assert.Throws<ObjectDisposedException>(() => seal.Seal(ContentType.ApplicationData, [], record));
        Assert.Throws<ObjectDisposedException>(() => seal.Open(record.AsSpan(0, size), record, out _));
    }

    private static byte[] Key(int algorithm) =>
        [.. Enumerable.Range(1, AeadCipher.GetKeySize((AeadAlgorithm)algorithm)).Select(i => (byte)i)];

    private static RecordProtection Create(int algorithm, ulong sequenceNumber = 0) =>
        new((AeadAlgorithm)algorithm, Key(algorithm), Iv, initialSequenceNumber: sequenceNumber);

    private static byte[] Seal(RecordProtection protection, ContentType type, byte[] content)
    {
        byte[] record = new byte[RecordProtection.GetRecordSize(content.Length)];
        protection.Seal(type, content, record);
        return record;
    }
}
