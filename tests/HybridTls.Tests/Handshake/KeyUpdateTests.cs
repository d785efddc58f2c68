using System.Reflection;
using HybridTls.Handshake;
using HybridTls.KeySchedule;
using HybridTls.Messages;
using HybridTls.Records;

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
            asking.KeyUpdates.Write(asking.Output, requestPeer: true);
            Send(asking, 1);
            pair.Drain();
            Assert.True(asked.KeyUpdates.IsDue);
            Send(asked, 2);
            pair.Drain();
            Assert.False(asked.KeyUpdates.IsDue);
            Assert.Equal([[1]], pair.Data[asked.Self]);
            Assert.Equal([[2]], pair.Data[asking.Self]);
            pair.Data[asked.Self].Clear();
            pair.Data[asking.Self].Clear();
        }

        // Client: one of its own and one answer, and so on: two generations a side and direction.
        Assert.Equal(2ul, pair.Client.Schedule.ClientApplication.Generation);
        Assert.Equal(2ul, pair.Client.Schedule.ServerApplication.Generation);
        Assert.Equal(2ul, pair.Server.Schedule.ClientApplication.Generation);
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
        Assert.Equal(1ul, pair.Client.Schedule.ServerApplication.Generation);
    }

    [Fact]
    [Clause("HT-KU-3")]
    [Clause("HT-KU-4")]
    public void A_second_request_waits_for_the_answer_to_the_first()
    {
        using MessagePair pair = Established();
        for (int i = 0; i < 3; i++)
            pair.Client.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
        pair.Drain();
        Assert.Equal([Requested, NotRequested, NotRequested], pair.Messages.Select(static m => m.Message));

        // However many requests came, one answer is owed; after it we may ask again.
        pair.Messages.Clear();
        Send(pair.Server, 1);
        pair.Drain();
        Assert.Equal([NotRequested], pair.Messages.Select(static m => m.Message));
        pair.Messages.Clear();
        pair.Client.KeyUpdates.Write(pair.Client.Output, requestPeer: true);
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
    [Clause("HT-KU-6")]
    [Clause("HT-LIM-6")]
    public void A_flood_of_key_updates_is_unexpected_and_data_between_them_resets_the_count()
    {
        using MessagePair pair = Established();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
                pair.Inject(pair.Server, NotRequested);
            pair.Server.KeyUpdates.DataReceived();
        }

        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
            pair.Inject(pair.Server, Requested);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Server, Requested));
        Assert.Equal(TlsAlert.UnexpectedMessage, exception.Alert);
    }

    [Fact]
    [Clause("HT-LIM-6")]
    public void Tickets_are_taken_and_a_flood_of_them_is_unexpected()
    {
        using MessagePair pair = Established();
        pair.Client.KeyUpdates.DataReceived();
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
    public void A_secret_has_no_successor_beyond_the_last_epoch()
    {
        using MessagePair pair = Established();
        TrafficSecret secret = pair.Server.Schedule.ClientApplication;
        typeof(TrafficSecret).GetField("<Generation>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!
            .SetValue(secret, TrafficSecret.MaxGeneration - 1);
        pair.Inject(pair.Server, NotRequested);
        Assert.Equal((1UL << 48) - 4, secret.Generation);
        Assert.Equal(TlsAlert.UnexpectedMessage, Assert.Throws<HybridTlsException>(() => pair.Inject(pair.Server, NotRequested)).Alert);
    }

    private static MessagePair Established(Action<HybridTlsOptions>? change = null)
    {
        MessagePair pair = new(TestIdentities.ServerOptions(o => change?.Invoke(o)), TestIdentities.ClientOptions(o => change?.Invoke(o)));
        pair.Run();
        pair.Drain(); // the tickets
        pair.Messages.Clear();
        return pair;
    }

    private static void Send(HandshakeMachine machine, byte content)
    {
        machine.KeyUpdates.WriteIfDue(machine.Output);
        machine.Writer.WriteApplicationData(machine.Output, [content]);
    }
}
