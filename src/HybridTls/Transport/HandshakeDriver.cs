using HybridTls.Channels;
using HybridTls.Handshake;

namespace HybridTls.Transport;

/// <summary>Runs a handshake over a transport: moves bytes, and awaits what the core leaves to the host.</summary>
internal static class HandshakeDriver
{
    /// <summary>Runs the handshake of a shell within its time, and opens the channel.</summary>
    /// <param name="machine">The core; disposed if the handshake fails: nobody needs its secrets any more.</param>
    /// <param name="transport">The transport as the handshake sees it.</param>
    /// <param name="output">The transport as the channel will see it.</param>
    /// <param name="owner">The shell.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="timeProvider">Whose clock that is.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="gate">Who says when a server's handshake may do its work; null for at once.</param>
    /// <exception cref="HybridTlsException">It failed, or took too long; the alert was sent, if one was due.</exception>
    /// <exception cref="ObjectDisposedException">The shell was disposed meanwhile.</exception>
    public static async Task<SecureChannel> OpenAsync(
        HandshakeMachine machine, IHandshakeTransport transport, IChannelOutput output, ChannelOwner owner, TimeSpan timeout,
        TimeProvider timeProvider, CancellationToken cancellationToken, IWorkGate? gate = null)
    {
        SecureChannel? channel = null;
        bool hasEntered = false;
        using CancellationTokenSource limit = new(timeout, timeProvider);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken, owner.Disposing);
        try
        {
            owner.Gate.Enter(owner.Shell);
            hasEntered = true;
            await RunAsync(machine, transport, linked.Token, gate).ConfigureAwait(false);
            return channel = new SecureChannel(machine, output, owner);
        }
        catch (Exception exception) when (owner.Disposing.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            throw new ObjectDisposedException(owner.Shell.GetType().FullName, exception);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TlsError.TimedOut(timeout); // HT-SHELL-5
        }
        finally
        {
            if (channel is null) // HT-SHELL-11
                machine.Dispose();
            if (hasEntered)
                owner.Gate.Exit();
        }
    }

    /// <summary>Runs the handshake to its end. What the peer sent beyond it stays in the transport.</summary>
    /// <exception cref="HybridTlsException">It failed; the alert was sent, if one was due.</exception>
    public static async Task RunAsync(
        HandshakeMachine machine, IHandshakeTransport transport, CancellationToken cancellationToken, IWorkGate? gate = null)
    {
        try
        {
            (machine as ClientHandshake)?.Start();
            while (true)
            {
                await FlushAsync(machine, transport, cancellationToken).ConfigureAwait(false);
                if (machine.IsEstablished)
                {
                    machine.Reader.ReleaseMemory();
                    return;
                }

                if (machine.Pending != HostTask.None)
                {
                    await ServeAsync(machine, cancellationToken, gate).ConfigureAwait(false);
                    continue;
                }

                using (await EnterAsync(machine, gate, cancellationToken).ConfigureAwait(false))
                    transport.Process(machine);
                if (!transport.HasOutput && machine.Pending == HostTask.None && !machine.IsEstablished)
                    await transport.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (gate is { IsEvicted: true })
        {
            await SendAlertAsync(machine, transport, TlsAlert.InternalError).ConfigureAwait(false);
            throw TlsError.CreateFrom(exception, FailureReason.GivenUp);
        }
        catch (HybridTlsException exception) when (exception.Failure == HybridTlsFailure.AlertSent)
        {
            await SendAlertAsync(machine, transport, exception.Alert!.Value).ConfigureAwait(false);
            throw;
        }
        catch (Exception exception) when (machine.AlertWritten || exception is not (IOException or OperationCanceledException or ObjectDisposedException)) // HT-SHELL-8
        {
            await SendAlertAsync(machine, transport, TlsAlert.InternalError).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Does what the core waits for.</summary>
    public static async ValueTask ServeAsync(HandshakeMachine machine, CancellationToken cancellationToken, IWorkGate? gate = null)
    {
        switch (machine.Pending)
        {
            case HostTask.SelectOptions:
                ServerHandshake server = (ServerHandshake)machine;
                HybridTlsServerOptions? options = await SelectOptionsAsync(server, cancellationToken).ConfigureAwait(false);
                using (gate is null ? null : await gate.EnterAsync(cancellationToken).ConfigureAwait(false))
                    server.UseOptions(options);
                break;
            case HostTask.Sign:
                machine.UseSignature(await machine.Credential!.SignAsync(machine.ContentToSign, cancellationToken).ConfigureAwait(false));
                break;
            case HostTask.JudgePeer:
                await machine.PeerEvaluation!.DecideAsync(cancellationToken).ConfigureAwait(false);
                machine.AcceptPeer();
                break;
        }
    }

    /// <summary>
    /// The second ClientHello is answered by the server's flight, as the first is when its options are chosen; a client's certificates and
    /// their proof cost signatures to verify.
    /// </summary>
    private static ValueTask<IDisposable?> EnterAsync(HandshakeMachine machine, IWorkGate? gate, CancellationToken cancellationToken) =>
        gate is not null && machine is ServerHandshake { State: ServerState.AwaitSecondClientHello or ServerState.AwaitCertificate or ServerState.AwaitCertificateVerify }
            ? gate.EnterAsync(cancellationToken)
            : default;

    /// <summary>Sends what was written.</summary>
    private static async ValueTask FlushAsync(HandshakeMachine machine, IHandshakeTransport transport, CancellationToken cancellationToken)
    {
        try
        {
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HybridTlsException exception) when (
            machine is ServerHandshake { IsEstablished: true } && exception.Failure == HybridTlsFailure.Truncated)
        {
            // Just the tickets are lost: the client is done, and has perhaps sent all it wanted to say and closed its side.
        }
        catch (OperationCanceledException) when (machine is ServerHandshake { IsEstablished: true } && transport is PipeHandshakeTransport)
        {
            // Likewise: hosts such as Kestrel cancel as soon as the client has closed its side. The pipe keeps the tickets whole, and the
            // next flush takes them along.
        }
    }

    /// <summary>Asks the user's callback. Whatever it throws, even what looks like a fault of the transport, is told to the peer as internal_error.</summary>
    private static async ValueTask<HybridTlsServerOptions?> SelectOptionsAsync(ServerHandshake server, CancellationToken cancellationToken)
    {
        try
        {
            return await HostCall.BoundAsync(server.OptionsSelector!(server.ClientHelloInfo!, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            server.WriteAlert(TlsAlert.InternalError);
            throw;
        }
    }

    /// <summary>Sends what was written and the alert; that the transport may be gone already is no further failure.</summary>
    private static async ValueTask SendAlertAsync(HandshakeMachine machine, IHandshakeTransport transport, TlsAlert alert)
    {
        try
        {
            using CancellationTokenSource limit = new(SecureChannel.AlertTimeout);
            if (!machine.AlertWritten)
                machine.WriteAlert(alert);
            await transport.FlushAsync(limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the transport throws: the peer will see a truncated connection instead of the alert.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }
}
