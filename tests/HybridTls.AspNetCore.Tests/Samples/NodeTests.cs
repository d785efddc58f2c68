using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridTls.Tests.Samples;

/// <summary>Node's https and http2 modules against the sample KestrelHttps.</summary>
[Collection(SharedKestrel.Name)]
public sealed class NodeTests(RunningKestrel kestrel)
{
    private const int Upload = 20 << 20;

    [Fact]
    public async Task Https_gets_a_page_and_verifies_the_server()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement answer = await node.RequestAsync(Request("get"));
        AssertProtected(answer);
        Assert.Equal("HTTP/1.1", Facts(answer)["protocol"]);
    }

    [Fact]
    public async Task Https_refuses_another_authority_and_another_name()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonObject request = Request("get");
        request["ca"] = null;
        Assert.Equal("SELF_SIGNED_CERT_IN_CHAIN", await FailureAsync(node, request, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"));
        request = Request("get");
        request["servername"] = "elsewhere.test";
        Assert.Equal("ERR_TLS_CERT_ALTNAME_INVALID", await FailureAsync(node, request));
    }

    [Fact]
    public async Task Https_posts_20_MiB()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        AssertUpload(await node.RequestAsync(Request("upload", ("size", Upload))));
    }

    [Fact]
    public async Task Http2_posts_20_MiB()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        AssertUpload(await node.RequestAsync(Request("upload2", ("size", Upload))));
    }

    [Fact]
    public async Task Http2_has_100_concurrent_streams_on_one_connection()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement result = await node.RequestAsync(Request("streams", ("count", 100)));
        Assert.Equal("h2", result.GetProperty("alpn").GetString());
        Assert.Equal("X25519MLKEM768", result.GetProperty("group").GetString());
        Assert.True(result.GetProperty("authorized").GetBoolean());
        Dictionary<string, string>[] answers = [.. result.GetProperty("answers").EnumerateArray().Select(Facts)];
        Assert.Equal(100, answers.Length);
        Assert.All(answers, static answer => Assert.Equal(("HTTP/2", "X25519MLKEM768", "ML-DSA-65"), (answer["protocol"], answer["group"], answer["signature"])));
        Assert.Single(answers.Select(static answer => answer["connection"]).Distinct());
    }

    [Fact]
    public async Task Https_keeps_a_connection_alive()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        JsonElement[] answers = [.. (await node.RequestAsync(Request("keepAlive", ("count", 10)))).GetProperty("answers").EnumerateArray()];
        Assert.Single(answers.Select(static answer => Facts(answer)["connection"]).Distinct());
        Assert.Equal([false, .. Enumerable.Repeat(true, 9)], answers.Select(static answer => answer.GetProperty("reused").GetBoolean()));
    }

    [Fact]
    public async Task Abrupt_disconnects_hurt_nobody_else()
    {
        await using NodePeer node = NodePeer.Start("http-peer.js");
        Task<JsonElement> vanished = node.RequestAsync(Request("vanish", ("count", 70)));
        Task<JsonElement> upload = node.RequestAsync(Request("upload", ("size", Upload)));
        Assert.Equal(7, (await vanished).GetProperty("ways").GetArrayLength());
        AssertUpload(await upload);
        AssertProtected(await node.RequestAsync(Request("get")));
        Assert.DoesNotContain("fail:", kestrel.Output, StringComparison.Ordinal);
    }

    private static async Task<string> FailureAsync(NodePeer node, JsonObject request, params string[] synonyms)
    {
        string failure = (await node.RequestAsync(request)).GetProperty("failure").GetString()!;
        return synonyms.Contains(failure) ? "SELF_SIGNED_CERT_IN_CHAIN" : failure;
    }

    private static void AssertProtected(JsonElement answer)
    {
        Assert.Equal(200, answer.GetProperty("status").GetInt32());
        Assert.Equal("X25519MLKEM768", answer.GetProperty("group").GetString());
        Assert.Equal("TLSv1.3", answer.GetProperty("protocol").GetString());
        Assert.True(answer.GetProperty("authorized").GetBoolean());
        Dictionary<string, string> facts = Facts(answer);
        Assert.Equal(("X25519MLKEM768", "ML-DSA-65", "no"), (facts["group"], facts["signature"], facts["resumed"]));
    }

    private static void AssertUpload(JsonElement answer)
    {
        Dictionary<string, string> facts = Facts(answer);
        Assert.Equal(Upload.ToString(System.Globalization.CultureInfo.InvariantCulture), facts["size"]);
        Assert.Equal(answer.GetProperty("sha256").GetString(), facts["sha256"]);
    }

    private static Dictionary<string, string> Facts(JsonElement answer) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(answer.GetProperty("body").GetString()!)!;

    private JsonObject Request(string operation, params (string Name, JsonNode Value)[] members)
    {
        JsonObject request = new() { ["op"] = operation, ["port"] = kestrel.Port, ["ca"] = kestrel.Authority };
        foreach ((string name, JsonNode value) in members)
            request[name] = value;
        return request;
    }
}
