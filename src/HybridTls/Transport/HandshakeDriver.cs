using HybridTls.Handshake;

namespace HybridTls.Transport;

/// <summary>Runs a handshake over a stream: moves bytes, and awaits what the core leaves to the host.</summary>
internal static class HandshakeDriver
{
    /// <summary>How much is read from the transport at a time, in bytes: a whole flight of the peer.</summary>
    private const int ReadSize = 16 * 1024;

    /// <summary>Runs the handshake to its end. What the peer sent beyond it stays in <paramref name="input"/>.</summary>
    /// <exception cref="HybridTlsException">It failed; the alert was sent, if one was due.</exception>
    public static async Task RunAsync(HandshakeMachine machine, Stream transport, PooledBuffer input, PooledBuffer output, CancellationToken cancellationToken)
    {
        try
        {
            (machine as ClientHandshake)?.Start();
            while (true)
            {
                await FlushAsync(transport, output, cancellationToken).ConfigureAwait(false);
                if (machine.IsEstablished)
                    return;
                if (machine.Pending != HostTask.None)
                {
                    await ServeAsync(machine, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                int used = machine.Process(input.Span);
                input.Consume(used);
                if (output.Length == 0 && machine.Pending == HostTask.None && !machine.IsEstablished)
                    await ReceiveAsync(transport, input, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (HybridTlsException exception) when (exception.Failure == HybridTlsFailure.AlertSent)
        {
            await SendAlertAsync(machine, transport, output, exception.Alert!.Value).ConfigureAwait(false);
            throw;
        }
        catch (Exception exception) when (machine.AlertWritten || exception is not (IOException or OperationCanceledException or ObjectDisposedException))
        {
            await SendAlertAsync(machine, transport, output, TlsAlert.InternalError).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Does what the core waits for.</summary>
    public static async ValueTask ServeAsync(HandshakeMachine machine, CancellationToken cancellationToken)
    {
        switch (machine.Pending)
        {
            case HostTask.SelectOptions:
                ServerHandshake server = (ServerHandshake)machine;
                server.UseOptions(await SelectOptionsAsync(server, cancellationToken).ConfigureAwait(false));
                break;
            case HostTask.Sign:
                machine.UseSignature(await machine.SigningCredential.SignAsync(machine.ContentToSign, cancellationToken).ConfigureAwait(false));
                break;
            case HostTask.JudgePeer:
                await machine.PeerEvaluation!.DecideAsync(cancellationToken).ConfigureAwait(false);
                machine.AcceptPeer();
                break;
        }
    }

    /// <summary>Asks the user's callback. Whatever it throws, even what looks like a fault of the transport, is told to the peer as internal_error.</summary>
    private static async ValueTask<HybridTlsServerOptions?> SelectOptionsAsync(ServerHandshake server, CancellationToken cancellationToken)
    {
        try
        {
            return await server.OptionsSelector!(server.ClientHelloInfo!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            server.WriteAlert(TlsAlert.InternalError);
            throw;
        }
    }

    private static async ValueTask ReceiveAsync(Stream transport, PooledBuffer input, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await transport.ReadAsync(input.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw TlsError.Truncated(exception);
        }

        if (count == 0)
            throw TlsError.Truncated();
        input.Advance(count);
    }

    private static async ValueTask FlushAsync(Stream transport, PooledBuffer output, CancellationToken cancellationToken)
    {
        if (output.Length == 0)
            return;
        try
        {
            await transport.WriteAsync(output.Memory, cancellationToken).ConfigureAwait(false);
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw TlsError.Truncated(exception);
        }

        output.Release();
    }

    /// <summary>Sends what was written and the alert; that the transport may be gone already is no further failure.</summary>
    private static async ValueTask SendAlertAsync(HandshakeMachine machine, Stream transport, PooledBuffer output, TlsAlert alert)
    {
        try
        {
            using CancellationTokenSource limit = new(HybridTlsStream.AlertTimeout);
            if (!machine.AlertWritten)
                machine.WriteAlert(alert);
            await FlushAsync(transport, output, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer will see a truncated connection instead of the alert.
        }
    }
}
