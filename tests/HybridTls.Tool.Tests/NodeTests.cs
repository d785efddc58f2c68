using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Tool;

namespace HybridTls.Tests.Tool;

/// <summary>Node 26 (OpenSSL 3.5) takes what the tool makes, and talks to it.</summary>
public sealed class NodeTests : ToolTestBase
{
    [Fact]
    public async Task Node_reads_private_public_and_encrypted_keys()
    {
        (await RunAsync("key", "new", PathOf("a.key"), "--public", PathOf("a.pub"))).Succeeded();
        (await RunAsync("key", "new", PathOf("e.key"), "--password", "secret")).Succeeded();
        await using NodePeer node = NodePeer.Start("crypto-peer.js");
        JsonElement answer = await node.RequestAsync(new JsonObject
        {
            ["op"] = "import",
            ["keys"] = new JsonArray(
                new JsonObject { ["pem"] = await TextAsync("a.key") },
                new JsonObject { ["pem"] = await TextAsync("a.pub"), ["isPublic"] = true },
                new JsonObject { ["pem"] = await TextAsync("e.key"), ["passphrase"] = "secret" }),
        });
        JsonElement[] keys = [.. answer.GetProperty("keys").EnumerateArray()];
        Assert.All(keys, static key => Assert.Equal("ml-dsa-65", key.GetProperty("type").GetString()));
        Assert.Equal(keys[0].GetProperty("spki").GetString(), keys[1].GetProperty("spki").GetString());
        foreach ((JsonElement key, string file) in keys.Zip((string[])["a.key", "a.pub"]))
            Assert.Equal(await PinOfAsync(PathOf(file)), Hash(key.GetProperty("spki").GetBytesFromBase64()));
    }

    [Fact]
    public async Task Node_verifies_certificates_of_the_tools_authority()
    {
        Identities files = await MakeIdentitiesAsync();
        await using NodePeer node = NodePeer.Start("certificate-peer.js");
        JsonElement answer = await node.RequestAsync(new JsonObject
        {
            ["op"] = "inspect",
            ["pem"] = await File.ReadAllTextAsync(files.Server, Token),
            ["issuerPem"] = await File.ReadAllTextAsync(files.Ca, Token),
            ["host"] = "localhost",
        });
        foreach (string fact in (string[])["verified", "issued", "hostMatches"])
            Assert.True(answer.GetProperty(fact).GetBoolean(), fact);
    }

    [Fact]
    public async Task Connect_talks_to_a_node_server_and_inspect_decrypts_with_nodes_key_log()
    {
        Identities files = await MakeIdentitiesAsync();
        await using NodePeer node = NodePeer.Start("tls-peer.js");
        await node.RequestAsync(new JsonObject
        {
            ["op"] = "listen",
            ["id"] = "1",
            ["options"] = new JsonObject
            {
                ["cert"] = await File.ReadAllTextAsync(files.Server, Token),
                ["key"] = await File.ReadAllTextAsync(files.ServerKey, Token),
                ["ca"] = await File.ReadAllTextAsync(files.Ca, Token),
                ["requestCert"] = true,
            },
            ["behaviour"] = new JsonObject { ["echo"] = true },
        });
        int port = (await node.WaitForAsync("1.listening")).GetProperty("port").GetInt32();
        ToolRun run = (await RunWithInputAsync(
            "to Node and back", "connect", $"127.0.0.1:{port}", "--ca", files.Ca, "--cert", files.Client, "--key", files.ClientKey,
            "--capture", PathOf("capture"))).Succeeded();
        Assert.Equal("to Node and back", Encoding.UTF8.GetString(run.Bytes));

        JsonElement info = await node.RequestAsync(new JsonObject { ["op"] = "info", ["id"] = "1" });
        IEnumerable<string> secrets = info.GetProperty("keylog").EnumerateArray().Select(static line => line.GetString()!);
        await File.WriteAllLinesAsync(PathOf("keys"), secrets, Token);
        string text = (await RunAsync("inspect", PathOf("capture"), "--key-log", PathOf("keys"))).Succeeded().Out;
        foreach (string words in (string[])["to Node and back", "NewSessionTicket", "CertificateRequest", "CN=Test Client"])
            Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain("stay encrypted", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_client_is_echoed_by_listen()
    {
        Identities files = await MakeIdentitiesAsync();
        await using RunningListener server = await RunningListener.StartAsync("--cert", files.Server, "--key", files.ServerKey,
            "--count", "1");
        await using NodePeer node = NodePeer.Start("tls-peer.js");
        await node.RequestAsync(new JsonObject
        {
            ["op"] = "connect",
            ["id"] = "1",
            ["port"] = server.Port,
            ["options"] = new JsonObject { ["ca"] = await File.ReadAllTextAsync(files.Ca, Token), ["servername"] = "localhost" },
            ["behaviour"] = new JsonObject(),
        });
        await node.WaitForAsync("1.secure");
        await node.RequestAsync(new JsonObject { ["op"] = "send", ["id"] = "1", ["size"] = 200_000 });
        string sent = (await node.WaitForAsync("1.sent")).GetProperty("sha256").GetString()!;
        await node.RequestAsync(new JsonObject { ["op"] = "end", ["id"] = "1" });
        JsonElement end = await node.WaitForAsync("1.end");
        Assert.Equal(200_000, end.GetProperty("received").GetInt32());
        Assert.Equal(sent, end.GetProperty("sha256").GetString());
    }

    private Task<string> TextAsync(string name) => File.ReadAllTextAsync(PathOf(name), Token);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
