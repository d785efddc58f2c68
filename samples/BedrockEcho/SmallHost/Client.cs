using System.Net;
using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Opens connections and runs them through the pipeline.</summary>
internal sealed class Client(IConnectionFactory factory, ConnectionDelegate pipeline) : IConnectionFactory
{
    /// <summary>Opens a connection.</summary>
    /// <exception cref="IOException">It cannot be opened, or a middleware refuses it.</exception>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ClientConnection connection = new(await factory.ConnectAsync(endpoint, cancellationToken));
        await connection.StartAsync(pipeline);
        return connection;
    }
}
