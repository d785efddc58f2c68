using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace BedrockEcho;

/// <summary>A connection whose pipeline is under way until it is disposed.</summary>
internal sealed class ClientConnection(ConnectionContext inner) : ConnectionContext
{
    private Task _pipeline = Task.CompletedTask;

    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Disposing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

    public override IFeatureCollection Features => inner.Features;

    public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

    public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

    public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

    public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

    /// <summary>Runs the pipeline up to its innermost stage; what a stage throws is thrown here.</summary>
    public async Task StartAsync(ConnectionDelegate pipeline)
    {
        _pipeline = pipeline(this);
        if (await Task.WhenAny(_pipeline, Ready.Task) == Ready.Task)
            return;
        await inner.DisposeAsync();
        await _pipeline;
        throw new IOException("A middleware ended the connection and said nothing.");
    }

    public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        Disposing.TrySetResult();
        await _pipeline;
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
