using System.Buffers;
using System.IO.Pipelines;
using HybridTls.Handshake;
using Microsoft.AspNetCore.Connections;

namespace HybridTls.Connections;

/// <summary>The TLS behind ours, for clients that we cannot serve: chosen by the ClientHello, which it finds untouched.</summary>
/// <param name="classical">The fallback, and behind it what serves the connection.</param>
/// <param name="select">Sends clients there that could be served here; null for none.</param>
/// <param name="telemetry">Where the choice is counted.</param>
internal sealed class Fallback(ConnectionDelegate classical, Func<ClientHelloInfo, bool>? select, Telemetry telemetry)
{
    /// <summary>Serves a connection by the fallback.</summary>
    public Task ServeAsync(ConnectionContext context) => classical(context);

    /// <summary>Waits for the ClientHello, and leaves it where it is.</summary>
    /// <param name="context">A new connection.</param>
    /// <param name="deadline">That of the handshake; once it has passed, the handshake is left to fail by it.</param>
    /// <returns>Whether the connection is for the fallback.</returns>
    public async ValueTask<bool> TakesAsync(ConnectionContext context, CancellationToken deadline)
    {
        ClientHelloPeek peek = new();
        FallbackReason reason;
        try
        {
            reason = await JudgeAsync(peek, context.Transport.Input, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            reason = FallbackReason.NoClientHello; // a transport that is lost tells whoever reads next
        }

        if (reason == FallbackReason.None && IsSentAway(context, peek.Info!))
            reason = FallbackReason.Chosen;

        telemetry.Metrics.ConnectionChosen(reason);
        if (reason == FallbackReason.None)
            return false; // HT-FALL-2
        Log.FellBack(telemetry.Logger, context.ConnectionId, reason);
        return true;
    }

    private bool IsSentAway(ConnectionContext context, ClientHelloInfo hello)
    {
        try
        {
            return select?.Invoke(hello) == true;
        }
#pragma warning disable CA1031 // A host's callback ends no connection; the client is served by the stronger of the two.
        catch (Exception exception)
        {
            Log.UseFallbackFailed(telemetry.Logger, context.ConnectionId, exception);
            return false;
        }
#pragma warning restore CA1031
    }

    private static async ValueTask<FallbackReason> JudgeAsync(ClientHelloPeek peek, PipeReader input, CancellationToken deadline)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(deadline).ConfigureAwait(false);
            bool isJudged = peek.TryJudge(read.Buffer, out FallbackReason reason) || read.IsCompleted || read.IsCanceled;

            // Nothing is consumed; what is not examined is there at once for whoever reads next.
            input.AdvanceTo(read.Buffer.Start, isJudged ? read.Buffer.Start : read.Buffer.End);
            if (isJudged)
                return reason;
        }
    }
}
