using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Connections within this process: what a client connects to, a listener of the same transport accepts.</summary>
internal sealed class InProcessTransport : IConnectionListenerFactory, IConnectionFactory
{
    private readonly ConcurrentDictionary<EndPoint, InProcessListener> _listeners = new();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        InProcessListener listener = new(endpoint, () => _listeners.TryRemove(endpoint, out _));
        return _listeners.TryAdd(endpoint, listener)
            ? ValueTask.FromResult<IConnectionListener>(listener)
            : throw new AddressInUseException($"{endpoint} is taken.");
    }

    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (!_listeners.TryGetValue(endpoint, out InProcessListener? listener))
            throw new IOException($"Nothing listens at {endpoint}.");
        Pipe toServer = new();
        Pipe toClient = new();
        InProcessConnection client = new(endpoint, toClient.Reader, toServer.Writer);
        return listener.TryOffer(new InProcessConnection(endpoint, toServer.Reader, toClient.Writer))
            ? ValueTask.FromResult<ConnectionContext>(client)
            : throw new IOException($"Nothing listens at {endpoint} any more.");
    }
}
