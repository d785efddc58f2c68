using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>
/// Both sides of a handshake in memory, one message or one task of the host a step: a test may stop in any state, see every message
/// in the clear, and change it on its way.
/// </summary>
internal sealed class MessagePair : IDisposable
{
    private readonly PooledBuffer _toServer = new();
    private readonly PooledBuffer _toClient = new();
    private readonly byte[] _destination = new byte[RecordLimits.MaxInnerPlaintext];

    public MessagePair(HybridTlsServerOptions? server = null, HybridTlsClientOptions? client = null, bool retry = false)
    {
        Client = new ClientHandshake(client ?? TestIdentities.ClientOptions(), _toServer) { WithholdKeyShare = retry };
        Server = new ServerHandshake(server ?? TestIdentities.ServerOptions(), _toClient);
    }

    public ClientHandshake Client { get; }

    public ServerHandshake Server { get; }

    public bool IsEstablished => Client.IsEstablished && Server.IsEstablished;

    /// <summary>Called with each message before the side that is named takes it; what it returns is taken instead.</summary>
    public Func<PeerRole, byte[], byte[]> Intercept { get; set; } = static (_, message) => message;

    /// <summary>What happened so far.</summary>
    public List<Transition> Transitions { get; } = [];

    /// <summary>The messages in the order in which they were taken, with the side that took them.</summary>
    public List<(PeerRole Taker, byte[] Message)> Messages { get; } = [];

    /// <summary>The application data that each side read.</summary>
    public Dictionary<PeerRole, List<byte[]>> Data { get; } = new() { [PeerRole.Client] = [], [PeerRole.Server] = [] };

    /// <summary>Called after each step.</summary>
    public Action AfterStep { get; set; } = static () => { };

    public static string StateOf(HandshakeMachine machine) =>
        machine is ClientHandshake client ? client.State.ToString() : ((ServerHandshake)machine).State.ToString();

    /// <summary>Runs the handshake to its end.</summary>
    public void Run() => RunUntil(() => IsEstablished);

    /// <summary>Goes on until <paramref name="reached"/> holds.</summary>
    public void RunUntil(Func<bool> reached)
    {
        while (!reached())
            Assert.True(Step(), $"The handshake stands still: client {Client.State}, server {Server.State}.");
    }

    /// <summary>Delivers everything that was written.</summary>
    public void Drain()
    {
        while (Step())
        {
        }
    }

    /// <summary>The failure in which the handshake ends.</summary>
    public HybridTlsException Fail() => Assert.Throws<HybridTlsException>(Run);

    /// <summary>The alert in which the handshake ends.</summary>
    public TlsAlert? FailWith()
    {
        HybridTlsException exception = Fail();
        Assert.Equal(HybridTlsFailure.AlertSent, exception.Failure);
        return exception.Alert;
    }

    /// <summary>Lets a side take a message that the other did not send.</summary>
    public void Inject(HandshakeMachine taker, ReadOnlySpan<byte> message)
    {
        string before = StateOf(taker);
        HandshakeMessage parsed = HandshakeMessage.Parse(message);
        taker.Receive(parsed);
        Transitions.Add(new Transition(taker.Self, before, parsed.Type.ToString(), StateOf(taker)));
    }

    /// <summary>Does one thing.</summary>
    /// <returns>Whether there was something to do.</returns>
    public bool Step()
    {
        bool stepped = StepClient() || StepSide(Server, _toServer) || StepSide(Client, _toClient);
        if (stepped)
            AfterStep();
        return stepped;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _toServer.Dispose();
        _toClient.Dispose();
    }

    private bool StepClient()
    {
        if (Client.State != ClientState.Start)
            return false;
        Client.Start();
        Transitions.Add(new Transition(PeerRole.Client, nameof(ClientState.Start), "host: Start", StateOf(Client)));
        return true;
    }

    private bool StepSide(HandshakeMachine machine, PooledBuffer wire)
    {
        if (machine.Pending != HostTask.None)
        {
            (string before, HostTask task) = (StateOf(machine), machine.Pending);
            HandshakeDriver.ServeAsync(machine, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            Transitions.Add(new Transition(machine.Self, before, $"host: {task}", StateOf(machine)));
            return true;
        }

        bool found = machine.Reader.TryRead(wire.Span, out int consumed, _destination, out RecordReadResult result);
        byte[] message = found && result.Kind == RecordReadKind.Handshake ? result.HandshakeMessage.ToArray() : [];
        wire.Consume(consumed);
        if (!found)
            return consumed > 0;
        if (result.Kind == RecordReadKind.ApplicationData)
        {
            machine.Established.KeyUpdates.DataReceived();
            Data[machine.Self].Add(_destination[..result.Length]);
        }
        else if (result.Kind == RecordReadKind.Handshake)
        {
            byte[] taken = Intercept(machine.Self, message);
            Messages.Add((machine.Self, taken));
            Inject(machine, taken);
        }

        return result.Kind != RecordReadKind.CloseNotify;
    }
}
