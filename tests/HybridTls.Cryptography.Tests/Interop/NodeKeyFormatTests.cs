using System.Security.Cryptography;
using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Keys that Node (OpenSSL 3.5) wrote are read here, and keys written here are read by Node.</summary>
public sealed class NodeKeyFormatTests
{
    private const string Password = "correct horse battery staple";

    public static TheoryData<string> Kinds => KeyFormatRoundTripTests.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Every_form_that_Node_writes_is_read(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using NodeCrypto node = new();
        JsonElement written = await node.GenerateAsync(kind.NodeType, Password);
        byte[] seed = written.GetProperty("seed").GetBytesFromBase64();
        byte[] publicKey = written.GetProperty("publicKey").GetBytesFromBase64();

        List<AnyKey> privateKeys =
        [
            kind.FromSeed(seed),
            kind.FromPkcs8(written.GetProperty("pkcs8").GetBytesFromBase64()),
            kind.FromPem(written.GetProperty("pkcs8Pem").GetString()!),
            kind.FromEncryptedPem(written.GetProperty("encryptedPem").GetString()!, Password),
            .. written.GetProperty("encrypted").EnumerateArray().Select(e => kind.FromEncrypted(Password, e.GetBytesFromBase64())),
        ];
        Assert.Equal(8, privateKeys.Count);
        foreach (AnyKey key in privateKeys)
        {
            Assert.Equal(seed, key.Seed());
            Assert.Equal(publicKey, key.PublicKey());
            key.Dispose();
        }

        AnyKey[] publicKeys =
        [
            kind.FromPublicKey(publicKey),
            kind.FromSpki(written.GetProperty("spki").GetBytesFromBase64()),
            kind.FromPem(written.GetProperty("spkiPem").GetString()!),
        ];
        foreach (AnyKey key in publicKeys)
        {
            Assert.Equal(publicKey, key.PublicKey());
            key.Dispose();
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Node_reads_every_form_that_is_written_here(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using NodeCrypto node = new();
        using AnyKey key = kind.Generate();
        using AnyKey expanded = kind.FromExpandedKey(key.ExpandedKey());
        byte[] spki = key.Spki();
        Assert.Equal(spki, await node.ImportPublicAsync(kind.NodeType, spki));
        Assert.Equal(spki, await node.ImportPublicPemAsync(kind.NodeType, key.SpkiPem()));
        foreach (AnyKey form in (AnyKey[])[key, expanded])
        {
            Assert.Equal(spki, await node.ImportPrivateAsync(kind.NodeType, form.Pkcs8()));
            Assert.Equal(spki, await node.ImportPrivatePemAsync(kind.NodeType, form.Pkcs8Pem()));
            foreach (PbeEncryptionAlgorithm algorithm in (PbeEncryptionAlgorithm[])
                [PbeEncryptionAlgorithm.Aes128Cbc, PbeEncryptionAlgorithm.Aes192Cbc, PbeEncryptionAlgorithm.Aes256Cbc])
            {
                PbeParameters parameters = new(algorithm, HashAlgorithmName.SHA256, 1000);
                Assert.Equal(spki, await node.ImportPrivateAsync(kind.NodeType, form.Encrypted(Password, parameters), Password));
                Assert.Equal(spki, await node.ImportPrivatePemAsync(kind.NodeType, form.EncryptedPem(Password, parameters), Password));
                Assert.Null(await node.ImportPrivateAsync(kind.NodeType, form.Encrypted(Password, parameters), "wrong"));
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Node_agrees_on_the_both_form_and_refuses_parts_that_do_not_belong_together(string name)
    {
        KeyKind kind = KeyKind.Of(name);
        using NodeCrypto node = new();
        using AnyKey key = kind.Generate();
        using AnyKey other = kind.Generate();
        byte[] both = Pkcs8Builder.Wrap(kind.Format.Oid, Pkcs8Builder.BothForm(key.Seed(), key.ExpandedKey()));
        Assert.Equal(key.Spki(), await node.ImportPrivateAsync(kind.NodeType, both));
        byte[] mixed = Pkcs8Builder.Wrap(kind.Format.Oid, Pkcs8Builder.BothForm(other.Seed(), key.ExpandedKey()));
        Assert.Null(await node.ImportPrivateAsync(kind.NodeType, mixed));
        Assert.Throws<CryptographicException>(() => kind.FromPkcs8(mixed));
    }

    [Fact]
    public async Task Node_decapsulates_with_an_expanded_key_that_was_written_here()
    {
        using NodeCrypto node = new();
        using ManagedMLKem key = ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        using ManagedMLKem expanded = ManagedMLKem.ImportDecapsulationKey(MLKemAlgorithm.MLKem768, key.ExportDecapsulationKey());
        key.Encapsulate(out byte[] ciphertext, out byte[] secret);
        Assert.Equal(secret, await node.DecapsulateWithAsync(expanded.ExportPkcs8PrivateKey(), ciphertext));
    }

    [Fact]
    public async Task Node_signs_with_an_expanded_key_that_was_written_here()
    {
        using NodeCrypto node = new();
        using ManagedMLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
        using ManagedMLDsa expanded = ManagedMLDsa.ImportMLDsaPrivateKey(MLDsaAlgorithm.MLDsa65, key.ExportMLDsaPrivateKey());
        byte[] message = [1, 2, 3];
        Assert.True(key.VerifyData(message, await node.SignWithAsync(expanded.ExportPkcs8PrivateKey(), message)));
    }
}
