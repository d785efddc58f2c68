namespace HybridTls.Benchmarks;

/// <summary>The crypto core's operations.</summary>
internal static class CryptoOperations
{
    /// <summary>Keccak, ML-KEM-768, ML-DSA-65, X25519 and the hybrid.</summary>
    public static IEnumerable<Operation> All { get; } = [];
}
