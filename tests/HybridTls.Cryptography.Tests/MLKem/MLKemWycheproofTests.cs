using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

/// <summary>Wycheproof's cases for ML-KEM-768, on every back end.</summary>
public sealed class MLKemWycheproofTests
{
    public static TheoryData<int> Widths => MLKemKernels.Widths;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Key_generation(int width)
    {
        int count = 0;
        foreach (JsonElement test in Cases("mlkem_768_keygen_seed_test.json", width))
        {
            (byte[] ek, byte[] dk) = KeyGen(Hex(test, "seed"));
            Assert.Equal(Hex(test, "ek"), ek);
            Assert.Equal(Hex(test, "dk"), dk);
            Assert.True(MLKem768.IsValidEncapsulationKey(ek) && MLKem768.IsValidDecapsulationKey(dk));
            count++;
        }

        Assert.Equal(100, count);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Encapsulation(int width)
    {
        int count = 0;
        int invalid = 0;
        foreach (JsonElement test in Cases("mlkem_768_encaps_test.json", width))
        {
            count++;
            byte[] ek = Hex(test, "ek");
            bool valid = test.GetProperty("result").GetString() == "valid";
            Assert.Equal(valid, MLKem768.IsValidEncapsulationKey(ek));
            if (!valid)
            {
                invalid++;
                continue;
            }

            byte[] secret = new byte[32];
            byte[] ciphertext = new byte[MLKem768.CiphertextSize];
            MLKem768.EncapsInternal(ek, Hex(test, "m"), secret, ciphertext);
            Assert.Equal(Hex(test, "c"), ciphertext);
            Assert.Equal(Hex(test, "K"), secret);
        }

        Assert.Equal(265, count);
        Assert.InRange(invalid, 1, count - 100);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decapsulation(int width)
    {
        int count = 0;
        foreach (JsonElement test in Cases("mlkem_768_test.json", width))
        {
            count++;
            byte[] seed = Hex(test, "seed");
            byte[] ciphertext = Hex(test, "c");
            byte[] secret = new byte[32];
            if (test.GetProperty("result").GetString() != "valid")
            {
                // The lengths are what is wrong in every invalid case.
                Assert.ThrowsAny<ArgumentException>(() => MLKem768.DecapsInternal(KeyGen(seed).Dk, ciphertext, secret));
                Assert.Equal(new byte[32], secret);
                continue;
            }

            (byte[] ek, byte[] dk) = KeyGen(seed);
            Assert.Equal(Hex(test, "ek"), ek);
            MLKem768.DecapsInternal(dk, ciphertext, secret);
            Assert.Equal(Hex(test, "K"), secret);
        }

        Assert.Equal(193, count);
    }

    private static (byte[] Ek, byte[] Dk) KeyGen(byte[] seed)
    {
        byte[] ek = new byte[MLKem768.EncapsulationKeySize];
        byte[] dk = new byte[MLKem768.DecapsulationKeySize];
        MLKem768.KeyGenInternal(seed.AsSpan(0, Math.Min(32, seed.Length)), seed.AsSpan(Math.Min(32, seed.Length)), ek, dk);
        return (ek, dk);
    }

    private static byte[] Hex(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static IEnumerable<JsonElement> Cases(string name, int width)
    {
        string? path = Find(name);
        if (path is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", $"{name} is not beside the checkout.");
            Assert.Fail($"{name} is not beside the checkout.");
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path!));
        using (Lanes.Force((LaneWidth)width))
        {
            foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
            {
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                    yield return test;
            }
        }
    }

    private static string? Find(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "vectors", name);
            if (File.Exists(path))
                return path;
        }

        return null;
    }
}
