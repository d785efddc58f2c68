using System.Buffers.Binary;
using System.Text;

namespace HybridTls.Benchmarks;

/// <summary>
/// A client that does as little as HTTP allows: the request is a constant, the body is counted and dropped. What it costs beyond TLS
/// is the same for both servers.
/// </summary>
internal sealed class KestrelHttpClient(Stream stream, bool isHttp2) : IAsyncDisposable
{
    private const int DataFrame = 0, HeadersFrame = 1, ResetFrame = 3, SettingsFrame = 4, PingFrame = 6, GoAwayFrame = 7;
    private const int FrameHeaderSize = 9;
    private const int WindowStep = 1 << 28;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _streamId = -1;
    private long _sinceUpdate;

    /// <summary>Sends HTTP/2's preface, with windows so wide that the server never waits for us.</summary>
    public async Task StartAsync()
    {
        if (!isHttp2)
            return;
        byte[] preface =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            0, 0, 6, SettingsFrame, 0, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF, // INITIAL_WINDOW_SIZE
            .. WindowUpdate(1 << 30),
        ];
        await stream.WriteAsync(preface);
        await stream.FlushAsync();
    }

    /// <summary>Fetches <paramref name="path"/> and checks the status and the size.</summary>
    public Task GetAsync(string path, int size) => isHttp2 ? GetHttp2Async(path, size) : GetHttp1Async(path, size);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task GetHttp1Async(string path, int size)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        await stream.FlushAsync();
        int head;
        while ((head = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
            await FillAsync();
        if (!_buffer.AsSpan(_start).StartsWith("HTTP/1.1 200 "u8))
            throw new InvalidOperationException("The server refused the request.");
        _start += head + 4;
        await SkipAsync(size);
    }

    private async Task GetHttp2Async(string path, int size)
    {
        _streamId += 2;
        byte[] headers = [0x82, 0x87, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 9, .. "localhost"u8];
        byte[] frame = [0, 0, (byte)headers.Length, HeadersFrame, 5, 0, 0, 0, 0, .. headers]; // END_STREAM, END_HEADERS
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), _streamId);
        await stream.WriteAsync(frame);
        await stream.FlushAsync();
        for (int received = 0; ;)
        {
            while (_end - _start < FrameHeaderSize)
                await FillAsync();
            int length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start)) >> 8;
            int type = _buffer[_start + 3], flags = _buffer[_start + 4];
            _start += FrameHeaderSize;
            if (type is ResetFrame or GoAwayFrame)
                throw new InvalidOperationException("The server refused the request.");
            if (type is SettingsFrame or PingFrame && (flags & 1) == 0)
                await AcknowledgeAsync(type, length);
            else
                await SkipAsync(length);
            if (type != DataFrame)
                continue;
            received += length;
            if ((flags & 1) == 0)
                continue;
            if (received != size)
                throw new InvalidOperationException("The body has not the size it should have.");
            await WidenAsync(received);
            return;
        }
    }

    private async Task AcknowledgeAsync(int type, int length)
    {
        byte[] payload = new byte[length];
        for (int copied = 0; copied < length;)
        {
            if (_start == _end)
                await FillAsync();
            int count = Math.Min(length - copied, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(payload.AsSpan(copied));
            (copied, _start) = (copied + count, _start + count);
        }

        byte[] echo = type == PingFrame ? payload : [];
        await stream.WriteAsync((byte[])[0, 0, (byte)echo.Length, (byte)type, 1, 0, 0, 0, 0, .. echo]);
        await stream.FlushAsync();
    }

    private async Task WidenAsync(int received)
    {
        _sinceUpdate += received;
        if (_sinceUpdate < WindowStep)
            return;
        await stream.WriteAsync(WindowUpdate((int)_sinceUpdate));
        _sinceUpdate = 0;
    }

    private static byte[] WindowUpdate(int increment)
    {
        byte[] frame = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(FrameHeaderSize), increment);
        return frame;
    }

    private async ValueTask SkipAsync(int count)
    {
        while (count > 0)
        {
            if (_start == _end)
                await FillAsync();
            int taken = Math.Min(count, _end - _start);
            _start += taken;
            count -= taken;
        }
    }

    private async ValueTask FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int count = await stream.ReadAsync(_buffer.AsMemory(_end));
        if (count == 0)
            throw new EndOfStreamException("The server closed the connection.");
        _end += count;
    }
}
