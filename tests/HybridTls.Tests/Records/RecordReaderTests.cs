using System.Buffers;
using HybridTls.Records;
using static HybridTls.Tests.Records.RecordPair;

namespace HybridTls.Tests.Records;

public class RecordReaderTests
{
    private static readonly byte[] ChangeCipherSpec = Plain(ContentType.ChangeCipherSpec, 1);
    private static readonly byte[] Finished = Message(20, 48);

    [Fact]
    [Clause("HT-REC-2")]
    public void Every_split_of_a_stream_gives_the_same_events()
    {
        byte[] stream = Stream();
        List<string> expected = ReadAll(new ReadOnlySequence<byte>(stream));
        Assert.Equal(8, expected.Count);
        Assert.Equal("CloseNotify", expected[^1]);
        for (int i = 0; i <= stream.Length; i++)
            Assert.Equal(expected, ReadAll(Segments.Split(stream, i)));
        foreach (int size in new[] { 1, 2, 3, 4, 5, 7, 22, 64 })
            Assert.Equal(expected, ReadAll(Segments.SplitEvery(stream, size)));
    }

    [Fact]
    [Clause("HT-REC-2")]
    public void Input_that_arrives_bit_by_bit_gives_the_same_events()
    {
        byte[] stream = Stream();
        List<string> expected = ReadAll(new ReadOnlySequence<byte>(stream));
        Random random = new(5);
        for (int round = 0; round < 60; round++)
        {
            using RecordReader reader = HelloReader();
            byte[] destination = new byte[reader.MaxDestinationSize];
            List<string> events = [];
            int start = 0;
            int end = 0;
            while (end < stream.Length)
            {
                end = Math.Min(stream.Length, end + (round == 0 ? 1 : random.Next(1, 1 + (10 * round))));
                while (true)
                {
                    bool found = reader.TryRead(stream.AsSpan(start..end), out int consumed, destination, out RecordReadResult result);
                    start += consumed;
                    if (!found)
                        break;
                    events.Add(Describe(result, destination));
                    ChangeKeys(reader, events.Count);
                    if (result.Kind == RecordReadKind.CloseNotify)
                        break;
                }
            }

            Assert.Equal(expected, events);
        }
    }

    [Fact]
    [Clause("HT-REC-5")]
    public void A_message_is_put_together_from_any_fragments()
    {
        byte[] message = Message(8, 300);
        byte[] following = Message(11, 20);
        byte[] both = Join(message, following);
        for (int size = 1; size <= both.Length; size += size < 8 ? 1 : 37)
        {
            using RecordReader reader = ProtectedReader(application: false);
            using RecordProtection peer = Protection();
            byte[][] records = [.. both.Chunk(size).Select(chunk => Sealed(peer, ContentType.Handshake, chunk, padding: size % 5))];
            Assert.Equal([$"handshake {Convert.ToHexString(message)}", $"handshake {Convert.ToHexString(following)}"], Events(reader, records));
            Assert.Equal(0, reader.BufferedMemory); // given back
        }
    }

    [Fact]
    [Clause("HT-REC-14")]
    public void Change_cipher_spec_is_dropped_only_while_it_may_come_and_only_as_one_byte_of_one()
    {
        using (RecordReader reader = HelloReader())
        {
            Assert.Empty(Events(reader, ChangeCipherSpec, ChangeCipherSpec));
            reader.EnterHandshake(Protection());
            Assert.Empty(Events(reader, ChangeCipherSpec));
            reader.EnterApplication(Protection());
            Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, ChangeCipherSpec));
        }

        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(new RecordReader(), ChangeCipherSpec));
        foreach (byte[] content in new byte[][] { [], [0], [2], [1, 1] })
        {
            using RecordReader reader = HelloReader();
            Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, Plain(ContentType.ChangeCipherSpec, content)));
        }

        using RecordProtection peer = Protection();
        using RecordReader protectedReader = ProtectedReader(application: false);
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(protectedReader, Sealed(peer, ContentType.ChangeCipherSpec, [1])));
    }

    [Fact]
    [Clause("HT-REC-14")]
    public void Change_cipher_spec_is_bounded_in_number()
    {
        using RecordReader reader = HelloReader();
        Assert.Empty(Events(reader, [.. Enumerable.Repeat(ChangeCipherSpec, 32)]));
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, ChangeCipherSpec));
    }

    [Fact]
    [Clause("HT-REC-6")]
    public void Nothing_comes_between_the_fragments_of_a_message()
    {
        byte[][] between = [[1, 0], [1, 90]]; // close_notify, user_canceled
        foreach (byte[] alert in between)
        {
            using RecordReader reader = new();
            Assert.Equal(
                TlsAlert.UnexpectedMessage,
                Alert(reader, Plain(ContentType.Handshake, Finished[..10]), Plain(ContentType.Alert, alert)));
        }

        using (RecordReader reader = HelloReader())
        {
            Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, Plain(ContentType.Handshake, Finished[..3]), ChangeCipherSpec));
        }

        using (RecordReader reader = ProtectedReader())
        using (RecordProtection peer = Protection())
        {
            Assert.Equal(
                TlsAlert.UnexpectedMessage,
                Alert(reader, Sealed(peer, ContentType.Handshake, Finished[..3]), Sealed(peer, ContentType.ApplicationData, [1])));
        }

        // A fatal alert is heard even there.
        using RecordReader failing = new();
        HybridTlsException failure = Assert.Throws<HybridTlsException>(
            () => Events(failing, Plain(ContentType.Handshake, Finished[..10]), Plain(ContentType.Alert, 2, 80)));
        Assert.Equal(HybridTlsFailure.AlertReceived, failure.Failure);
    }

    [Fact]
    [Clause("HT-HS-7")]
    public void A_message_never_straddles_a_key_change()
    {
        foreach (int extra in new[] { 1, 4, 52 })
        {
            using RecordReader reader = new();
            byte[] record = Plain(ContentType.Handshake, Join(Message(2, 70), Finished[..extra]));
            Assert.True(reader.TryRead(record, out _, default, out RecordReadResult result));
            Assert.Equal(2, result.HandshakeMessage[0]);
            Assert.Equal(TlsAlert.UnexpectedMessage, Assert.Throws<HybridTlsException>(() => reader.EnterHandshake(Protection())).Alert);
        }
    }

    [Fact]
    [Clause("HT-REC-7")]
    public void Empty_fragments_of_messages_and_alerts_are_refused()
    {
        foreach (ContentType type in new[] { ContentType.Handshake, ContentType.Alert })
        {
            Assert.Equal(TlsAlert.UnexpectedMessage, Alert(new RecordReader(), Plain(type)));
            foreach (bool application in new[] { false, true })
            {
                using RecordReader reader = ProtectedReader(application);
                using RecordProtection peer = Protection();
                Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, Sealed(peer, type, [], padding: 20)));
            }
        }
    }

    [Fact]
    [Clause("HT-REC-8")]
    public void Empty_application_records_are_allowed_but_not_many_in_a_row()
    {
        using RecordReader reader = ProtectedReader();
        using RecordProtection peer = Protection();
        for (int round = 0; round < 3; round++)
        {
            byte[][] empty = [.. Enumerable.Range(0, 32).Select(_ => Sealed(peer, ContentType.ApplicationData, []))];
            Assert.Equal(["data 07"], Events(reader, [.. empty, Sealed(peer, ContentType.ApplicationData, [7])]));
        }

        byte[][] tooMany = [.. Enumerable.Range(0, 33).Select(_ => Sealed(peer, ContentType.ApplicationData, []))];
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, tooMany));
    }

    [Fact]
    [Clause("HT-ALERT-2")]
    public void Alerts_are_two_bytes_and_their_level_does_not_matter()
    {
        foreach (byte level in new byte[] { 0, 1, 2, 255 })
        {
            HybridTlsException failure = Assert.Throws<HybridTlsException>(() => Events(new RecordReader(), Plain(ContentType.Alert, level, 40)));
            Assert.Equal(HybridTlsFailure.AlertReceived, failure.Failure);
            Assert.Equal(TlsAlert.HandshakeFailure, failure.Alert);
            Assert.Equal(["CloseNotify"], Events(new RecordReader(), Plain(ContentType.Alert, level, 0)));
        }

        HybridTlsException unknown = Assert.Throws<HybridTlsException>(() => Events(new RecordReader(), Plain(ContentType.Alert, 1, 201)));
        Assert.Equal((TlsAlert)201, unknown.Alert);
        Assert.Equal(TlsAlert.DecodeError, Alert(new RecordReader(), Plain(ContentType.Alert, 1)));
        Assert.Equal(TlsAlert.DecodeError, Alert(new RecordReader(), Plain(ContentType.Alert, 1, 0, 1, 0)));
    }

    [Fact]
    [Clause("HT-ALERT-3")]
    public void User_canceled_is_ignored_a_few_times()
    {
        using RecordReader reader = new();
        byte[] canceled = Plain(ContentType.Alert, 1, 90);
        Assert.Empty(Events(reader, canceled, canceled, canceled, canceled));
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, canceled));
    }

    [Fact]
    [Clause("HT-ALERT-4")]
    public void After_close_notify_nothing_more_is_read()
    {
        using RecordReader reader = ProtectedReader();
        using RecordProtection peer = Protection();
        byte[] stream = Join(Sealed(peer, ContentType.Alert, [1, 0]), "GET /"u8.ToArray());
        Assert.True(reader.TryRead(stream, out int consumed, new byte[100], out RecordReadResult result));
        Assert.Equal(RecordReadKind.CloseNotify, result.Kind);
        Assert.True(reader.TryRead(stream.AsSpan(consumed), out consumed, default, out result));
        Assert.Equal(RecordReadKind.CloseNotify, result.Kind);
        Assert.Equal(0, consumed);
    }

    [Fact]
    [Clause("HT-REC-16")]
    public void Alerts_without_protection_are_heard_until_the_keys_were_used()
    {
        using RecordProtection peer = Protection();
        using RecordReader reader = ProtectedReader(application: false);
        Assert.Equal(HybridTlsFailure.AlertReceived, Assert.Throws<HybridTlsException>(() => Events(reader, Plain(ContentType.Alert, 2, 47))).Failure);

        using RecordReader used = ProtectedReader(application: false);
        Events(used, Sealed(peer, ContentType.Handshake, Finished));
        used.UpdateKeys(Protection(2));
        HybridTlsException failure = Assert.Throws<HybridTlsException>(() => Events(used, Plain(ContentType.Alert, 1, 0)));
        Assert.Equal((HybridTlsFailure.AlertSent, TlsAlert.UnexpectedMessage), (failure.Failure, failure.Alert));
    }

    [Fact]
    [Clause("HT-REC-13")]
    [Clause("HT-REC-15")]
    public void Types_that_do_not_fit_the_protection_are_refused()
    {
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(new RecordReader(), Plain(ContentType.ApplicationData, new byte[40])));
        using RecordReader reader = ProtectedReader();
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(reader, Plain(ContentType.Handshake, Finished)));
        using RecordProtection peer = Protection();
        using RecordReader early = ProtectedReader(application: false);
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(early, Sealed(peer, ContentType.ApplicationData, [1])));
        using RecordProtection other = Protection();
        using RecordReader unknown = ProtectedReader();
        Assert.Equal(TlsAlert.UnexpectedMessage, Alert(unknown, Sealed(other, (ContentType)24, [1])));
    }

    [Fact]
    [Clause("HT-REC-11")]
    public void Records_that_do_not_authenticate_are_bad_record_mac()
    {
        using RecordReader reader = ProtectedReader();
        using RecordProtection other = Protection(9);
        Assert.Equal(TlsAlert.BadRecordMac, Alert(reader, Sealed(other, ContentType.ApplicationData, [1])));
        foreach (int length in new[] { 0, 1, 15, 16 })
        {
            using RecordReader tooShort = ProtectedReader();
            Assert.Equal(TlsAlert.BadRecordMac, Alert(tooShort, Plain(ContentType.ApplicationData, new byte[length])));
        }
    }

    [Fact]
    [Clause("HT-REC-9")]
    public void Our_record_size_limit_counts_content_type_and_padding()
    {
        foreach (int limit in new[] { 64, 1000, RecordLimits.MaxInnerPlaintext })
        {
            using RecordProtection peer = Protection();
            using RecordReader reader = ProtectedReader();
            reader.RecordSizeLimit = limit;
            Assert.Single(Events(reader, Sealed(peer, ContentType.ApplicationData, new byte[limit - 1])));
            Assert.Single(Events(reader, Sealed(peer, ContentType.ApplicationData, new byte[1], padding: limit - 2)));

            // One byte more is refused by the header alone.
            int length = limit + 1 + RecordLimits.TagSize;
            byte[] header = [23, 3, 3, (byte)(length >> 8), (byte)length];
            Assert.Equal(TlsAlert.RecordOverflow, Alert(reader, header));
        }
    }

    [Fact]
    public void A_small_destination_is_reported_and_nothing_lost()
    {
        using RecordProtection peer = Protection();
        using RecordReader reader = ProtectedReader();
        byte[] record = Sealed(peer, ContentType.ApplicationData, new byte[100], padding: 10);
        foreach (ReadOnlySequence<byte> input in new[] { new ReadOnlySequence<byte>(record), Segments.Split(record, 50) })
        {
            SequencePosition consumed = default;
            SequencePosition examined = default;
            Assert.True(reader.TryRead(input, ref consumed, ref examined, new byte[110], out RecordReadResult result));
            Assert.Equal(RecordReadKind.DestinationTooSmall, result.Kind);
            Assert.Equal(111, result.Length);
            Assert.Equal(0, input.Slice(0, consumed).Length);
        }

        Assert.True(reader.TryRead(record, out int used, new byte[111], out RecordReadResult data));
        Assert.Equal((RecordReadKind.ApplicationData, 100, record.Length), (data.Kind, data.Length, used));
    }

    [Fact]
    [Clause("HT-REC-5")]
    public void Post_handshake_messages_come_between_data_and_leave_nothing_in_the_destination()
    {
        using RecordProtection peer = Protection();
        using RecordReader reader = ProtectedReader();
        byte[] ticket = Message(4, 60);
        byte[] record = Sealed(peer, ContentType.Handshake, ticket);
        byte[] destination = new byte[200];
        Assert.True(reader.TryRead(record, out _, destination, out RecordReadResult result));
        Assert.Equal(ticket, result.HandshakeMessage.ToArray());
        Assert.False(destination.AsSpan(0, ticket.Length).ContainsAnyExcept((byte)0));
        Assert.Equal(["data 05"], Events(reader, Sealed(peer, ContentType.ApplicationData, [5])));
    }

    [Fact]
    [Clause("HT-KU-1")]
    public void After_a_key_update_only_the_new_key_opens()
    {
        using RecordProtection oldKey = Protection(1);
        using RecordProtection newKey = Protection(2);
        using RecordReader reader = ProtectedReader();
        byte[] stream = Join(
            Sealed(oldKey, ContentType.Handshake, [24, 0, 0, 1, 0]),
            Sealed(newKey, ContentType.ApplicationData, [1]),
            Sealed(oldKey, ContentType.ApplicationData, [2]));
        List<string> events = [];
        Assert.Throws<HybridTlsException>(() => Events(reader, new ReadOnlySequence<byte>(stream), text =>
        {
            events.Add(text);
            if (events.Count == 1)
                reader.UpdateKeys(Protection(2));
        }));
        Assert.Equal(["handshake 1800000100", "data 01"], events);
    }

    [Fact]
    [Clause("HT-KU-5")]
    public void The_reader_says_when_the_peers_key_gets_old()
    {
        using RecordReader reader = new();
        reader.EnterApplication(Protection(1, usageLimit: 4));
        using RecordProtection peer = Protection();
        for (int i = 0; i < 3; i++)
        {
            Assert.False(reader.ShouldUpdateKeys);
            Events(reader, Sealed(peer, ContentType.ApplicationData, [1]));
        }

        Assert.True(reader.ShouldUpdateKeys);
    }

    private static byte[] Stream()
    {
        using RecordProtection handshake = Protection(1);
        using RecordProtection application = Protection(2);
        byte[] hello = Message(2, 90);
        return Join(
            Plain(ContentType.Handshake, hello[..20]),
            Plain(ContentType.Handshake, hello[20..]),
            ChangeCipherSpec,
            Sealed(handshake, ContentType.Handshake, Join(Message(8, 6), Message(11, 200)[..50])),
            Sealed(handshake, ContentType.Handshake, Join(Message(11, 200)[50..], Finished), padding: 3),
            Sealed(application, ContentType.ApplicationData, [1, 2, 3]),
            Sealed(application, ContentType.ApplicationData, []),
            Sealed(application, ContentType.Handshake, Message(4, 30)),
            Sealed(application, ContentType.ApplicationData, new byte[300], padding: 9),
            Sealed(application, ContentType.Alert, [1, 0]));
    }

    private static List<string> ReadAll(ReadOnlySequence<byte> input)
    {
        using RecordReader reader = HelloReader();
        int events = 0;
        return Events(reader, input, _ => ChangeKeys(reader, ++events));
    }

    private static void ChangeKeys(RecordReader reader, int events)
    {
        if (events == 1)
            reader.EnterHandshake(Protection(1));
        if (events == 4)
            reader.EnterApplication(Protection(2));
    }
}
