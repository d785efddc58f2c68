#pragma warning disable
using System.Buffers;
using System.IO.Pipelines;

namespace HybridTls;

internal sealed class HybridTlsConnection(IDuplexPipe transport, MemoryPool<byte>? pool, bool leaveTransportOpen) : IDuplexPipe, IAsyncDisposable
{
    private readonly HybridTlsStream _stream = new(new Both(transport.Input.AsStream(leaveTransportOpen), transport.Output.AsStream(leaveTransportOpen)));
    public PipeReader Input { get; private set; } = null!;
    public PipeWriter Output { get; private set; } = null!;
    public NegotiatedParameters Parameters => _stream.Parameters;
    public ClientHelloInfo? ClientHello => null;
    public long BytesReceived => 0;
    public long BytesSent => 0;
    public async Task AuthenticateAsServerAsync(HybridTlsServerOptions o, CancellationToken t) { await _stream.AuthenticateAsServerAsync(o, t); Set(); }
    public async Task AuthenticateAsClientAsync(HybridTlsClientOptions o, CancellationToken t) { await _stream.AuthenticateAsClientAsync(o, t); Set(); }
    private void Set() { Input = PipeReader.Create(_stream, new(pool, leaveOpen: true)); Output = PipeWriter.Create(_stream, new(pool, leaveOpen: true)); }
    public void ExportKeyingMaterial(string l, ReadOnlySpan<byte> c, Span<byte> o) => _stream.ExportKeyingMaterial(l, c, o);
    public byte[] GetChannelBinding() => _stream.GetChannelBinding();
    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();
    private sealed class Both(Stream r, Stream w) : Stream
    {
        public override bool CanRead => true; public override bool CanSeek => false; public override bool CanWrite => true;
        public override long Length => 0; public override long Position { get => 0; set { } }
        public override void Flush() => w.Flush();
        public override Task FlushAsync(CancellationToken t) => w.FlushAsync(t);
        public override int Read(byte[] b, int o, int c) => r.Read(b, o, c);
        public override ValueTask<int> ReadAsync(Memory<byte> b, CancellationToken t = default) => r.ReadAsync(b, t);
        public override long Seek(long o, SeekOrigin s) => 0; public override void SetLength(long v) { }
        public override void Write(byte[] b, int o, int c) => w.Write(b, o, c);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> b, CancellationToken t = default) => w.WriteAsync(b, t);
        protected override void Dispose(bool d) { r.Dispose(); w.Dispose(); base.Dispose(d); }
    }
}
