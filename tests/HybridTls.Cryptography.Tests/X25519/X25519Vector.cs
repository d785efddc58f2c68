using System.Text.Json;

namespace HybridTls.Cryptography.Tests;

/// <summary>Wycheproof's cases for X25519.</summary>
internal sealed record X25519Vector(int Id, byte[] Public, byte[] Private, byte[] Shared, string Result, string[] Flags)
{
    public bool IsAllZero => Shared.All(b => b == 0);

    public static IReadOnlyList<X25519Vector> Load()
    {
        string? folder = Environment.GetEnvironmentVariable("HYBRIDTLS_VECTORS");
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); folder is null && up is not null; up = up.Parent)
        {
            string candidate = Path.Combine(up.FullName, "shared", "vectors");
            folder = Directory.Exists(candidate) ? candidate : null;
        }

        if (folder is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "The test vectors do not stand beside the checkout.");
            Assert.Fail("The test vectors must stand beside the checkout in CI.");
        }

        using FileStream file = File.OpenRead(Path.Combine(folder, "x25519_test.json"));
        using JsonDocument json = JsonDocument.Parse(file);
        return
        [
            .. from testGroup in json.RootElement.GetProperty("testGroups").EnumerateArray()
               from test in testGroup.GetProperty("tests").EnumerateArray()
               select new X25519Vector(
                   test.GetProperty("tcId").GetInt32(),
                   Convert.FromHexString(test.GetProperty("public").GetString()!),
                   Convert.FromHexString(test.GetProperty("private").GetString()!),
                   Convert.FromHexString(test.GetProperty("shared").GetString()!),
                   test.GetProperty("result").GetString()!,
                   [.. test.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()!)]),
        ];
    }
}
