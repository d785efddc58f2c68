using System.Text.Json;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>Wycheproof's cases for X25519.</summary>
internal sealed record X25519Vector(int Id, byte[] Public, byte[] Private, byte[] Shared, string Result, string[] Flags)
{
    public bool IsAllZero => Shared.All(b => b == 0);

    public static IReadOnlyList<X25519Vector> Load()
    {
        using JsonDocument json = VectorFile.Open("x25519_test.json");
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
