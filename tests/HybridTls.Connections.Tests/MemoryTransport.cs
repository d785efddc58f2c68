using System.IO.Pipelines;
using System.Net;
using HybridTls.Connections;
using Microsoft.AspNetCore.Connections;

namespace HybridTls.Tests.Connections;

/// <summary>Two connections that are joined in memory: a transport without features of its own.</summary>
internal static class MemoryTransport
{
    public static (DefaultConnectionContext Client, DefaultConnectionContext Server) CreatePair(EndPoint? serverAddress = null)
    {
        Pipe toServer = new();
        Pipe toClient = new();
        DefaultConnectionContext client = new("client", new Duplex(toClient.Reader, toServer.Writer), new Duplex(toServer.Reader, toClient.Writer))
        {
            RemoteEndPoint = serverAddress,
        };
        DefaultConnectionContext server = new("server", new Duplex(toServer.Reader, toClient.Writer), new Duplex(toClient.Reader, toServer.Writer));
        return (client, server);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
