using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Interop;

/// <summary>Application data, key updates and closure with Node in both roles.</summary>
public sealed class NodeDataTests(NodeTls node) : NodeTestBase(node)
{
    private const int Many = 100 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-1")]
    public async Task A_hundred_mebibytes_arrive_in_each_direction_at_once(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, new JsonObject { ["send"] = Many });
        await using (ours)
        {
            Task<string> writing = Task.Run(async () =>
            {
                string hash = await WriteManyAsync(ours, Many);
                await ours.ShutdownAsync(Token);
                return hash;
            }, Token);
            Task<(long Count, string Hash)> reading = Task.Run(() => ReadAllAsync(ours), Token);

            JsonElement sent = await theirs.WaitAsync("sent");
            JsonElement received = await theirs.WaitAsync("end");
            Assert.Equal(Many, received.GetProperty("received").GetInt64());
            Assert.Equal(await writing, received.GetProperty("sha256").GetString());
            await theirs.EndAsync();
            (long count, string hash) = await reading;
            Assert.Equal(Many, count);
            Assert.Equal(sent.GetProperty("sha256").GetString(), hash);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-1")]
    [Clause("HT-KU-2")]
    public async Task Keys_are_renewed_on_request_and_data_goes_on(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, new JsonObject { ["echo"] = true });
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            for (int i = 0; i < 40; i++)
            {
                await ours.UpdateKeysAsync(requestPeer: i % 2 == 0, Token);
                await AssertEchoAsync(ours, "after " + i.ToString(CultureInfo.InvariantCulture));
            }

            (ulong own, ulong peer) = Generations(ours, weAreTheClient);
            Assert.Equal(40UL, own);
            Assert.Equal(20UL, peer);
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 5)]
    [InlineData(false, 20)]
    [Clause("HT-KU-5")]
    public async Task Keys_renew_themselves_after_some_records(bool weAreTheClient, int records)
    {
        const int Size = 4_000_000;
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, new JsonObject { ["echo"] = true }, records);
        await using (ours)
        {
            // The peer is asked for a new key with our next write after as many of its records.
            for (int i = 0; i < (3 * records) + 3; i++)
                await AssertEchoAsync(ours);
            Assert.InRange(Generations(ours, weAreTheClient).Peer, 1UL, (ulong)(3 * records) + 3);

            Task<(long Count, string Hash)> reading = Task.Run(() => ReadAllAsync(ours), Token);
            string sent = await WriteManyAsync(ours, Size);
            await ours.ShutdownAsync(Token);
            (long count, string hash) = await reading;
            Assert.Equal((Size, sent), (count, hash));
            Assert.InRange(Generations(ours, weAreTheClient).Own, (ulong)(Size / 16384 / records) - 1, (ulong)(2 * Size / 16384));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-KU-9")]
    public async Task A_download_gets_new_keys_from_a_peer_that_changes_none_by_itself(bool weAreTheClient)
    {
        // Asked after 307 of its records of up to 16 KiB. In parts, since Node reads nothing while the transport takes all that it writes.
        const int Part = 6_000_000;
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, [], keyUpdateAfterRecords: 50);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            byte[] received = new byte[Part];
            for (int i = 0; i < 4; i++)
            {
                await theirs.SendAsync(Part);
                await ours.ReadExactlyAsync(received, Token);
                Assert.Equal((await theirs.WaitAsync("sent")).GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(received)));
            }

            Assert.InRange(Generations(ours, weAreTheClient).Peer, 1UL, 4UL);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-3")]
    public async Task We_close_our_half_and_still_read(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, []);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            await ours.WriteAsync("request"u8.ToArray(), Token);
            await ours.ShutdownAsync(Token);
            await ours.ShutdownAsync(Token);
            Assert.False(ours.CanWrite);
            await Assert.ThrowsAsync<InvalidOperationException>(() => ours.WriteAsync(new byte[1], Token).AsTask());
            Assert.Equal(7, (await theirs.WaitAsync("end")).GetProperty("received").GetInt64());

            await theirs.SendAsync(100_000);
            await theirs.EndAsync();
            (long count, string hash) = await ReadAllAsync(ours);
            Assert.Equal(100_000, count);
            Assert.Equal((await theirs.WaitAsync("sent")).GetProperty("sha256").GetString(), hash);
            Assert.Equal(0, await ours.ReadAsync(new byte[1], Token));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-3")]
    public async Task The_peer_closes_its_half_and_we_still_write(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, []);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            await theirs.EndAsync();
            Assert.Equal(0, await ours.ReadAsync(new byte[10], Token));
            string sent = await WriteManyAsync(ours, 100_000);
            await ours.ShutdownAsync(Token);
            JsonElement received = await theirs.WaitAsync("end");
            Assert.Equal(sent, received.GetProperty("sha256").GetString());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-4")]
    public async Task Disposal_closes_properly(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, []);
        await theirs.WaitAsync("secure");
        await ours.WriteAsync("last words"u8.ToArray(), Token);
        await ours.DisposeAsync();
        Assert.Equal(10, (await theirs.WaitAsync("end")).GetProperty("received").GetInt64());
        await theirs.EndAsync();
        await theirs.WaitAsync("close");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ours.ReadAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ours.WriteAsync(new byte[1], Token).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-SHELL-2")]
    [Clause("HT-ALERT-5")]
    public async Task A_connection_cut_short_is_reported(bool weAreTheClient)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await OpenAsync(weAreTheClient, []);
        await using (ours)
        {
            await theirs.WaitAsync("secure");
            await theirs.SendAsync(5);
            await ours.ReadExactlyAsync(new byte[5], Token);
            await theirs.DestroyAsync();
            HybridTlsException exception = await Assert.ThrowsAsync<HybridTlsException>(() => ours.ReadAsync(new byte[1], Token).AsTask());
            Assert.Equal((HybridTlsFailure.Truncated, null), (exception.Failure, exception.Alert));
            Assert.Contains("close_notify", exception.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<HybridTlsException>(() => ours.ReadAsync(new byte[1], Token).AsTask());
            await Assert.ThrowsAsync<HybridTlsException>(() => ours.WriteAsync(new byte[1], Token).AsTask());
        }
    }

    private Task<(HybridTlsStream Ours, NodeConnection Theirs)> OpenAsync(bool weAreTheClient, JsonObject behaviour, int? keyUpdateAfterRecords = null) =>
        weAreTheClient
            ? ConnectToNodeAsync(client: ClientOptions(options => options.KeyUpdateAfterRecords = keyUpdateAfterRecords), behaviour: behaviour)
            : AcceptNodeAsync(ServerOptions(options => options.KeyUpdateAfterRecords = keyUpdateAfterRecords), behaviour: behaviour);

    private static (ulong Own, ulong Peer) Generations(HybridTlsStream stream, bool client)
    {
        HybridTls.KeySchedule.ApplicationSecrets secrets = stream.Machine.Established.Secrets;
        ulong clientGeneration = secrets.Client.Generation, serverGeneration = secrets.Server.Generation;
        return client ? (clientGeneration, serverGeneration) : (serverGeneration, clientGeneration);
    }
}
