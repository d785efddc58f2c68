using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace BedrockEcho;

/// <summary>One end of a connection of a <see cref="InProcessTransport"/>.</summary>
internal sealed class InProcessConnection : ConnectionContext
{
    private readonly CancellationTokenSource _closed = new();
    private readonly End _end;

    public InProcessConnection(EndPoint endpoint, PipeReader input, PipeWriter output)
    {
        Transport = _end = new End(input, output);
        LocalEndPoint = RemoteEndPoint = endpoint;
        ConnectionClosed = _closed.Token;
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _end.Input.CancelPendingRead();
        _end.Output.CancelPendingFlush();
        _closed.Cancel();
    }

    public override async ValueTask DisposeAsync()
    {
        await _end.Input.CompleteAsync();
        await _end.Output.CompleteAsync();
        await _closed.CancelAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
