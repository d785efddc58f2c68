using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using HybridTls.Channels;
using HybridTls.Cryptography;
using HybridTls.Handshake;
using HybridTls.Messages;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls;

/// <summary>
/// A post-quantum secure channel over any stream: TLS 1.3 with X25519MLKEM768 and ML-DSA-65. One thread may read while another
/// writes.
/// </summary>
/// <remarks>
/// Reading ends with 0 when the peer sent close_notify. A transport that ends without it is reported as a
/// <see cref="HybridTlsException"/> with <see cref="HybridTlsFailure.Truncated"/>: what was read may not be all (RFC 9846 §6.1).
/// </remarks>
public sealed partial class HybridTlsStream : Stream
{
    private readonly Stream _transport;
    private readonly bool _leaveTransportOpen;
    private readonly PooledBuffer _input = new();
    private readonly StreamOutput _output;
    private readonly PooledBuffer _plaintext = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly UseGuard _gate;
    private RecordSizer _sizer;
    private HandshakeMachine? _machine;
    private volatile SecureChannel? _channel;
    private int _disposals;

    /// <summary>Creates a stream over <paramref name="transport"/>; authenticate before reading or writing.</summary>
    /// <param name="transport">The transport. Nothing else may use it from now on.</param>
    /// <param name="leaveTransportOpen">Whether disposing leaves <paramref name="transport"/> open.</param>
    public HybridTlsStream(Stream transport, bool leaveTransportOpen = false)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        _leaveTransportOpen = leaveTransportOpen;
        _output = new StreamOutput(transport, this, _disposing.Token);
        _gate = new UseGuard(CleanUp);
    }

    /// <summary>Whether the handshake is complete.</summary>
    public bool IsAuthenticated => _channel is not null;

    /// <summary>What the handshake agreed on.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public NegotiatedParameters Parameters => Machine.Parameters!;

    /// <inheritdoc/>
    public override bool CanRead => IsAuthenticated && !IsDisposed;

    /// <inheritdoc/>
    public override bool CanWrite => _channel is { IsClosed: false } && !IsDisposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether disposal has begun.</summary>
    private bool IsDisposed => _disposing.IsCancellationRequested;

    /// <summary>Why nothing more can be read, or null.</summary>
    internal Exception? Failure => _channel?.Failure?.SourceException;

    /// <summary>Where records gather.</summary>
    internal StreamOutput Output => _output;

    /// <summary>The core of an established connection.</summary>
    internal HandshakeMachine Machine => Channel.Machine;

    private SecureChannel Channel => _channel
        ?? throw new InvalidOperationException("The handshake is not complete: call AuthenticateAsClientAsync or AuthenticateAsServerAsync first.");

    /// <summary>Connects to a server over TCP and authenticates.</summary>
    /// <param name="host">The server's name or address; also the name that its certificate must carry, unless <see cref="HybridTlsClientOptions.TargetHost"/> says another.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">There is no TCP connection.</exception>
    /// <exception cref="HybridTlsException">The handshake failed.</exception>
    public static async Task<HybridTlsStream> ConnectAsync(string host, int port, HybridTlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentNullException.ThrowIfNull(options);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        HybridTlsStream? stream = null;
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            stream = new HybridTlsStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(options.Seal(host), cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs the handshake as the client.</summary>
    /// <exception cref="InvalidOperationException">The options cannot work (the message names the one to change), or the handshake ran already.</exception>
    /// <exception cref="HybridTlsException">The handshake failed.</exception>
    public Task AuthenticateAsClientAsync(HybridTlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        HybridTlsClientOptions own = options.Seal();
        return AuthenticateAsync(new ClientHandshake(own, _output), own, cancellationToken);
    }

    /// <summary>Runs the handshake as the server.</summary>
    /// <exception cref="InvalidOperationException">The options cannot work (the message names the one to change), or the handshake ran already.</exception>
    /// <exception cref="HybridTlsException">The handshake failed.</exception>
    public Task AuthenticateAsServerAsync(HybridTlsServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        HybridTlsServerOptions own = options.Seal();
        return AuthenticateAsync(new ServerHandshake(own, _output), own, cancellationToken);
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

    /// <summary>Runs the handshake of a core that writes to <see cref="Output"/>.</summary>
    internal async Task AuthenticateAsync(HandshakeMachine machine, HybridTlsOptions options, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _machine, machine, null) is not null)
        {
            machine.Dispose();
            throw new InvalidOperationException("The handshake of this stream has run already.");
        }

        StreamHandshakeTransport transport = new(_transport, _input, _output);
        SecureChannel channel = await HandshakeDriver.OpenAsync(
            machine, transport, _output, new ChannelOwner(this, _gate, _disposing.Token), options.HandshakeTimeout, options.TimeProvider,
            cancellationToken).ConfigureAwait(false);
        _sizer = new RecordSizer(machine.Options.RecordSizing, machine.Options.TimeProvider);
        _channel = channel;
    }
}
