using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;

namespace HybridTls.Connections;

/// <summary>
/// What <see cref="SocketsHttpHandler"/> takes for the TLS stream of an <c>https</c> connection: it accepts one made by its
/// <c>ConnectCallback</c> only if it is an <see cref="SslStream"/>. The base class never authenticates and never sees a byte; everything
/// goes to <see cref="HybridTlsStream"/>. It is told only what was negotiated (<see cref="SslStreamProtocol"/>). See
/// docs/decisions/0006-httpclient.md.
/// </summary>
internal sealed class HttpTlsStream : SslStream, ITraffic
{
    private readonly HybridTlsStream _stream;
    private readonly HybridTlsMetrics _metrics;
    private long _received;
    private long _sent;
    private int _disposed;

    public HttpTlsStream(HybridTlsStream stream, HybridTlsMetrics metrics)
        : base(stream, leaveInnerStreamOpen: true)
    {
        _stream = stream;
        _metrics = metrics;
        SslStreamProtocol.Set(this, stream.Parameters.ApplicationProtocol);
        metrics.ConnectionStarted(PeerRole.Server, this);
    }

    public long BytesReceived => Volatile.Read(ref _received);

    public long BytesSent => Volatile.Read(ref _sent);

    /// <summary>What the handshake agreed on.</summary>
    public NegotiatedParameters Parameters => _stream.Parameters;

    public override bool CanRead => _stream.CanRead;

    public override bool CanWrite => _stream.CanWrite;

    public override bool IsAuthenticated => _stream.IsAuthenticated;

    public override bool IsEncrypted => _stream.IsAuthenticated;

    public override bool IsSigned => _stream.IsAuthenticated;

    public override bool IsServer => false;

    public override SslProtocols SslProtocol => _stream.Parameters.Protocol;

    public override TlsCipherSuite NegotiatedCipherSuite => _stream.Parameters.CipherSuite;

    /// <summary>The protocol that was negotiated; by this name it is public, since the base class's is not virtual.</summary>
    public SslApplicationProtocol ApplicationProtocol => _stream.Parameters.ApplicationProtocol;

    public override void Flush() => _stream.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    public override int ReadByte()
    {
        byte[] one = new byte[1];
        return Read(one, 0, 1) == 0 ? -1 : one[0];
    }

    public override int Read(byte[] buffer, int offset, int count) => CountReceived(_stream.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => CountReceived(_stream.Read(buffer));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> read = _stream.ReadAsync(buffer, cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<int>(CountReceived(read.Result)) : AwaitAsync(this, read);

        static async ValueTask<int> AwaitAsync(HttpTlsStream self, ValueTask<int> read) =>
            self.CountReceived(await read.ConfigureAwait(false));
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _stream.Write(buffer, offset, count);
        Interlocked.Add(ref _sent, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _stream.Write(buffer);
        Interlocked.Add(ref _sent, buffer.Length);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _sent, buffer.Length);
        return _stream.WriteAsync(buffer, cancellationToken);
    }

    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? asyncCallback, object? asyncState) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), asyncCallback, asyncState);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? asyncCallback, object? asyncState) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), asyncCallback, asyncState);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    /// <summary>Sends close_notify.</summary>
    public override Task ShutdownAsync() => _stream.ShutdownAsync();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Stop();
            await _stream.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Stop();
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Stop()
    {
        _metrics.ConnectionStopped(PeerRole.Server, this);
        if (_stream.Failure is { } failure)
            _metrics.Failed(PeerRole.Server, failure);
    }

    private int CountReceived(int count)
    {
        Interlocked.Add(ref _received, count);
        return count;
    }
}
