using System.Security.Cryptography;
using HybridTls.Cryptography;
using static HybridTls.Cryptography.MLDsaParameters;
using Shake256 = HybridTls.Cryptography.Shake256;

namespace HybridTls.Tests.Cryptography.MLDsa;

public sealed class MLDsa65SigningKeyTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Fact]
    public void Sizes_are_those_of_the_standard()
    {
        Assert.Equal(1952, MLDsa65.PublicKeySize);
        Assert.Equal(4032, MLDsa65.PrivateKeySize);
        Assert.Equal(3309, MLDsa65.SignatureSize);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_key_from_its_seed_and_one_from_its_private_key_are_the_same(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        for (int i = 0; i < 20; i++)
        {
            byte[] seed = SHA256.HashData([(byte)i]);
            byte[] publicKey = new byte[MLDsa65.PublicKeySize];
            byte[] privateKey = new byte[MLDsa65.PrivateKeySize];
            MLDsa65.KeyGenInternal(seed, publicKey, privateKey);
            using MLDsa65SigningKey first = MLDsa65SigningKey.FromSeed(seed);
            byte[] exported = new byte[MLDsa65.PrivateKeySize];
            first.ExportPrivateKey(exported);
            Assert.Equal(privateKey, exported);
            Assert.Equal(publicKey, first.PublicKey.ToArray());
            using MLDsa65SigningKey second = MLDsa65SigningKey.FromPrivateKey(privateKey);
            second.ExportPrivateKey(exported);
            Assert.Equal(privateKey, exported);
            Assert.Equal(publicKey, second.PublicKey.ToArray());
            Assert.Equal(MLDsaTestData.Sign(first, seed), MLDsaTestData.Sign(second, seed));
        }
    }

    [Fact]
    public void A_key_made_on_one_back_end_signs_and_verifies_on_every_other()
    {
        foreach (LaneWidth making in Lanes.Supported)
        {
            MLDsa65SigningKey key;
            using (Lanes.Force(making))
            {
                key = MLDsa65SigningKey.FromSeed(new byte[32]);
            }

            MLDsa65VerificationKey verification = new(key.PublicKey);
            byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8);
            byte[]? first = null;
            foreach (LaneWidth signing in Lanes.Supported.Concat(Lanes.Supported))
            {
                using Lanes.Forced forced = Lanes.Force(signing);
                byte[] signature = MLDsaTestData.Sign(key, "message"u8);
                first ??= signature;
                Assert.Equal(first, signature);
                Assert.True(verification.Verify(mu, signature));
            }

            key.Dispose();
        }
    }

    [Fact]
    public void A_private_key_with_a_coefficient_out_of_range_is_refused()
    {
        byte[] privateKey = PrivateKey();
        for (int i = S1Offset; i < T0Offset; i += 61)
        {
            foreach (byte value in new byte[] { 0x09, 0x90, 0xF0, 0x0F, 0xFF })
            {
                byte[] changed = [.. privateKey];
                changed[i] = value;
                Assert.Throws<CryptographicException>(() => MLDsa65SigningKey.FromPrivateKey(changed));
            }
        }
    }

    [Fact]
    public void A_private_key_whose_parts_do_not_belong_together_is_refused()
    {
        byte[] privateKey = PrivateKey();
        int[] places =
        [
            0, RhoSize - 1, RhoSize + KSize, S1Offset - 1, S1Offset, S2Offset - 1, S2Offset, T0Offset - 1, T0Offset,
            MLDsa65.PrivateKeySize - 1,
        ];
        foreach (int place in places)
        {
            byte[] changed = [.. privateKey];

            // A private coefficient stays in range: 0 becomes 1 and any other value one less.
            changed[place] = place is >= S1Offset and < T0Offset
                ? (byte)((changed[place] & 0xF0) | ((changed[place] & 0x0F) == 0 ? 1 : (changed[place] & 0x0F) - 1))
                : (byte)(changed[place] ^ 1);
            Assert.Throws<CryptographicException>(() => MLDsa65SigningKey.FromPrivateKey(changed));
        }
    }

    [Fact]
    public void Wrong_lengths_throw_and_write_nothing()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = new byte[64];
        byte[] rnd = new byte[32];
        Assert.Throws<ArgumentException>(() => MLDsa65SigningKey.FromSeed(new byte[31]));
        Assert.Throws<ArgumentException>(() => MLDsa65SigningKey.FromSeed(new byte[33]));
        Assert.Throws<ArgumentException>(() => MLDsa65SigningKey.FromPrivateKey(new byte[MLDsa65.PrivateKeySize - 1]));
        Assert.Throws<ArgumentException>(() => MLDsa65SigningKey.FromPrivateKey(new byte[MLDsa65.PrivateKeySize + 1]));
        foreach (int size in new[] { 0, MLDsa65.SignatureSize - 1, MLDsa65.SignatureSize + 1 })
        {
            byte[] signature = new byte[size];
            Assert.Throws<ArgumentException>(() => key.Sign(mu, rnd, signature));
            Assert.All(signature, static b => Assert.Equal(0, b));
        }

        Assert.Throws<ArgumentException>(() => key.Sign(new byte[63], rnd, new byte[MLDsa65.SignatureSize]));
        Assert.Throws<ArgumentException>(() => key.Sign(mu, new byte[31], new byte[MLDsa65.SignatureSize]));
        Assert.Throws<ArgumentException>(() => key.ExportPrivateKey(new byte[MLDsa65.PrivateKeySize + 1]));
        Assert.Throws<ArgumentException>(() => MLDsa65.Verify(new byte[1951], mu, new byte[MLDsa65.SignatureSize]));
        Assert.Throws<ArgumentException>(() => MLDsa65.Verify(key.PublicKey, new byte[65], new byte[MLDsa65.SignatureSize]));
    }

    [Fact]
    public void A_context_has_at_most_255_bytes()
    {
        byte[] mu = new byte[64];
        byte[] tr = new byte[64];
        MLDsa65.ComputeMu(tr, "m"u8, new byte[255], mu);
        byte[] expected = new byte[64];
        Shake256 shake = new();
        shake.Absorb([.. tr, 0, 255, .. new byte[255], (byte)'m']);
        shake.Squeeze(expected);
        Assert.Equal(expected, mu);
        Assert.Throws<ArgumentException>(() => MLDsa65.ComputeMu(tr, "m"u8, new byte[256], mu));
        Assert.Throws<ArgumentException>(() => MLDsa65.ComputePreHashMu(tr, "o"u8, "d"u8, new byte[256], mu));
        Assert.Throws<ArgumentException>(() => MLDsa65.ComputeMu(new byte[63], "m"u8, [], mu));
        Assert.Throws<ArgumentException>(() => MLDsa65.ComputeMu(tr, "m"u8, [], new byte[63]));
    }

    [Fact]
    public void The_representative_of_a_prehashed_message_names_the_hash()
    {
        byte[] tr = SHA512.HashData("tr"u8);
        byte[] oid = Convert.FromHexString("0609608648016503040203");
        byte[] digest = SHA512.HashData("message"u8);
        byte[] mu = new byte[64];
        MLDsa65.ComputePreHashMu(tr, oid, digest, "context"u8, mu);
        byte[] expected = new byte[64];
        Shake256 shake = new();
        shake.Absorb([.. tr, 1, 7, .. "context"u8, .. oid, .. digest]);
        shake.Squeeze(expected);
        Assert.Equal(expected, mu);
    }

    [Fact]
    public void Hedged_signatures_differ_and_verify()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8, "context"u8);
        HashSet<string> seen = [];
        for (int i = 0; i < 10; i++)
        {
            byte[] rnd = new byte[32];
            Entropy.Fill(rnd);
            byte[] signature = new byte[MLDsa65.SignatureSize];
            key.Sign(mu, rnd, signature);
            Assert.True(MLDsa65.Verify(key.PublicKey, mu, signature));
            Assert.True(seen.Add(Convert.ToHexString(signature)));
        }
    }

    [Fact]
    public void Many_threads_sign_with_one_key()
    {
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[][] expected = [.. Enumerable.Range(0, 64).Select(i => MLDsaTestData.Sign(key, [(byte)i]))];
        Parallel.For(0, 512, i => Assert.Equal(expected[i % 64], MLDsaTestData.Sign(key, [(byte)(i % 64)])));
    }

    [Fact]
    public void Dispose_zeroes_the_memory_and_refuses_further_use()
    {
        MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        byte[] privateKey = new byte[MLDsa65.PrivateKeySize];
        key.ExportPrivateKey(privateKey);
        Assert.Contains(privateKey, static b => b != 0);
        byte[]? memory = null;
        SecretMemory.Zeroed = bytes => memory = bytes.ToArray();
        try
        {
            key.Dispose();
            Assert.NotNull(memory);
            Assert.Equal(MLDsaExpandedKey.Size, memory.Length);
            Assert.All(memory, static b => Assert.Equal(0, b));

            // A key that is refused is zeroed as well.
            memory = null;
            privateKey[^1] ^= 1;
            Assert.Throws<CryptographicException>(() => MLDsa65SigningKey.FromPrivateKey(privateKey));
            Assert.NotNull(memory);
        }
        finally
        {
            SecretMemory.Zeroed = null;
        }

        byte[] untouched = new byte[MLDsa65.SignatureSize];
        Assert.Throws<ObjectDisposedException>(() => key.Sign(new byte[64], new byte[32], untouched));
        Assert.All(untouched, static b => Assert.Equal(0, b));
        Assert.Throws<ObjectDisposedException>(() => key.ExportPrivateKey(privateKey));
        Assert.Throws<ObjectDisposedException>(() => key.CopyTr(new byte[64]));
        key.Dispose();
        Assert.Equal(MLDsa65.PublicKeySize, key.PublicKey.Length);
    }

    [Fact]
    public void A_key_disposed_while_threads_sign_spoils_no_signature()
    {
        for (int round = 0; round < 20; round++)
        {
            MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
            byte[] mu = MLDsaTestData.Mu(key.PublicKey, [(byte)round]);
            byte[] expected = MLDsaTestData.Sign(key, [(byte)round]);
            int signed = 0;
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                byte[] signature = new byte[MLDsa65.SignatureSize];
                try
                {
                    while (true)
                    {
                        key.Sign(mu, new byte[32], signature);
                        Assert.Equal(expected, signature);
                        Interlocked.Increment(ref signed);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // How every one of them ends.
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            SpinWait.SpinUntil(() => Volatile.Read(ref signed) > 4);
            key.Dispose();
            Array.ForEach(threads, static thread => thread.Join());
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Signing_and_verifying_allocate_nothing(int width)
    {
#if DEBUG
        Assert.Skip("Unoptimized code allocates.");
#endif
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(new byte[32]);
        MLDsa65VerificationKey verification = new(key.PublicKey);
        byte[] mu = MLDsaTestData.Mu(key.PublicKey, "message"u8);
        byte[] rnd = new byte[32];
        byte[] signature = new byte[MLDsa65.SignatureSize];
        long allocated = 0;
        for (int i = 0; i < 3; i++)
        {
            // What the second verification keeps, and what the runtime makes when code first runs, is behind us in the last turn.
            long before = GC.GetAllocatedBytesForCurrentThread();
            key.Sign(mu, rnd, signature);
            bool valid = verification.Verify(mu, signature) & MLDsa65.Verify(key.PublicKey, mu, signature);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(valid);
        }

        Assert.Equal(0, allocated);
    }

    private static byte[] PrivateKey()
    {
        byte[] privateKey = new byte[MLDsa65.PrivateKeySize];
        MLDsa65.KeyGenInternal(new byte[32], new byte[MLDsa65.PublicKeySize], privateKey);
        return privateKey;
    }
}
