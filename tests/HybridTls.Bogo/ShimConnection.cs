using HybridTls.Handshake;

namespace HybridTls.Bogo;

/// <summary>One connection of the shim: handshake, expectations, data, end.</summary>
internal sealed class ShimConnection(ShimOptions options, ShimSession session, bool isResumption) : IDisposable
{
    private readonly ShimPeer _peer = new(options, session, isResumption);
    private HandshakeMachine? _machine;
    private HybridTlsStream? _stream;

    /// <summary>Plays the connection.</summary>
    /// <exception cref="HybridTlsException">The protocol failed.</exception>
    /// <exception cref="ShimRefusalException">A callback refused.</exception>
    /// <exception cref="ExpectationException">A flag's expectation does not hold.</exception>
    public void Run(ShimTransport transport)
    {
        _stream = new HybridTlsStream(transport, leaveTransportOpen: true);
        Handshake(_stream);
        _peer.CheckExpectations(_stream.Parameters);
        new ShimData(options, _stream, transport).Exchange(beforeShutdown: _peer.CheckSession);
    }

    /// <summary>The names of a failure.</summary>
    public string Describe(Exception failure, ShimTransport transport) => failure switch
    {
        _ when _peer.Refusal is { } refusal => refusal,
        HybridTlsException exception => ErrorStrings.Describe(
            exception, transport.FirstReceived, _machine is ClientHandshake { State: ClientState.AwaitServerHello }),
        _ => failure.Message,
    };

    /// <inheritdoc/>
    public void Dispose() => _machine?.Dispose();

    private void Handshake(HybridTlsStream stream)
    {
        try
        {
            if (options.IsServer)
            {
                HybridTlsServerOptions server = _peer.CreateServerOptions();
                server.Validate();
                Authenticate(stream, new ServerHandshake(server, stream.Output), server);
            }
            else
            {
                HybridTlsClientOptions client = _peer.CreateClientOptions();
                client.Validate();
                Authenticate(stream, new ClientHandshake(client, stream.Output) { WithholdKeyShare = options.NoKeyShares }, client);
            }
        }
        catch (InvalidOperationException exception)
        {
            // The options that a callback chose cannot work.
            throw new ShimRefusalException(":NO_CERTIFICATE_SET:\n" + exception.Message);
        }
    }

    private void Authenticate(HybridTlsStream stream, HandshakeMachine machine, HybridTlsOptions shared)
    {
        _machine = machine;
        if (options.MaxSendFragment is { } size)
            machine.Writer.MaxFragment = size;
        stream.AuthenticateAsync(machine, shared, CancellationToken.None).GetAwaiter().GetResult();
    }
}
