using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>The same inputs to this library and to Node (OpenSSL 3.5), in both directions; new random ones in each run.</summary>
public sealed class NodeDifferentialTests
{
    private const int Count = 1000;
    private const int BatchSize = 125;

    [Fact]
    public async Task A_thousand_ML_KEM_seeds_make_the_same_public_keys()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            byte[][] seeds = RandomArrays(size, () => 64);
            byte[][] publicKeys = await node.DerivePublicKeysAsync(NodeCrypto.MLKem768, seeds);
            for (int i = 0; i < size; i++)
            {
                using ManagedMLKem key = ManagedMLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seeds[i]);
                Assert.Equal(publicKeys[i], key.ExportSubjectPublicKeyInfo());
            }
        });
    }

    [Fact]
    public async Task A_thousand_encapsulations_by_Node_are_decapsulated_here()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            ManagedMLKem[] keys = [.. Enumerable.Range(0, size).Select(_ => ManagedMLKem.GenerateKey(MLKemAlgorithm.MLKem768))];
            (byte[][] ciphertexts, byte[][] secrets) =
                await node.EncapsulateAsync([.. keys.Select(key => key.ExportSubjectPublicKeyInfo())]);
            for (int i = 0; i < size; i++)
            {
                Assert.Equal(secrets[i], keys[i].Decapsulate(ciphertexts[i]));
                keys[i].Dispose();
            }
        });
    }

    [Fact]
    public async Task A_thousand_encapsulations_made_here_are_decapsulated_by_Node_and_so_are_damaged_ones()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            byte[][] seeds = RandomArrays(size, () => 64);
            byte[][] ciphertexts = new byte[2 * size][];
            byte[][] secrets = new byte[2 * size][];
            for (int i = 0; i < size; i++)
            {
                using ManagedMLKem key = ManagedMLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seeds[i]);
                key.Encapsulate(out ciphertexts[i], out secrets[i]);

                // Implicit rejection must agree as well.
                byte[] damaged = [.. ciphertexts[i]];
                damaged[RandomNumberGenerator.GetInt32(damaged.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
                ciphertexts[size + i] = damaged;
                secrets[size + i] = key.Decapsulate(damaged);
                Assert.NotEqual(secrets[i], secrets[size + i]);
            }

            Assert.Equal(secrets, await node.DecapsulateAsync([.. seeds, .. seeds], ciphertexts));
        });
    }

    [Fact]
    public async Task A_thousand_ML_DSA_seeds_make_the_same_public_keys()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            byte[][] seeds = RandomArrays(size, () => 32);
            byte[][] publicKeys = await node.DerivePublicKeysAsync(NodeCrypto.MLDsa65, seeds);
            for (int i = 0; i < size; i++)
            {
                using ManagedMLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, seeds[i]);
                Assert.Equal(publicKeys[i], key.ExportSubjectPublicKeyInfo());
            }
        });
    }

    [Fact]
    public async Task A_thousand_signatures_by_Node_verify_here()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            byte[][] seeds = RandomArrays(size, () => 32);
            byte[][] messages = RandomArrays(size, () => RandomNumberGenerator.GetInt32(500));
            byte[][] contexts = RandomArrays(size, RandomContextSize);
            byte[][] signatures = await node.SignAsync(seeds, messages, contexts);
            for (int i = 0; i < size; i++)
            {
                using ManagedMLDsa key = ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, seeds[i]);
                Assert.True(key.VerifyData(messages[i], signatures[i], contexts[i]));
                byte[] longer = [.. messages[i], 0];
                Assert.False(key.VerifyData(longer, signatures[i], contexts[i]));
            }
        });
    }

    [Fact]
    public async Task A_thousand_signatures_made_here_verify_in_Node_and_damaged_ones_in_neither()
    {
        using NodeCrypto node = new();
        await ForEachBatchAsync(async size =>
        {
            byte[][] messages = RandomArrays(size, () => RandomNumberGenerator.GetInt32(500));
            byte[][] contexts = RandomArrays(size, RandomContextSize);
            byte[][] publicKeys = new byte[size][];
            byte[][] signatures = new byte[2 * size][];
            for (int i = 0; i < size; i++)
            {
                using ManagedMLDsa key = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
                publicKeys[i] = key.ExportSubjectPublicKeyInfo();
                signatures[i] = new byte[MLDsa65.SignatureSize];
                if (i % 2 == 0)
                    key.SignData(messages[i], signatures[i], contexts[i]);
                else
                    key.SignDataDeterministic(messages[i], signatures[i], contexts[i]);

                byte[] damaged = [.. signatures[i]];
                damaged[RandomNumberGenerator.GetInt32(damaged.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
                signatures[size + i] = damaged;
                Assert.False(key.VerifyData(messages[i], damaged, contexts[i]));
            }

            bool[] results = await node.VerifyAsync(
                [.. publicKeys, .. publicKeys], [.. messages, .. messages], [.. contexts, .. contexts], signatures);
            Assert.Equal([.. Enumerable.Repeat(true, size), .. Enumerable.Repeat(false, size)], results);
        });
    }

    private static async Task ForEachBatchAsync(Func<int, Task> body)
    {
        for (int done = 0; done < Count; done += BatchSize)
            await body(Math.Min(BatchSize, Count - done));
    }

    private static int RandomContextSize() => RandomNumberGenerator.GetInt32(3) switch
    {
        0 => 0,
        1 => 255,
        _ => RandomNumberGenerator.GetInt32(1, 255),
    };

    private static byte[][] RandomArrays(int count, Func<int> size) =>
        [.. Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(size()))];
}
