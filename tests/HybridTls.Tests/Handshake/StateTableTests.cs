using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Tests.Spec;

namespace HybridTls.Tests.Handshake;

/// <summary>Every pair of state and message, on both sides.</summary>
public sealed class StateTableTests
{
    public static TheoryData<PeerRole, string> States { get; } = new(
        Enum.GetNames<ClientState>().Select(static state => (PeerRole.Client, state))
            .Concat(Enum.GetNames<ServerState>().Select(static state => (PeerRole.Server, state))));

    public static TheoryData<PeerRole, string, string> LegalPairs { get; } = new(
        StateTable.Transitions.Where(static row => !row.Event.StartsWith("host:", StringComparison.Ordinal))
            .Select(static row => (row.Side, row.State, row.Event)).Distinct());

    [Theory]
    [MemberData(nameof(States))]
    [Clause("HT-HS-1")]
    [Clause("HT-HS-2")]
    [Clause("HT-HS-3")]
    [Clause("HT-HS-5")]
    [Clause("HT-MSG-4")]
    public void Every_message_that_the_table_does_not_allow_is_unexpected_and_changes_nothing(PeerRole side, string state)
    {
        using MessagePair pair = Scenario.Everything.CreatePair();
        HandshakeMachine machine = MachineOf(pair, side);
        pair.RunUntil(() => MessagePair.StateOf(machine) == state);

        // Compression was not offered here, so CompressedCertificate is never allowed (RFC 8879 §4).
        HashSet<HandshakeType> legal = StateTable.LegalIn(side, state);
        legal.Remove(HandshakeType.CompressedCertificate);
        for (int type = 0; type <= byte.MaxValue; type++)
        {
            if (legal.Contains((HandshakeType)type))
                continue;
            HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(machine, [(byte)type, 0, 0, 0]));
            Assert.Equal((type, TlsAlert.UnexpectedMessage), (type, exception.Alert));
            Assert.Equal(HybridTlsFailure.AlertSent, exception.Failure);
            Assert.Equal(state, MessagePair.StateOf(machine));
        }

        // A refusal left no trace in the transcript: the handshake could go on.
        pair.Run();
    }

    [Theory]
    [MemberData(nameof(LegalPairs))]
    [Clause("HT-HS-1")]
    public void A_message_that_the_table_allows_is_read_and_never_unexpected(PeerRole side, string state, string type)
    {
        using MessagePair pair = (Scenario.Everything with { Compresses = type == nameof(HandshakeType.CompressedCertificate) }).CreatePair();
        HandshakeMachine machine = MachineOf(pair, side);
        pair.RunUntil(() => MessagePair.StateOf(machine) == state);
        HandshakeType parsed = Enum.Parse<HandshakeType>(type);
        HybridTlsException exception = Assert.Throws<HybridTlsException>(() => pair.Inject(machine, [(byte)parsed, 0, 0, 0]));
        Assert.Equal(TlsAlert.DecodeError, exception.Alert);
    }

    [Fact]
    [Clause("HT-HS-2")]
    [Clause("HT-HS-3")]
    public void What_happens_in_all_kinds_of_handshakes_is_what_the_table_pins()
    {
        HashSet<Transition> seen = [];
        foreach (Scenario scenario in Scenario.All())
        {
            using ClientSessionCache sessions = new();
            using MessagePair full = scenario.CreatePair(sessions);
            full.Run();
            full.Drain();
            seen.UnionWith(full.Transitions);
            using MessagePair pair = scenario.CreatePair(sessions);
            pair.Run();
            Assert.True(pair.Server.Parameters!.IsResumed);
            pair.Inject(pair.Client, [4, 0, 0, 15, 0, 0, 1, 0, 0, 0, 0, 0, 1, 9, 0, 1, 7, 0, 0]);
            pair.Inject(pair.Client, [24, 0, 0, 1, 0]);
            pair.Inject(pair.Server, [24, 0, 0, 1, 0]);
            seen.UnionWith(pair.Transitions);
        }

        Assert.Equal(Order(StateTable.Transitions), Order(seen));
    }

    [Theory]
    [InlineData(PeerRole.Client, "client-states")]
    [InlineData(PeerRole.Server, "server-states")]
    [Clause("HT-HS-2")]
    [Clause("HT-HS-3")]
    public void The_tables_of_the_spec_are_the_pinned_ones(PeerRole side, string table)
    {
        IEnumerable<Transition> written = SpecDocument.Table(table)
            .SelectMany(row => row[2].Split(", ").Select(next => new Transition(side, row[0], row[1], next)));
        Assert.Equal(Order(StateTable.Transitions.Where(row => row.Side == side)), Order(written));
    }

    [Fact]
    [Clause("HT-HS-4")]
    public void While_the_host_decides_no_input_is_read()
    {
        using MessagePair pair = Scenario.Everything.CreatePair();
        foreach ((PeerRole side, string state) in ((PeerRole, string)[])
            [(PeerRole.Server, "AwaitOptions"), (PeerRole.Server, "AwaitSignature"), (PeerRole.Client, "AwaitVerdict"),
             (PeerRole.Client, "AwaitSignature"), (PeerRole.Server, "AwaitVerdict")])
        {
            HandshakeMachine machine = MachineOf(pair, side);
            pair.RunUntil(() => MessagePair.StateOf(machine) == state);
            Assert.NotEqual(HostTask.None, machine.Pending);
            Assert.Equal(0, machine.Process([22, 3, 3, 0, 4, 1, 0, 0, 0]));
            Assert.Throws<InvalidOperationException>(() => UseWrongTask(machine));
        }
    }

    private static void UseWrongTask(HandshakeMachine machine)
    {
        if (machine.Pending == HostTask.Sign)
            machine.AcceptPeer();
        else
            machine.UseSignature(new byte[3309]);
    }

    private static HandshakeMachine MachineOf(MessagePair pair, PeerRole side) => side == PeerRole.Client ? pair.Client : pair.Server;

    private static IEnumerable<string> Order(IEnumerable<Transition> rows) => rows.Select(static row => row.ToString()).Order(StringComparer.Ordinal);
}
