using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HybridTls.Load.Tests;

/// <summary>A connection that asks for one path after another, over TLS or in the clear.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly Socket _socket;
    private SeverableStream? _transport;
    private Stream? _stream;

    private LoadClient(Socket socket, SeverableStream transport, Stream stream)
    {
        _socket = socket;
        _transport = transport;
        _stream = stream;
    }

    public Socket Socket => _socket;

    public Stream Stream => _stream ?? throw new InvalidOperationException("This side was abandoned.");

    public static async Task<LoadClient> ConnectAsync(EndPoint server, bool tls = true)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        SeverableStream transport = new(socket);
        if (!tls)
            return new LoadClient(socket, transport, transport);
        HybridTlsStream secured = new(transport, leaveTransportOpen: true);
        await secured.AuthenticateAsClientAsync(Identities.ClientOptions, cancellationToken);
        return new LoadClient(socket, transport, secured);
    }

    /// <summary>Sends a request and does not wait for the answer.</summary>
    public async Task AskAsync(string path = "/")
    {
        await Stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), TestContext.Current.CancellationToken);
        await Stream.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Asks for the small answer and takes it.</summary>
    public async Task GetAsync()
    {
        await AskAsync();
        byte[] answer = new byte[4096];
        for (int length = 0; ;)
        {
            int count = await Stream.ReadAsync(answer.AsMemory(length), TestContext.Current.CancellationToken);
            if (count == 0)
                throw new EndOfStreamException("The server closed the connection.");
            length += count;
            int head = answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (head < 0 || length < head + 4 + LoadServer.SmallSize)
                continue;
            Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(answer, 0, 12), StringComparison.Ordinal);
            Assert.Equal(head + 4 + LoadServer.SmallSize, length);
            return;
        }
    }

    /// <summary>Frees all but the socket, which stays open, without a word to the server: what the process holds from now on is its.</summary>
    public async Task AbandonAsync()
    {
        _transport!.IsSevered = true;
        await Stream.DisposeAsync();
        _stream = _transport = null;
    }

    /// <summary>Ends the connection with a reset: the peer is gone without a word.</summary>
    public void Reset()
    {
        if (!_socket.SafeHandle.IsClosed)
            _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _socket.Dispose();
    }
}
