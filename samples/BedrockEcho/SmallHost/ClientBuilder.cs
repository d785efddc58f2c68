using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Puts middleware under the connections that a client opens, as Bedrock's builder of this name does.</summary>
internal sealed class ClientBuilder(IServiceProvider services) : IConnectionBuilder
{
    private readonly ConnectionBuilder _builder = new(services);
    private IConnectionFactory? _factory;

    public IServiceProvider ApplicationServices => _builder.ApplicationServices;

    public ClientBuilder UseConnectionFactory(IConnectionFactory factory)
    {
        _factory = factory;
        return this;
    }

    public IConnectionBuilder Use(Func<ConnectionDelegate, ConnectionDelegate> middleware) => _builder.Use(middleware);

    public Client Build()
    {
        // The innermost stage hands the connection to the caller, and stays until the caller disposes it: only then may the stages
        // around it clean up.
        _builder.Run(static connection =>
        {
            ClientConnection client = (ClientConnection)connection;
            client.Ready.TrySetResult();
            return client.Disposing.Task;
        });
        return new Client(_factory ?? throw new InvalidOperationException("UseConnectionFactory was not called."), _builder.Build());
    }

    ConnectionDelegate IConnectionBuilder.Build() => _builder.Build();
}
