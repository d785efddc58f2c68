using System.Net;
using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Binds endpoints to pipelines of middleware, as Bedrock's builder of this name does.</summary>
internal sealed class ServerBuilder(IServiceProvider services)
{
    private readonly List<(EndPoint EndPoint, IConnectionListenerFactory Factory, ConnectionDelegate Pipeline)> _bindings = [];

    public ServerBuilder Listen(EndPoint endPoint, IConnectionListenerFactory factory, Action<IConnectionBuilder> configure)
    {
        ConnectionBuilder builder = new(services);
        configure(builder);
        _bindings.Add((endPoint, factory, builder.Build()));
        return this;
    }

    public Server Build() => new(_bindings);
}
