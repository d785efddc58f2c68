using System.Security.Cryptography;
using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>Wycheproof's cases for ML-DSA-65, on every back end.</summary>
public sealed class WycheproofMLDsaTests
{
    public static TheoryData<int> Widths => MLDsaTestData.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Deterministic_signatures_are_those_of_the_vectors(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        using JsonDocument file = VectorFile.Open("mldsa_65_sign_seed_test.json");
        int signed = 0;
        int refused = 0;
        foreach (JsonElement group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            byte[] seed = Hex(group, "privateSeed");
            if (seed.Length != MLDsa65.SeedSize)
            {
                Assert.Throws<ArgumentException>(() => MLDsa65SigningKey.FromSeed(seed));
                refused += group.GetProperty("tests").GetArrayLength();
                continue;
            }

            using MLDsa65SigningKey key = MLDsa65SigningKey.FromSeed(seed);
            Assert.Equal(Hex(group, "publicKey"), key.PublicKey.ToArray());
            byte[] tr = new byte[MLDsa65.TrSize];
            key.CopyTr(tr);
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                string name = $"tcId {test.GetProperty("tcId").GetInt32()}";
                byte[] mu = new byte[MLDsa65.MuSize];
                if (test.TryGetProperty("msg", out _))
                {
                    byte[] context = test.TryGetProperty("ctx", out _) ? Hex(test, "ctx") : [];
                    if (test.GetProperty("result").GetString() == "invalid")
                    {
                        Assert.Throws<ArgumentException>(() => MLDsa65.ComputeMu(tr, Hex(test, "msg"), context, mu));
                        refused++;
                        continue;
                    }

                    MLDsa65.ComputeMu(tr, Hex(test, "msg"), context, mu);
                    if (test.TryGetProperty("mu", out _))
                    {
                        Assert.True(mu.AsSpan().SequenceEqual(Hex(test, "mu")), name);
                    }
                }
                else
                {
                    mu = Hex(test, "mu");
                }

                byte[] signature = new byte[MLDsa65.SignatureSize];
                byte[] rnd = test.TryGetProperty("rnd", out _) ? Hex(test, "rnd") : new byte[MLDsa65.RandomizerSize];
                key.Sign(mu, rnd, signature);
                Assert.Equal("valid", test.GetProperty("result").GetString());
                Assert.True(signature.AsSpan().SequenceEqual(Hex(test, "sig")), name);
                signed++;
            }
        }

        Assert.Equal(file.RootElement.GetProperty("numberOfTests").GetInt32(), signed + refused);
        Assert.Equal(4, refused);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Verification_decides_as_the_vectors_say(int width)
    {
        using Lanes.Forced forced = Lanes.Force((LaneWidth)width);
        using JsonDocument file = VectorFile.Open("mldsa_65_verify_test.json");
        int seen = 0;
        foreach (JsonElement group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            byte[] publicKey = Hex(group, "publicKey");
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                seen++;
                bool expected = test.GetProperty("result").GetString() == "valid";
                string name = $"tcId {test.GetProperty("tcId").GetInt32()}";
                if (publicKey.Length != MLDsa65.PublicKeySize)
                {
                    Assert.Throws<ArgumentException>(() => new MLDsa65VerificationKey(publicKey));
                    Assert.False(expected, name);
                    continue;
                }

                MLDsa65VerificationKey key = new(publicKey);
                byte[] context = test.TryGetProperty("ctx", out _) ? Hex(test, "ctx") : [];
                byte[] signature = Hex(test, "sig");
                byte[] mu = new byte[MLDsa65.MuSize];
                if (context.Length > MLDsa65.MaxContextSize)
                {
                    Assert.Throws<ArgumentException>(() => MLDsa65.ComputeMu(key.Tr, Hex(test, "msg"), context, mu));
                    Assert.False(expected, name);
                    continue;
                }

                MLDsa65.ComputeMu(key.Tr, Hex(test, "msg"), context, mu);
                Assert.True(expected == MLDsa65.Verify(publicKey, mu, signature), name);
                for (int use = 0; use < 3; use++)
                {
                    // The second use expands the key and keeps it, the third finds it expanded.
                    Assert.True(expected == key.Verify(mu, signature), name);
                }
            }
        }

        Assert.Equal(file.RootElement.GetProperty("numberOfTests").GetInt32(), seen);
    }

    private static byte[] Hex(JsonElement element, string property) =>
        Convert.FromHexString(element.GetProperty(property).GetString()!);
}
