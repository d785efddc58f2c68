using HybridTls.Records;

namespace HybridTls.Tests.Records;

/// <summary>What a test that expects a record to open says shorter.</summary>
internal static class RecordProtectionExtensions
{
    /// <summary>Opens one record or throws.</summary>
    /// <returns>The length of the content at the start of <paramref name="plaintext"/>.</returns>
    public static int Open(this RecordProtection protection, ReadOnlySpan<byte> record, Span<byte> plaintext, out ContentType type)
    {
        if (!protection.TryOpen(record, plaintext, out type, out int length))
            throw TlsError.Create(FailureReason.BadRecordMac);
        return length;
    }
}
