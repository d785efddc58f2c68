using System.IO.Pipelines;
using HybridTls.Handshake;
using HybridTls.Records;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>Authenticated peers that send much and no data, over streams and over pipes, to servers and to clients.</summary>
public sealed class FloodTests
{
    /// <summary>What comes, and how often it is borne in a row.</summary>
    private static readonly Dictionary<string, (int Borne, Action<Attacker> Send)> Kinds = new()
    {
        ["KeyUpdate"] = (KeyUpdates.MaxWithoutData, static attacker => attacker.KeyUpdate()),
        ["KeyUpdate that asks"] = (KeyUpdates.MaxWithoutData, static attacker => attacker.KeyUpdate(requested: true)),
        ["KeyUpdate in five records"] = (KeyUpdates.MaxWithoutData, static attacker => attacker.Fragments(requested: false, 1)),
        ["ticket"] = (KeyUpdates.MaxWithoutData, static attacker => attacker.Ticket()),
        ["empty record"] = (RecordLimits.MaxEmptyRecordsInARow, static attacker => attacker.Empty()),
        ["user_canceled"] = (RecordLimits.MaxIgnoredAlerts, static attacker => attacker.Alert(TlsAlert.UserCanceled)),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static IEnumerable<TheoryDataRow<string, bool, bool>> Cases() =>
        from kind in Kinds.Keys
        from client in (bool[])[true, false]
        from pipes in (bool[])[true, false]
        where kind != "ticket" || client
        select new TheoryDataRow<string, bool, bool>(kind, client, pipes);

    [Theory]
    [MemberData(nameof(Cases))]
    [Clause("HT-KU-6")]
    [Clause("HT-LIM-6")]
    [Clause("HT-REC-8")]
    [Clause("HT-ALERT-3")]
    public async Task A_flood_without_data_is_borne_so_long_and_then_refused(string kind, bool floodsClient, bool overPipes)
    {
        (int borne, Action<Attacker> send) = Kinds[kind];
        await using Arena arena = await Arena.CreateAsync(floodsClient, overPipes);

        // Only user_canceled counts for good; data is what makes the rest begin anew.
        for (int round = 0; round < (kind == "user_canceled" ? 1 : 3); round++)
        {
            for (int i = 0; i < borne; i++)
                send(arena.Attacker);
            arena.Attacker.Data(7);
            await arena.Attacker.SendAsync();
            Assert.Equal(7, await arena.ReadByteAsync());
        }

        for (int i = 0; i < (kind == "user_canceled" ? 1 : borne + 1); i++)
            send(arena.Attacker);
        arena.Attacker.Data(8);
        await arena.Attacker.SendAsync();
        await arena.AssertRefusedAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [Clause("HT-LIM-6")]
    public async Task Kinds_that_take_turns_do_not_outlast_each_other(bool floodsClient, bool overPipes)
    {
        await using Arena arena = await Arena.CreateAsync(floodsClient, overPipes);
        int most = KeyUpdates.MaxWithoutData + RecordLimits.MaxEmptyRecordsInARow + RecordLimits.MaxIgnoredAlerts;
        for (int i = 0; i < most; i++)
        {
            arena.Attacker.Empty();
            if (floodsClient && i % 2 == 0)
                arena.Attacker.Ticket();
            else
                arena.Attacker.KeyUpdate(requested: i % 3 == 0);
            if (i < RecordLimits.MaxIgnoredAlerts)
                arena.Attacker.Alert(TlsAlert.UserCanceled);
        }

        arena.Attacker.Data(8);
        await arena.Attacker.SendAsync();
        await arena.AssertRefusedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-LIM-6")]
    public async Task All_kinds_together_are_borne_up_to_their_own_bounds(bool overPipes)
    {
        await using Arena arena = await Arena.CreateAsync(floodsClient: true, overPipes);
        for (int i = 0; i < KeyUpdates.MaxWithoutData; i++)
        {
            arena.Attacker.Empty();
            if (i % 2 == 0)
                arena.Attacker.Ticket();
            else
                arena.Attacker.KeyUpdate();
        }

        for (int i = 0; i < RecordLimits.MaxIgnoredAlerts; i++)
            arena.Attacker.Alert(TlsAlert.UserCanceled);
        arena.Attacker.Data(7);
        await arena.Attacker.SendAsync();
        Assert.Equal(7, await arena.ReadByteAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("HT-HS-1")]
    [Clause("HT-LIM-6")]
    public async Task A_servers_first_ticket_is_one_too_many(bool overPipes)
    {
        await using Arena arena = await Arena.CreateAsync(floodsClient: false, overPipes);
        arena.Attacker.Ticket();
        await arena.Attacker.SendAsync();
        await arena.AssertRefusedAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [Clause("HT-HS-7")]
    public async Task Nothing_may_follow_a_key_update_in_its_record(bool floodsClient, bool overPipes)
    {
        await using Arena arena = await Arena.CreateAsync(floodsClient, overPipes);
        arena.Attacker.Handshake(24, 0, 0, 1, 0, 24, 0, 0, 1, 0);
        await arena.Attacker.SendAsync();
        await arena.AssertRefusedAsync();
    }

    /// <summary>A victim, and an attacker in the place of its peer.</summary>
    private sealed class Arena : IAsyncDisposable
    {
        private readonly IAsyncDisposable _pair;
        private readonly Func<ValueTask<int>> _read;
        private readonly Func<Task> _readAlert;

        private Arena(IAsyncDisposable pair, Attacker attacker, Func<ValueTask<int>> read, Func<Task> readAlert)
        {
            (_pair, Attacker, _read, _readAlert) = (pair, attacker, read, readAlert);
        }

        public Attacker Attacker { get; }

        public static async Task<Arena> CreateAsync(bool floodsClient, bool overPipes)
        {
            // The server's own tickets would count.
            HybridTlsServerOptions options = TestIdentities.ServerOptions(static options => options.AllowTlsResume = false);
            if (overPipes)
            {
                PipesPair pipes = await PipesPair.CreateAsync(options);
                (HybridTlsConnection victim, HybridTlsConnection peer) = floodsClient ? (pipes.Client, pipes.Server) : (pipes.Server, pipes.Client);
                PipeWriter wire = (floodsClient ? pipes.ToClient : pipes.ToServer).Writer;
                return new Arena(
                    pipes,
                    new Attacker(peer.Machine, async records => await wire.WriteAsync(records, Token)),
                    async () =>
                    {
                        ReadResult result = await victim.Input.ReadAsync(Token);
                        int read = result.Buffer.FirstSpan[0];
                        victim.Input.AdvanceTo(result.Buffer.End);
                        return read;
                    },
                    async () => await peer.Input.ReadAsync(Token));
            }

            TlsPair pair = await TlsPair.CreateAsync(options);
            (HybridTlsStream reader, HybridTlsStream other) = floodsClient ? (pair.Client, pair.Server) : (pair.Server, pair.Client);
            DuplexPair transport = floodsClient ? pair.ServerTransport : pair.ClientTransport;
            return new Arena(
                pair,
                new Attacker(other.Machine, records => transport.WriteAsync(records, Token)),
                async () =>
                {
                    byte[] one = new byte[1];
                    await reader.ReadExactlyAsync(one, Token);
                    return one[0];
                },
                async () => await other.ReadExactlyAsync(new byte[1], Token));
        }

        public ValueTask<int> ReadByteAsync() => _read();

        /// <summary>The victim refuses, and tells why.</summary>
        public async Task AssertRefusedAsync()
        {
            HybridTlsException ours = await Assert.ThrowsAsync<HybridTlsException>(async () => await _read());
            Assert.Equal((HybridTlsFailure.AlertSent, (TlsAlert?)TlsAlert.UnexpectedMessage), (ours.Failure, ours.Alert));
            HybridTlsException theirs = await Assert.ThrowsAsync<HybridTlsException>(_readAlert);
            Assert.Equal((HybridTlsFailure.AlertReceived, (TlsAlert?)TlsAlert.UnexpectedMessage), (theirs.Failure, theirs.Alert));
        }

        public ValueTask DisposeAsync() => _pair.DisposeAsync();
    }
}
