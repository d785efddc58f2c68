using HybridTls.Records;
using static HybridTls.Tests.Records.RecordPair;

namespace HybridTls.Tests.Records;

public class EarlyDataSkipTests
{
    private static readonly byte[] Finished = Message(20, 48);

    [Fact]
    [Clause("HT-EARLY-1")]
    public void Records_under_an_unknown_key_are_dropped_until_one_opens()
    {
        using RecordProtection early = Protection(7);
        using RecordProtection handshake = Protection(1);
        using RecordReader reader = SkippingReader(EarlyDataSkip.Undecryptable);
        byte[][] records =
        [
            Sealed(early, ContentType.ApplicationData, new byte[16384]),
            Plain(ContentType.ApplicationData, new byte[RecordLimits.MaxProtectedFragment]),
            Plain(ContentType.ApplicationData, new byte[3]),
            Plain(ContentType.ChangeCipherSpec, 1),
            Sealed(handshake, ContentType.Handshake, Finished),
        ];
        Assert.Equal([$"handshake {Convert.ToHexString(Finished)}"], Events(reader, records));

        // From the first that opened on, all must.
        Assert.Equal(TlsAlert.BadRecordMac, Alert(reader, Sealed(early, ContentType.ApplicationData, [1])));
    }

    [Fact]
    [Clause("HT-EARLY-1")]
    public void After_hello_retry_request_protected_records_are_dropped_until_the_second_hello()
    {
        using RecordProtection early = Protection(7);
        using RecordReader reader = SkippingReader(EarlyDataSkip.UntilSecondClientHello);
        byte[] hello = Message(1, 300);
        byte[] stream = Join(
            Sealed(early, ContentType.ApplicationData, new byte[500]),
            Plain(ContentType.ChangeCipherSpec, 1),
            Sealed(early, ContentType.ApplicationData, new byte[500]),
            Plain(ContentType.Handshake, hello));
        Assert.Equal([$"handshake {Convert.ToHexString(hello)}"], Events(reader, stream));
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, Sealed(early, ContentType.ApplicationData, new byte[5])));
    }

    [Fact]
    public void The_record_that_ends_the_skipping_obeys_our_limit()
    {
        foreach (int excess in new[] { 0, 1 })
        {
            using RecordProtection handshake = Protection(1);
            using RecordReader reader = SkippingReader(EarlyDataSkip.Undecryptable);
            reader.RecordSizeLimit = 64;
            byte[] record = Sealed(handshake, ContentType.Handshake, Finished, padding: 63 - Finished.Length + excess);
            if (excess == 0)
                Assert.Single(Events(reader, record));
            else
                Assert.Equal(TlsAlert.RecordOverflow, Alert(reader, record));
        }
    }

    [Theory]
    [InlineData(16384 + 22, 3)]
    [InlineData(1000, 65)]
    [InlineData(30, 256)] // small records count as 256 bytes each
    [Clause("HT-EARLY-2")]
    public void No_more_is_dropped_than_the_budget(int recordSize, int allowed)
    {
        foreach (EarlyDataSkip skip in new[] { EarlyDataSkip.Undecryptable, EarlyDataSkip.UntilSecondClientHello })
        {
            using RecordReader reader = SkippingReader(skip);
            byte[] record = Plain(ContentType.ApplicationData, new byte[recordSize - 5]);
            Assert.Empty(Events(reader, [.. Enumerable.Repeat(record, allowed)]));
            Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, record));
        }
    }
}
