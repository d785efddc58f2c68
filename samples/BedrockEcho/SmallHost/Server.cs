using System.Net;
using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Accepts connections and runs the pipeline of their endpoint.</summary>
internal sealed class Server(IReadOnlyList<(EndPoint EndPoint, IConnectionListenerFactory Factory, ConnectionDelegate Pipeline)> bindings)
{
    private readonly List<IConnectionListener> _listeners = [];
    private readonly List<Task> _accepting = [];

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        foreach ((EndPoint endPoint, IConnectionListenerFactory factory, ConnectionDelegate pipeline) in bindings)
        {
            IConnectionListener listener = await factory.BindAsync(endPoint, cancellationToken);
            _listeners.Add(listener);
            _accepting.Add(AcceptAsync(listener, pipeline));
        }
    }

    /// <summary>Accepts no more, and waits for the connections to end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        foreach (IConnectionListener listener in _listeners)
            await listener.UnbindAsync(cancellationToken);
        await Task.WhenAll(_accepting).WaitAsync(cancellationToken);
    }

    private static async Task AcceptAsync(IConnectionListener listener, ConnectionDelegate pipeline)
    {
        List<Task> connections = [];
        while (await listener.AcceptAsync() is { } connection)
            connections.Add(RunAsync(connection, pipeline));
        await Task.WhenAll(connections);
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate pipeline)
    {
        await using (connection)
            await pipeline(connection);
    }
}
