using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace BedrockEcho;

/// <summary>Accepts what clients of a <see cref="InProcessTransport"/> open.</summary>
internal sealed class InProcessListener(EndPoint endpoint, Action unbound) : IConnectionListener
{
    private readonly Channel<ConnectionContext> _offered = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint => endpoint;

    public bool TryOffer(ConnectionContext connection) => _offered.Writer.TryWrite(connection);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _offered.Reader.WaitToReadAsync(cancellationToken) && _offered.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        unbound();
        _offered.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
