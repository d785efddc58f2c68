using System.Net.Security;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Exporters as a program calls them, on streams and on connections over pipes.</summary>
public sealed class ExporterTests
{
    private delegate byte[] Export(string label, ReadOnlySpan<byte> context, int length);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384, 12_240)]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256, 8_160)]
    [Clause("HT-KEY-4")]
    public async Task Labels_and_lengths_are_bounded_and_both_sides_agree(TlsCipherSuite suite, int longest)
    {
        await using TlsPair streams = await TlsPair.CreateAsync(client: TestIdentities.ClientOptions(options => options.CipherSuites = [suite]));
        await using PipesPair pipes = await PipesPair.CreateAsync(client: TestIdentities.ClientOptions(options => options.CipherSuites = [suite]));
        foreach ((Export ours, Export theirs) in ((Export, Export)[])
        [
            (streams.Client.ExportKeyingMaterial, streams.Server.ExportKeyingMaterial),
            (pipes.Client.ExportKeyingMaterial, pipes.Server.ExportKeyingMaterial),
        ])
        {
            foreach (int length in (int[])[1, 32, 49, longest])
            {
                byte[] exported = ours("EXPORTER-some", [1, 2], length);
                Assert.Equal(length, exported.Length);
                Assert.Equal(exported, theirs("EXPORTER-some", [1, 2], length));
            }

            Assert.NotEqual(ours("EXPORTER-some", [1, 2], 32), ours("EXPORTER-some", [1, 3], 32));
            Assert.NotEqual(ours("EXPORTER-some", [1, 2], 32), ours("EXPORTER-same", [1, 2], 32));
            Assert.NotEqual(ours("EXPORTER-some", [1, 2], 32), ours("EXPORTER-some", [1, 2], 33)[..32]); // the length is in the label
            Assert.Equal(32, ours(new string('x', 249), default, 32).Length);

            Assert.Throws<ArgumentNullException>("label", () => ours(null!, default, 32));
            Assert.Throws<ArgumentException>("label", () => ours("", default, 32));
            Assert.Throws<ArgumentException>("label", () => ours(new string('x', 250), default, 32));
            Assert.Throws<ArgumentException>("label", () => ours("ümlaut", default, 32));
            Assert.Throws<ArgumentOutOfRangeException>("length", () => ours("x", default, -1));
            Assert.Throws<ArgumentOutOfRangeException>("length", () => ours("x", default, 0));
            Assert.Throws<ArgumentOutOfRangeException>("length", () => ours("x", default, longest + 1));
        }

        Assert.Throws<ArgumentException>("output", () => streams.Client.ExportKeyingMaterial("x", default, new byte[longest + 1]));
        Assert.Throws<ArgumentException>("output", () => streams.Client.ExportKeyingMaterial("x", default, default(Span<byte>)));
        Assert.Throws<ArgumentException>("output", () => pipes.Client.ExportKeyingMaterial("x", default, new byte[longest + 1]));
    }

    [Fact]
    [Clause("HT-KEY-5")]
    [Clause("HT-KEY-10")]
    public async Task Key_updates_change_no_export()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        byte[] before = pair.Client.ExportKeyingMaterial("EXPORTER-some", default, 40), binding = pair.Client.GetChannelBinding();
        for (int i = 0; i < 3; i++)
        {
            await pair.Client.UpdateKeysAsync(requestPeer: true, Token);
            await pair.Client.Output.WriteAsync(new byte[1], Token);
            pair.Server.Input.AdvanceTo((await pair.Server.Input.ReadAsync(Token)).Buffer.End);
            await pair.Server.Output.WriteAsync(new byte[1], Token);
            pair.Client.Input.AdvanceTo((await pair.Client.Input.ReadAsync(Token)).Buffer.End);
        }

        Assert.Equal(3ul, pair.Server.Machine.Established.Secrets.Server.Generation);
        Assert.Equal(before, pair.Client.ExportKeyingMaterial("EXPORTER-some", default, 40));
        Assert.Equal(before, pair.Server.ExportKeyingMaterial("EXPORTER-some", default, 40));
        Assert.Equal(binding, pair.Server.GetChannelBinding());
        Assert.Equal(binding, pair.Client.ExportKeyingMaterial("EXPORTER-Channel-Binding", default, 32));
    }

    [Fact]
    [Clause("HT-KEY-3")]
    public async Task There_is_nothing_to_export_before_the_handshake_and_after_disposal()
    {
        await using TlsPair raw = TlsPair.CreateRaw();
        Assert.Throws<InvalidOperationException>(() => raw.Client.ExportKeyingMaterial("x", default, 32));
        Assert.Throws<InvalidOperationException>(() => raw.Client.GetChannelBinding());
        await using PipesPair rawPipes = PipesPair.CreateRaw();
        Assert.Throws<InvalidOperationException>(() => rawPipes.Client.ExportKeyingMaterial("x", default, 32));
        TlsPair pair = await TlsPair.CreateAsync();
        await pair.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => pair.Client.ExportKeyingMaterial("x", default, 32));
        PipesPair pipes = await PipesPair.CreateAsync();
        await pipes.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => pipes.Client.ExportKeyingMaterial("x", default, 32));
    }
}
