using System.Reflection;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;
using Microsoft.Extensions.Time.Testing;

namespace HybridTls.Tests.Handshake;

/// <summary>Renewing keys, and floods of what comes after the handshake (RFC 9846 §4.7).</summary>
public sealed class KeyUpdateTests
{
    private static readonly byte[] NotRequested = [24, 0, 0, 1, 0];
    private static readonly byte[] Requested = [24, 0, 0, 1, 1];
    private static readonly byte[] Ticket = [4, 0, 0, 15, 0, 0, 1, 0, 0, 0, 0, 0, 1, 9, 0, 1, 7, 0, 0];

    [Fact]
    [Clause("HT-KU-1")]
    [Clause("HT-KU-2")]
    [Clause("HT-KU-3")]
    public void Keys_change_in_both_directions_and_data_goes_on()
    {
        using MessagePair pair = Established();
        foreach ((HandshakeMachine asking, HandshakeMachine asked) in ((HandshakeMachine, HandshakeMachine)[])[(pair.Client, pair.Server), (pair.Server, pair.Client)])
        {
            asking.Established.KeyUpdates.Write(asking.Output, requestPeer: true);
            Send(asking, 1);
            pair.Drain();
            Assert.True(asked.Established.KeyUpdates.IsDue);
            Send(asked, 2);
            pair.Drain();
            Assert.False(asked.Established.KeyUpdates.IsDue);
            Assert.Equal([[1]], pair.Data[asked.Self]);
            Assert.Equal([[2]], pair.Data[asking.Self]);
            pair.Data[asked.Self].Clear();
            pair.Data[asking.Self].Clear();
        }

        // Client: one of its own and one answer, and so on: two generations a side and direction.
        Assert.Equal(2ul, pair.Client.Established.Secrets.Client.Generation);
        Assert.Equal(2ul, pair.Client.Established.Secrets.Server.Generation);
        Assert.Equal(2ul, pair.Server.Established.Secrets.Client.Generation);
    }

    [Fact]
    [Clause("HT-KU-2")]
    [Clause("HT-KU-3")]
    public void Several_requests_are_owed_one_answer_which_goes_before_the_data()
    {
        using MessagePair pair = Established();
        pair.Inject(pair.Server, Requested);
        pair.Inject(pair.Server, Requested);
        Send(pair.Server, 1);
        Send(pair.Server, 2);
        pair.RunUntil(() => pair.Data[PeerRole.Client].Count == 2);
        Assert.Equal([NotRequested], pair.Messages.Select(static m => m.Message));
        Assert.Equal(1ul, pair.Client.Established.Secrets.Server.Generation);
    }

    [Fact]
    [Clause("HT-KU-3")]
    [Clause("HT-KU-4")]
    public void A_second_request_waits_for_the_answer_to_the_first()
    {
        using MessagePair pair = Established();
        for (int i = 0; i < 3; i++)
            pair.Client.Established.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
        pair.Drain();
        Assert.Equal([Requested, NotRequested, NotRequested], pair.Messages.Select(static m => m.Message));

        // However many requests came, one answer is owed; after it we may ask again.
        pair.Messages.Clear();
        Send(pair.Server, 1);
        pair.Drain();
        Assert.Equal([NotRequested], pair.Messages.Select(static m => m.Message));
        pair.Messages.Clear();
        pair.Client.Established.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
        pair.Drain();
        Assert.Equal([Requested], pair.Messages.Select(static m => m.Message));
    }

    [Fact]
    [Clause("HT-KU-5")]
    public void A_key_is_renewed_before_its_limit()
    {
        using MessagePair pair = Established(static options => options.KeyUpdateAfterRecords = 4);
        for (int i = 0; i < 20; i++)
            Send(pair.Client, (byte)i);
        pair.Drain();
        Assert.Equal(20, pair.Data[PeerRole.Server].Count);
        Assert.Equal(4, pair.Messages.Count(static m => m.Taker == PeerRole.Server && m.Message[0] == 24));
    }

    [Fact]
    [Clause("HT-KU-5")]
    public void A_key_serves_as_many_bytes_as_the_host_says()
    {
        using MessagePair pair = Established(static options => (options.KeyUpdateAfterBytes, options.AllowTlsResume) = (10, false)); // tickets are bytes too
        void SendBytes(int count)
        {
            pair.Client.Established.KeyUpdates.WriteIfDue(pair.Client.Output);
            pair.Client.Writer.WriteApplicationData(pair.Client.Output, new byte[count]);
        }

        SendBytes(4);
        SendBytes(5);
        Assert.False(pair.Client.Established.KeyUpdates.IsDue);
        SendBytes(1);
        Assert.True(pair.Client.Established.KeyUpdates.IsDue);
        SendBytes(16_384); // the key's first record and its last
        Assert.True(pair.Client.Established.KeyUpdates.IsDue);
        SendBytes(1);
        pair.Client.Writer.PaddingMultiple = 64; // what pads is protected as well
        SendBytes(1);
        Assert.True(pair.Client.Established.KeyUpdates.IsDue);
        pair.Drain();
        Assert.Equal(2ul, pair.Client.Established.Secrets.Client.Generation);
        Assert.Equal(6, pair.Data[PeerRole.Server].Count);

        // The server saw a key of its peer's served as long as it lets its own, and asks for another.
        Assert.True(pair.Server.Established.KeyUpdates.IsDue);
        pair.Messages.Clear();
        Send(pair.Server, 1);
        pair.Drain();
        Assert.Equal([Requested], pair.Messages.Select(static m => m.Message));
    }

    [Fact]
    [Clause("HT-KU-8")]
    public void A_key_that_is_too_old_is_replaced_before_the_next_data_and_not_sooner()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using MessagePair pair = Established(options =>
        {
            if (options is HybridTlsServerOptions)
                (options.TimeProvider, options.KeyUpdateAfter) = (clock, TimeSpan.FromHours(1));
        });
        Send(pair.Server, 1);
        clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.False(pair.Server.Established.KeyUpdates.IsDue);
        clock.Advance(TimeSpan.FromTicks(1));
        pair.Drain();
        Assert.Empty(pair.Messages); // nothing is sent by a timer
        Send(pair.Server, 2);
        pair.Drain();
        Assert.Equal([NotRequested], pair.Messages.Select(static m => m.Message));
        Assert.Equal([[1], [2]], pair.Data[PeerRole.Client]);
        Assert.False(pair.Server.Established.KeyUpdates.IsDue);

        // The peer has no such option: it is asked, once, with our next data after data of its own.
        pair.Messages.Clear();
        Send(pair.Client, 3);
        pair.Drain();
        Send(pair.Server, 4);
        pair.Drain();
        Assert.Equal([Requested], pair.Messages.Select(static m => m.Message));
        Send(pair.Client, 5);
        pair.Drain();
        Assert.Equal([Requested, NotRequested], pair.Messages.Select(static m => m.Message));
        Send(pair.Client, 6);
        pair.Drain();
        Assert.False(pair.Server.Established.KeyUpdates.IsDue);
    }

    [Fact]
    [Clause("HT-KU-9")]
    public void What_waits_for_our_data_is_overdue_after_so_many_records_of_the_peers()
    {
        using MessagePair pair = Established();
        pair.Inject(pair.Server, Requested);
        for (int i = 0; i < KeyUpdates.MaxRecordsUnanswered; i++)
            pair.Server.Established.KeyUpdates.DataReceived();
        Assert.False(pair.Server.Established.KeyUpdates.IsOverdue);
        pair.Server.Established.KeyUpdates.DataReceived();
        Assert.True(pair.Server.Established.KeyUpdates.IsOverdue);
        Send(pair.Server, 1);
        Assert.False(pair.Server.Established.KeyUpdates.IsOverdue);

        // The next one waits as long again.
        pair.Server.Established.KeyUpdates.DataReceived();
        pair.Inject(pair.Server, Requested);
        pair.Server.Established.KeyUpdates.DataReceived();
        Assert.False(pair.Server.Established.KeyUpdates.IsOverdue);
    }

    [Fact]
    [Clause("HT-KU-8")]
    [Clause("HT-KU-9")]
    public void What_waits_for_our_data_is_overdue_when_the_key_is_twice_too_old()
    {
        FakeTimeProvider clock = new FakeTimeProvider(TestIdentities.Start);
        using MessagePair pair = Established(options => (options.TimeProvider, options.KeyUpdateAfter) = (clock, TimeSpan.FromHours(1)));
        clock.Advance(TimeSpan.FromHours(1));
        pair.Server.Established.KeyUpdates.DataReceived();
        Assert.False(pair.Server.Established.KeyUpdates.IsOverdue);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(pair.Server.Established.KeyUpdates.IsOverdue);
    }

    [Fact]
    [Clause("HT-KU-6")]
    [Clause("HT-LIM-6")]
    public void A_flood_of_key_updates_is_unexpected_and_data_between_them_resets_the_count()
    {
        using MessagePair pair = Established();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
                pair.Inject(pair.Server, NotRequested);
            pair.Server.Established.KeyUpdates.DataReceived();
        }

        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
            pair.Inject(pair.Server, Requested);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Server, Requested));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-KU-6")]
    [Clause("HT-LIM-6")]
    public void Tickets_and_key_updates_count_together()
    {
        using MessagePair pair = Established();
        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
            pair.Inject(pair.Client, i % 2 == 0 ? Ticket : Requested);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, Ticket));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-KU-6")]
    public void An_answer_that_we_asked_for_is_no_flood()
    {
        using MessagePair pair = Established();
        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
            pair.Inject(pair.Client, NotRequested);
        pair.Client.Established.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
        pair.Inject(pair.Client, NotRequested);
        Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, NotRequested));
    }

    [Fact]
    [Clause("HT-LIM-6")]
    public void Tickets_are_taken_and_a_flood_of_them_is_unexpected()
    {
        using MessagePair pair = Established();
        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
            pair.Inject(pair.Client, Ticket);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Client, Ticket));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Theory]
    [InlineData(new byte[] { 24, 0, 0, 1, 2 }, TlsAlert.IllegalParameter)]
    [InlineData(new byte[] { 24, 0, 0, 0 }, TlsAlert.DecodeError)]
    [InlineData(new byte[] { 24, 0, 0, 2, 0, 0 }, TlsAlert.DecodeError)]
    [Clause("HT-KU-1")]
    public void A_key_update_has_one_byte_zero_or_one(byte[] message, TlsAlert alert)
    {
        using MessagePair pair = Established();
        Assert.Equal(alert, Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Server, message)).Alert);
    }

    [Fact]
    [Clause("HT-KU-7")]
    public void A_sender_stops_at_the_last_epoch_and_ignores_requests_there()
    {
        using MessagePair pair = Established(static options => options.KeyUpdateAfterRecords = 3);
        SetGeneration(pair.Client.Established.Secrets.Client, TrafficSecret.MaxGeneration - 1);
        pair.Inject(pair.Client, Requested);
        Send(pair.Client, 1);
        Assert.Equal((1UL << 48) - 4, pair.Client.Established.Secrets.Client.Generation);
        pair.Inject(pair.Client, Requested);
        Assert.False(pair.Client.Established.KeyUpdates.IsDue);
        for (byte i = 2; i < 10; i++)
            Send(pair.Client, i);
        Assert.Equal((1UL << 48) - 4, pair.Client.Established.Secrets.Client.Generation);
        Assert.Throws<InvalidOperationException>(() => pair.Client.Established.KeyUpdates.Write(pair.Client.Output, requestPeer: false));
        pair.Drain();
        Assert.Equal(9, pair.Data[PeerRole.Server].Count);
    }

    [Fact]
    [Clause("HT-KU-7")]
    public void A_receiver_does_not_enforce_the_senders_last_epoch()
    {
        using MessagePair pair = Established();
        SetGeneration(pair.Server.Established.Secrets.Client, TrafficSecret.MaxGeneration);
        pair.Inject(pair.Server, NotRequested);
        Assert.Equal((1UL << 48) - 3, pair.Server.Established.Secrets.Client.Generation);
    }

    private static MessagePair Established(Action<HybridTlsOptions>? change = null)
    {
        MessagePair pair = new(TestIdentities.ServerOptions(o => change?.Invoke(o)), TestIdentities.ClientOptions(o => change?.Invoke(o)));
        pair.Run();
        pair.Drain(); // the tickets, which count as messages without data
        pair.Client.Established.KeyUpdates.DataReceived();
        pair.Messages.Clear();
        return pair;
    }

    private static void SetGeneration(TrafficSecret secret, ulong generation) =>
        typeof(TrafficSecret).GetField("<Generation>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(secret, generation);

    private static void Send(HandshakeMachine machine, byte content)
    {
        machine.Established.KeyUpdates.WriteIfDue(machine.Output);
        machine.Writer.WriteApplicationData(machine.Output, [content]);
    }
}
