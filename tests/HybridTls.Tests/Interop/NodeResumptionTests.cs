using System.Net.Security;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using static HybridTls.Tests.Interop.PeerIdentities;

namespace HybridTls.Tests.Interop;

/// <summary>Resumption with Node (OpenSSL 3.5) in both roles.</summary>
/// <remarks>
/// Not with a client certificate of Node's: its sessions end at 10 kB, and the server's certificate and a ticket with the client's are more.
/// </remarks>
public sealed class NodeResumptionTests(NodeTls node) : NodeTestBase(node)
{
    private readonly string _ticketKeys = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    public static TheoryData<TlsCipherSuite> Suites =>
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-RES-1")]
    [Clause("HT-RES-2")]
    public async Task Our_client_resumes_at_nodes_server_with_each_of_its_tickets(TlsCipherSuite suite)
    {
        // Node's server sends two tickets after a full handshake and none after a resumption.
        HybridTlsClientOptions options = ClientOptions(options => options.CipherSuites = [suite]);
        foreach (bool resumed in (bool[])[false, true, true, false, true])
            Assert.Equal(resumed, await VisitNodeAsync(options));
    }

    [Fact]
    [Clause("HT-RES-2")]
    public async Task Our_client_resumes_after_a_retry()
    {
        HybridTlsClientOptions options = ClientOptions();
        Assert.False(await VisitNodeAsync(options));
        Assert.True(await VisitNodeAsync(options, withholdKeyShare: true));
    }

    [Fact]
    [Clause("HT-RES-3")]
    public async Task Nodes_server_knows_our_client_again()
    {
        HybridTlsClientOptions options = ClientOptions(options => options.Credential = Client.Credential);
        for (int visit = 0; visit < 3; visit++)
            Assert.Equal(visit > 0, await VisitNodeAsync(options, peer: "interop client", ("requestCert", true), ("rejectUnauthorized", true), ("ca", RootPem)));
    }

    [Fact]
    [Clause("HT-RES-8")]
    public async Task A_ticket_that_nodes_server_cannot_open_leads_to_a_full_handshake()
    {
        HybridTlsClientOptions options = ClientOptions();
        Assert.False(await VisitNodeAsync(options));
        string other = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        Assert.False(await VisitNodeAsync(options, peer: "", ("ticketKeys", other)));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Clause("HT-RES-1")]
    [Clause("HT-RES-2")]
    public async Task Nodes_client_resumes_at_our_server_again_and_again(TlsCipherSuite suite)
    {
        HybridTlsServerOptions options = ServerOptions(options => options.CipherSuites = [suite]);
        string? session = null;
        for (int visit = 0; visit < 4; visit++)
        {
            (NegotiatedParameters parameters, session) = await AcceptVisitAsync(options, session);
            Assert.Equal((visit > 0, null), (parameters.IsResumed, parameters.ResumptionRefusal));
        }
    }

    [Fact]
    [Clause("HT-RES-8")]
    public async Task A_ticket_of_node_that_our_server_cannot_open_leads_to_a_full_handshake()
    {
        using RotatingTicketProtector first = new(), second = new();
        (_, string? session) = await AcceptVisitAsync(ServerOptions(options => options.TicketProtector = first), null);
        (NegotiatedParameters parameters, _) = await AcceptVisitAsync(ServerOptions(options => options.TicketProtector = second), session);
        Assert.False(parameters.IsResumed);
        Assert.NotNull(parameters.ResumptionRefusal);
    }

    private Task<bool> VisitNodeAsync(HybridTlsClientOptions options, bool withholdKeyShare = false) => VisitNodeAsync(options, "", withholdKeyShare, []);

    private Task<bool> VisitNodeAsync(HybridTlsClientOptions options, string peer, params (string, JsonNode?)[] more) => VisitNodeAsync(options, peer, false, more);

    /// <summary>Connects to a server of Node's, one of several that share their ticket keys, and says whether the session was resumed.</summary>
    private async Task<bool> VisitNodeAsync(HybridTlsClientOptions options, string peer, bool withholdKeyShare, (string Name, JsonNode? Value)[] more)
    {
        JsonObject server = NodeServer(more);
        server["ticketKeys"] ??= _ticketKeys;
        (HybridTlsStream ours, NodeConnection theirs) = await ConnectToNodeAsync(server, options, new JsonObject { ["echo"] = true }, withholdKeyShare);
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.Equal(ours.Parameters.IsResumed, secure.GetProperty("resumed").GetBoolean());
            Assert.Equal(peer, secure.GetProperty("peer").GetString());
            Assert.True(ours.Parameters.IsPeerAuthenticated);
            await AssertEchoAsync(ours); // the tickets come before the data
            return ours.Parameters.IsResumed;
        }
    }

    private async Task<(NegotiatedParameters Parameters, string Session)> AcceptVisitAsync(HybridTlsServerOptions options, string? session, params (string, JsonNode?)[] more)
    {
        (HybridTlsStream ours, NodeConnection theirs) = await AcceptNodeAsync(options, NodeClient([.. more, ("session", session)]), new JsonObject { ["echo"] = true });
        await using (ours)
        {
            JsonElement secure = await theirs.WaitAsync("secure");
            Assert.Equal(ours.Parameters.IsResumed, secure.GetProperty("resumed").GetBoolean());
            Assert.Equal("X25519MLKEM768", secure.GetProperty("group").GetString());
            await AssertEchoAsync(ours);
            string[] sessions = await theirs.GetSessionsAsync();
            Assert.NotEmpty(sessions);
            return (ours.Parameters, sessions[^1]);
        }
    }
}
