using System.Net;
using System.Net.Sockets;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HybridTls.Tests.AspNetCore;

/// <summary>What a request can ask of the channel that carries it.</summary>
public sealed class FeatureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exports_are_the_peers_before_and_after_the_keys_changed()
    {
        await using WebHost host = await WebHost.StartAsync(static application => application.MapGet("/", static async context =>
        {
            IHybridTlsFeature tls = context.Features.Get<IHybridTlsFeature>()!;
            byte[] before = tls.ExportKeyingMaterial("EXPORTER-test", [1, 2, 3], 40), span = new byte[40];
            await tls.UpdateKeysAsync(requestPeer: true, context.RequestAborted);
            tls.ExportKeyingMaterial("EXPORTER-test", [1, 2, 3], span);
            bool refused = false;
            try
            {
                tls.ExportKeyingMaterial("EXPORTER-test", default, 0);
            }
            catch (ArgumentException)
            {
                refused = true;
            }

            string answer = $"{Convert.ToHexString(before)} {Convert.ToHexString(span)} {refused}";
            context.Response.ContentLength = answer.Length; // the end of chunks is as short as a KeyUpdate
            await context.Response.WriteAsync(answer, context.RequestAborted);
        }));
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, host.Port, Token);
        RecordCounter wire = new(tcp.GetStream());
        await using HybridTlsStream stream = new(wire);
        await stream.AuthenticateAsClientAsync(TestIdentities.UnnamedClientOptions(static options => options.TargetHost = "localhost"), Token);
        wire.KeyUpdates = 0;
        string expected = Convert.ToHexString(stream.ExportKeyingMaterial("EXPORTER-test", [1, 2, 3], 40));
        for (int i = 0; i < 2; i++)
        {
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
            byte[] answer = new byte[2000];
            int length = 0;
            while (!System.Text.Encoding.ASCII.GetString(answer, 0, length).Contains("True", StringComparison.Ordinal))
                length += await stream.ReadAtLeastAsync(answer.AsMemory(length), 1, cancellationToken: Token);
            Assert.Contains($"{expected} {expected} True", System.Text.Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        }

        Assert.Equal(2, wire.KeyUpdates);
    }

    /// <summary>Counts the records that are as long as a KeyUpdate: its 5 bytes, the type and the tag.</summary>
    private sealed class RecordCounter(Stream inner) : Stream
    {
        private readonly List<byte> _received = [];

        public int KeyUpdates { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken);
            _received.AddRange(buffer.Span[..count]);
            for (int length; _received.Count >= 5 && _received.Count >= 5 + (length = (_received[3] << 8) | _received[4]);)
            {
                if (_received[0] == 23 && length == 22)
                    KeyUpdates++;
                _received.RemoveRange(0, 5 + length);
            }

            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
