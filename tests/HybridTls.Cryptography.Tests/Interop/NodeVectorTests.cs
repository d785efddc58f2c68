using System.Security.Cryptography;
using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Keys, encapsulations and signatures that Node made once (<c>tests/node/make-vectors.js</c>): they need no Node to be read.</summary>
public sealed class NodeVectorTests : IDisposable
{
    private readonly JsonDocument _vectors = JsonDocument.Parse(
        File.ReadAllBytes(Repository.PathOf("tests", "HybridTls.Cryptography.Tests", "Interop", "node-vectors.json")));

    public static TheoryData<string> Kinds => KeyFormatRoundTripTests.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public void Keys_that_Node_wrote_are_read(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        JsonElement written = _vectors.RootElement.GetProperty(kind == KeyKind.MLKem ? "mlkem768" : "mldsa65");
        string password = _vectors.RootElement.GetProperty("passphrase").GetString()!;
        using AnyKey key = kind.FromSeed(written.GetProperty("seed").GetBytesFromBase64());
        AnyKey[] copies =
        [
            kind.FromPem(written.GetProperty("privatePem").GetString()!),
            .. written.GetProperty("encryptedPems").EnumerateArray().Select(e => kind.FromEncryptedPem(e.GetString()!, password)),
        ];
        Assert.Equal(5, copies.Length);
        foreach (AnyKey copy in copies)
        {
            Assert.Equal(key.Seed(), copy.Seed());
            copy.Dispose();
        }

        // Written here they are the same texts again, but for the line at the end.
        Assert.Equal(written.GetProperty("privatePem").GetString()!.TrimEnd(), key.Pkcs8Pem());
        Assert.Equal(written.GetProperty("publicPem").GetString()!.TrimEnd(), key.SpkiPem());
        using AnyKey publicKey = kind.FromPem(written.GetProperty("publicPem").GetString()!);
        Assert.Equal(key.PublicKey(), publicKey.PublicKey());
    }

    [Fact]
    public void Encapsulations_by_Node_are_decapsulated()
    {
        JsonElement vectors = _vectors.RootElement.GetProperty("mlkem768");
        using ManagedMLKem key = ManagedMLKem.ImportFromPem(vectors.GetProperty("privatePem").GetString()!);
        using ManagedMLKem expanded = ManagedMLKem.ImportDecapsulationKey(MLKemAlgorithm.MLKem768, key.ExportDecapsulationKey());
        foreach (JsonElement encapsulation in vectors.GetProperty("encapsulations").EnumerateArray())
        {
            byte[] ciphertext = encapsulation.GetProperty("ciphertext").GetBytesFromBase64();
            Assert.Equal(encapsulation.GetProperty("secret").GetBytesFromBase64(), key.Decapsulate(ciphertext));
            Assert.Equal(encapsulation.GetProperty("secret").GetBytesFromBase64(), expanded.Decapsulate(ciphertext));
        }
    }

    [Fact]
    public void Signatures_by_Node_verify()
    {
        JsonElement vectors = _vectors.RootElement.GetProperty("mldsa65");
        using ManagedMLDsa key = ManagedMLDsa.ImportFromPem(vectors.GetProperty("publicPem").GetString()!);
        foreach (JsonElement vector in vectors.GetProperty("signatures").EnumerateArray())
        {
            byte[] message = vector.GetProperty("message").GetBytesFromBase64();
            byte[] context = vector.GetProperty("context").GetBytesFromBase64();
            byte[] signature = vector.GetProperty("signature").GetBytesFromBase64();
            Assert.True(key.VerifyData(message, signature, context));
            signature[^1] ^= 1;
            Assert.False(key.VerifyData(message, signature, context));
        }
    }

    public void Dispose() => _vectors.Dispose();
}
