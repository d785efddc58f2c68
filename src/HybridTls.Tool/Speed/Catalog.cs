using System.Security.Cryptography;

namespace HybridTls.Tool.Speed;

/// <summary>Every operation that is measured.</summary>
public static class Catalog
{
    /// <summary>The yardstick: the BCL's SHA-256 over 16 KiB.</summary>
    public static Operation Yardstick { get; } = new("yardstick.sha256-16k", () =>
    {
        byte[] data = new byte[16 * 1024];
        byte[] digest = new byte[SHA256.HashSizeInBytes];
        return () => SHA256.HashData(data, digest);
    });

    /// <summary>All others, in the order of the table.</summary>
    public static IReadOnlyList<Operation> Operations { get; } = [.. CryptoOperations.All, .. HandshakeOperations.All, .. TicketOperations.All, .. RecordOperations.All];
}
