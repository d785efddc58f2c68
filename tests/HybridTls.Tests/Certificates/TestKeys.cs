using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Certificates;

/// <summary>Keys by name: the same name gives the same key, in every run. They live as long as the process.</summary>
internal static class TestKeys
{
    private static readonly ConcurrentDictionary<string, ManagedMLDsa> Keys = new();

    public static ManagedMLDsa Get(string name) => Keys.GetOrAdd(name, static name => Create(name));

    /// <summary>A new object of the key, for the caller to dispose.</summary>
    public static ManagedMLDsa Create(string name) =>
        ManagedMLDsa.ImportMLDsaPrivateSeed(MLDsaAlgorithm.MLDsa65, SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
