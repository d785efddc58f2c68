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
        FallbackReason reason;
        try
        {
            reason = await JudgeAsync(context.Transport.Input, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return false;
        }

        telemetry.Metrics.ConnectionChosen(reason);
        if (reason == FallbackReason.None)
            return false; // HT-FALL-2
        Log.FellBack(telemetry.Logger, context.ConnectionId, reason);
        return true;
    }

    private async ValueTask<FallbackReason> JudgeAsync(PipeReader input, CancellationToken deadline)
    {
        ClientHelloPeek peek = new();
        while (true)
        {
            ReadResult read = await input.ReadAsync(deadline).ConfigureAwait(false);
            bool isJudged = false;
            FallbackReason reason = FallbackReason.NoClientHello;
            try
            {
                isJudged = peek.TryJudge(read.Buffer, out reason) || read.IsCompleted || read.IsCanceled;
                if (isJudged && reason == FallbackReason.None && select?.Invoke(peek.Info!) == true)
                    reason = FallbackReason.Chosen;
            }
            finally
            {
                // Nothing is consumed; what is not examined is there at once for whoever reads next.
                input.AdvanceTo(read.Buffer.Start, isJudged ? read.Buffer.Start : read.Buffer.End);
            }

            if (isJudged)
                return reason;
        }
    }
}
