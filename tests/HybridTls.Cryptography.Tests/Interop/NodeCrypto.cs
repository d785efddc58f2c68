using System.Text.Json;
using System.Text.Json.Nodes;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>ML-KEM-768 and ML-DSA-65 as Node computes them (<c>tests/node/crypto-peer.js</c>), in batches.</summary>
internal sealed class NodeCrypto : IDisposable
{
    public const string MLKem768 = "ml-kem-768";
    public const string MLDsa65 = "ml-dsa-65";

    private readonly NodePeer _peer = NodePeer.Start("crypto-peer.js");

    public async Task<byte[][]> DerivePublicKeysAsync(string type, byte[][] seeds) =>
        Bytes(await RequestAsync("derive", ("type", type), ("seeds", Array(seeds))), "publicKeys");

    public async Task<(byte[][] Ciphertexts, byte[][] Secrets)> EncapsulateAsync(byte[][] publicKeys)
    {
        JsonElement answer = await RequestAsync("encapsulate", ("publicKeys", Array(publicKeys)));
        return (Bytes(answer, "ciphertexts"), Bytes(answer, "secrets"));
    }

    public async Task<byte[][]> DecapsulateAsync(byte[][] seeds, byte[][] ciphertexts) =>
        Bytes(await RequestAsync("decapsulate", ("seeds", Array(seeds)), ("ciphertexts", Array(ciphertexts))), "secrets");

    public async Task<byte[][]> SignAsync(byte[][] seeds, byte[][] messages, byte[][] contexts) =>
        Bytes(
            await RequestAsync("sign", ("seeds", Array(seeds)), ("messages", Array(messages)), ("contexts", Array(contexts))),
            "signatures");

    public async Task<bool[]> VerifyAsync(byte[][] publicKeys, byte[][] messages, byte[][] contexts, byte[][] signatures)
    {
        JsonElement answer = await RequestAsync(
            "verify",
            ("publicKeys", Array(publicKeys)),
            ("messages", Array(messages)),
            ("contexts", Array(contexts)),
            ("signatures", Array(signatures)));
        return [.. answer.GetProperty("results").EnumerateArray().Select(e => e.GetBoolean())];
    }

    public Task<JsonElement> GenerateAsync(string type, string passphrase) =>
        RequestAsync("generate", ("type", type), ("passphrase", passphrase));

    public async Task<byte[]> DecapsulateWithAsync(byte[] pkcs8, byte[] ciphertext) =>
        (await RequestAsync("use", ("der", Convert.ToBase64String(pkcs8)), ("ciphertext", Convert.ToBase64String(ciphertext))))
        .GetProperty("secret").GetBytesFromBase64();

    public async Task<byte[]> SignWithAsync(byte[] pkcs8, byte[] message) =>
        (await RequestAsync("use", ("der", Convert.ToBase64String(pkcs8)), ("message", Convert.ToBase64String(message))))
        .GetProperty("signature").GetBytesFromBase64();

    public Task<byte[]?> ImportPublicAsync(string type, byte[] der) =>
        ImportAsync(type, new JsonObject { ["der"] = Convert.ToBase64String(der), ["isPublic"] = true });

    public Task<byte[]?> ImportPublicPemAsync(string type, string pem) =>
        ImportAsync(type, new JsonObject { ["pem"] = pem, ["isPublic"] = true });

    public Task<byte[]?> ImportPrivateAsync(string type, byte[] der, string? passphrase = null) =>
        ImportAsync(type, new JsonObject { ["der"] = Convert.ToBase64String(der), ["passphrase"] = passphrase, ["isPublic"] = false });

    public Task<byte[]?> ImportPrivatePemAsync(string type, string pem, string? passphrase = null) =>
        ImportAsync(type, new JsonObject { ["pem"] = pem, ["passphrase"] = passphrase, ["isPublic"] = false });

    public void Dispose() => _peer.Dispose();

    // The key's SubjectPublicKeyInfo as Node writes it; null if Node refuses the key.
    private async Task<byte[]?> ImportAsync(string type, JsonObject key)
    {
        if (key["passphrase"] is null)
            key.Remove("passphrase");
        JsonElement result = (await RequestAsync("import", ("keys", new JsonArray(key)))).GetProperty("keys")[0];
        if (result.ValueKind == JsonValueKind.Null)
            return null;

        Assert.Equal(type, result.GetProperty("type").GetString());
        return result.GetProperty("spki").GetBytesFromBase64();
    }

    private Task<JsonElement> RequestAsync(string operation, params (string Name, JsonNode Value)[] members)
    {
        JsonObject request = new() { ["op"] = operation };
        foreach ((string name, JsonNode value) in members)
            request[name] = value;
        return _peer.RequestAsync(request);
    }

    private static JsonArray Array(byte[][] values) => [.. values.Select(value => (JsonNode)Convert.ToBase64String(value))];

    private static byte[][] Bytes(JsonElement answer, string member) =>
        [.. answer.GetProperty(member).EnumerateArray().Select(e => e.GetBytesFromBase64())];
}
