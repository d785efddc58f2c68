using System.Buffers;
using System.IO.Pipelines;
using HybridTls.Channels;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Transport;

namespace HybridTls;

/// <summary>
/// A post-quantum secure channel over a pair of pipes: TLS 1.3 with X25519MLKEM768 and ML-DSA-65. Reading decrypts straight from the
/// transport's buffers, flushing encrypts straight into them: there is no task and no pipe in between, and an idle connection holds
/// no buffer.
/// </summary>
/// <remarks>
/// <para>One thread may read while another writes. <see cref="Input"/> ends when the peer sent close_notify; a transport that ends
/// without it is reported as a <see cref="HybridTlsException"/> with <see cref="HybridTlsFailure.Truncated"/> (RFC 9846 §6.1).</para>
/// <para>Completing <see cref="Output"/> sends close_notify; what the peer sends can still be read. The transport is completed only
/// by <see cref="DisposeAsync"/>.</para>
/// </remarks>
public sealed class HybridTlsConnection : IDuplexPipe, IAsyncDisposable
{
    private readonly IDuplexPipe _transport;
    private readonly bool _leaveTransportOpen;
    private readonly PlaintextReader _input;
    private readonly PlaintextWriter _output;
    private readonly CancellationTokenSource _disposing = new();
    private HandshakeMachine? _machine;
    private volatile SecureChannel? _channel;
    private TaskCompletionSource? _drained;

    /// <summary>Creates a connection over <paramref name="transport"/>; authenticate before reading or writing.</summary>
    /// <param name="transport">The transport. Nothing else may use it from now on.</param>
    /// <param name="memoryPool">Where memory for plaintext is rented, as far as its blocks are large enough; null: the shared array
    /// pool.</param>
    /// <param name="leaveTransportOpen">Whether disposing leaves <paramref name="transport"/> open.</param>
    public HybridTlsConnection(IDuplexPipe transport, MemoryPool<byte>? memoryPool = null, bool leaveTransportOpen = false)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        _leaveTransportOpen = leaveTransportOpen;
        Gate = new UseGuard(CleanUp);
        _input = new PlaintextReader(this, transport.Input, memoryPool);
        _output = new PlaintextWriter(this, transport.Output, memoryPool);
    }

    /// <summary>
    /// What the peer sends, decrypted. Using it before the handshake is complete throws an <see cref="InvalidOperationException"/>.
    /// </summary>
    public PipeReader Input => _input;

    /// <summary>
    /// What the peer is to get. Using it before the handshake is complete throws an <see cref="InvalidOperationException"/>.
    /// </summary>
    public PipeWriter Output => _output;

    /// <summary>Whether the handshake is complete.</summary>
    public bool IsAuthenticated => _channel is not null;

    /// <summary>What the handshake agreed on.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public NegotiatedParameters Parameters => Machine.Parameters!;

    /// <summary>A server's view of the ClientHello, also after a handshake that failed; null on a client, and before it came.</summary>
    public ClientHelloInfo? ClientHello => (_machine as ServerHandshake)?.ClientHelloInfo;

    /// <summary>The bytes of application data received.</summary>
    internal long BytesIn => _input.BytesRead;

    /// <summary>The bytes of application data protected for sending.</summary>
    internal long BytesOut => _output.BytesWritten;

    /// <summary>Why nothing more can be read from the established connection, or null.</summary>
    internal Exception? Failure => _channel?.Failure?.SourceException;

    /// <summary>How many blocks of plaintext memory are rented now, in both directions.</summary>
    internal int RentedBlocks => _input.RentedBlocks + _output.RentedBlocks;

    /// <summary>Who has to know that the connection is lost before the reader does; null for nobody. Set it before anybody reads.</summary>
    internal IConnectionObserver? Observer { get; set; }

    /// <summary>Who says when a server's handshake may do its work; null for at once.</summary>
    internal IWorkGate? WorkGate { get; set; }

    /// <summary>Keeps the secrets until the last operation has ended.</summary>
    internal UseGuard Gate { get; }

    /// <summary>The core of an established connection.</summary>
    internal HandshakeMachine Machine => Channel.Machine;

    /// <summary>The established channel, for the two sides of the pipe.</summary>
    internal SecureChannel Channel => _channel
        ?? throw new InvalidOperationException("The handshake is not complete: call AuthenticateAsClientAsync or AuthenticateAsServerAsync first.");

    /// <summary>Runs the handshake as the server.</summary>
    /// <exception cref="InvalidOperationException">The options cannot work (the message names the one to change), or the handshake ran
    /// already.</exception>
    /// <exception cref="HybridTlsException">The handshake failed.</exception>
    public Task AuthenticateAsServerAsync(HybridTlsServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        HybridTlsServerOptions own = options.Seal();
        return AuthenticateAsync(new ServerHandshake(own, _output.Output), own, cancellationToken);
    }

    /// <summary>Runs the handshake as the server of a host that has its own deadline.</summary>
    /// <param name="initial">The options until the ClientHello is there: limits and the clock.</param>
    /// <param name="select">Chooses the options of this connection.</param>
    /// <param name="deadline">Ends the attempt.</param>
    internal Task AuthenticateAsServerAsync(
        HybridTlsServerOptions initial, Func<ClientHelloInfo, CancellationToken, ValueTask<HybridTlsServerOptions?>> select,
        CancellationToken deadline) =>
        AuthenticateAsync(new ServerHandshake(initial, _output.Output, select), initial, deadline, Timeout.InfiniteTimeSpan);

    /// <summary>Runs the handshake as the client.</summary>
    /// <exception cref="InvalidOperationException">The options cannot work (the message names the one to change), or the handshake ran
    /// already.</exception>
    /// <exception cref="HybridTlsException">The handshake failed.</exception>
    public Task AuthenticateAsClientAsync(HybridTlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        HybridTlsClientOptions own = options.Seal();
        return AuthenticateAsync(new ClientHandshake(own, _output.Output), own, cancellationToken);
    }

    /// <summary>Exports keying material (RFC 9846 §7.5): both sides get the same bytes, which nobody else can compute.</summary>
    /// <param name="label">The label, ASCII, 1 to 249 characters.</param>
    /// <param name="context">The context; an empty one equals none.</param>
    /// <param name="output">Receives the bytes, 1 to 255 hashes: up to 8,160 bytes with SHA-256, up to 12,240 with SHA-384.</param>
    /// <exception cref="ArgumentException">The label is not ASCII, or the length of label or output is out of range.</exception>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public void ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, Span<byte> output) => Channel.Export(label, context, output);

    /// <summary>Exports keying material (RFC 9846 §7.5), as the other overload.</summary>
    /// <param name="label">The label, ASCII, 1 to 249 characters.</param>
    /// <param name="context">The context; an empty one equals none.</param>
    /// <param name="length">How many bytes, 1 to 255 hashes: up to 8,160 with SHA-256, up to 12,240 with SHA-384.</param>
    /// <exception cref="ArgumentException">The label or the length is out of range.</exception>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public byte[] ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, int length) => Channel.Export(label, context, length);

    /// <summary>The channel binding <c>tls-exporter</c> (RFC 9266), 32 bytes.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public byte[] GetChannelBinding() => Channel.GetChannelBinding();

    /// <summary>Renews the key that protects what we send (RFC 9846 §4.7.3). Waits for a flush that is under way.</summary>
    /// <remarks>
    /// Call it now and then, not in a loop: peers refuse KeyUpdates in a row without data between them, this library more than 32.
    /// </remarks>
    /// <param name="requestPeer">Also asks the peer to renew its key, unless an earlier request is still unanswered.</param>
    /// <param name="cancellationToken">Ends the wait for the transport.</param>
    /// <exception cref="InvalidOperationException">The handshake is not complete, or <see cref="Output"/> was completed.</exception>
    /// <exception cref="HybridTlsException">The connection was lost before.</exception>
    public ValueTask UpdateKeysAsync(bool requestPeer = true, CancellationToken cancellationToken = default) =>
        Channel.UpdateKeysAsync(requestPeer, cancellationToken);

    /// <summary>Sends close_notify if that was not done, zeroes every secret and completes the transport.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.CompareExchange(ref _drained, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) is not null)
            return;
        try
        {
            if (IsAuthenticated)
                await CloseQuietlyAsync().ConfigureAwait(false);
            else
                await _disposing.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            // Whatever the transport did: the secrets go.
            Gate.Close();
            _input.Dispose();
        }

        try
        {
            await _drained.Task.WaitAsync(SecureChannel.AlertTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _output.CancelPendingFlush();
        }

        if (_leaveTransportOpen)
            return;
        try
        {
            // A pipe over a stream flushes here what it still holds.
            await _transport.Output.CompleteAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The transport is lost, by whatever name it calls that: which is no news to whoever disposes.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
        finally
        {
            await _transport.Input.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Tells the peer, if it does not know, and the observer why reading failed, without waiting for either.</summary>
    internal void ReportLoss(SecureChannel channel)
    {
        SecureChannel.Forget(channel.ReportFailureAsync());
        Observer?.OnLost(channel.Failure!.SourceException);
    }

    /// <summary>As <see cref="ReportLoss"/>; the observer may give the alert the time that it takes to arrive.</summary>
    internal async ValueTask ReportLossAsync(SecureChannel channel)
    {
        Exception failure = channel.Failure!.SourceException;
        await channel.ReportFailureAsync().ConfigureAwait(false);
        if (Observer is not { } observer)
            return;
        if (failure is HybridTlsException { Failure: HybridTlsFailure.AlertSent })
            await observer.LingerAsync().ConfigureAwait(false);
        observer.OnLost(failure);
    }

    private async ValueTask CloseQuietlyAsync()
    {
        Task closing = _output.CloseAsync().AsTask();
        try
        {
            await closing.WaitAsync(SecureChannel.AlertTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _output.CancelPendingFlush();
        }
    }

    private async Task AuthenticateAsync(
        HandshakeMachine machine, HybridTlsOptions options, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        if (Interlocked.CompareExchange(ref _machine, machine, null) is not null)
        {
            machine.Dispose();
            throw new InvalidOperationException("The handshake of this connection has run already.");
        }

        PipeHandshakeTransport transport = new(_transport.Input, _output.Output);
        _channel = await HandshakeDriver.OpenAsync(
            machine, transport, _output.Output, new ChannelOwner(this, Gate, _disposing.Token), limit ?? options.HandshakeTimeout,
            options.TimeProvider, cancellationToken, WorkGate)
            .ConfigureAwait(false);
    }

    private void CleanUp()
    {
        _machine?.Dispose();
        _drained?.TrySetResult();
    }
}
