using System.Net.Security;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Interop;

/// <summary>Exporters against Node in both roles, before and after keys changed.</summary>
public sealed class NodeExporterTests(NodeTls node) : NodeTestBase(node)
{
    public static TheoryData<bool, TlsCipherSuite> Cases => new()
    {
        { true, TlsCipherSuite.TLS_AES_256_GCM_SHA384 },
        { false, TlsCipherSuite.TLS_AES_256_GCM_SHA384 },
        { true, TlsCipherSuite.TLS_AES_128_GCM_SHA256 },
        { false, TlsCipherSuite.TLS_AES_128_GCM_SHA256 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    [Clause("HT-KEY-4")]
    [Clause("HT-KEY-5")]
    [Clause("HT-KEY-10")]
    public async Task Labels_contexts_and_lengths_of_all_kinds_give_the_same_bytes(bool weAreTheClient, TlsCipherSuite suite)
    {
        JsonObject echo = new() { ["echo"] = true };
        (HybridTlsStream ours, NodeConnection theirs) = weAreTheClient
            ? await ConnectToNodeAsync(NodeServer(("ciphers", suite.ToString())), behaviour: echo)
            : await AcceptNodeAsync(client: NodeClient(("ciphers", suite.ToString())), behaviour: echo);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            int longest = ours.Machine.Established.Secrets.MaxExportedLength;
            (string Label, byte[] Context, int Length)[] exports =
            [
                ("EXPORTER-hybridtls", [], 32),
                ("EXPORTER-hybridtls", [0], 32),
                ("EXPORTER-hybridtls", new byte[5000], 1),
                ("x", [1, 2, 3], 1000),
                (new string('y', 249), [9], longest),
                ("EXPORTER-Channel-Binding", [], 32),
            ];
            string[] before = [.. exports.Select(e => Convert.ToHexStringLower(ours.ExportKeyingMaterial(e.Label, e.Context, e.Length)))];
            Assert.Equal(exports.Length - 0, before.Distinct().Count());
            Assert.Equal(before[^1], Convert.ToHexStringLower(ours.GetChannelBinding()));
            for (int i = 0; i < exports.Length; i++)
                Assert.Equal(before[i], await theirs.ExportAsync(exports[i].Label, Convert.ToHexString(exports[i].Context), exports[i].Length));

            for (int i = 0; i < 3; i++)
            {
                await ours.UpdateKeysAsync(requestPeer: true, Token);
                await AssertEchoAsync(ours);
            }

            Assert.Equal(before, exports.Select(e => Convert.ToHexStringLower(ours.ExportKeyingMaterial(e.Label, e.Context, e.Length))));
            for (int i = 0; i < exports.Length; i++)
                Assert.Equal(before[i], await theirs.ExportAsync(exports[i].Label, Convert.ToHexString(exports[i].Context), exports[i].Length));
        }
    }
}
