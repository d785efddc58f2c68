using System.Security.Cryptography;
using HybridTls.KeySchedule;
using HybridTls.Records;
using HybridTls.Transport;

namespace HybridTls.Tool.Speed;

/// <summary>The record layer's throughput: one record sealed by a writer and opened by a reader, AES-256-GCM.</summary>
internal static class RecordOperations
{
    /// <summary>A full record, and one that fits an Ethernet frame.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("bulk.16384", () => PrepareBulk(16384), bytesPerOperation: 16384),
        new("bulk.1350", () => PrepareBulk(1350), bytesPerOperation: 1350),
    ];

    private static Action PrepareBulk(int size)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(64), hash = new byte[48];
        TrafficSecret traffic = new HandshakeSecrets(CipherSuiteParameters.Aes256GcmSha384, new SecretBlock(), early: null, secret, hash).Client;
        RecordWriter writer = new();
        RecordReader reader = new();
        long records = 0;
        writer.SetKeys(traffic.CreateProtection());
        reader.EnterApplication(traffic.CreateProtection());
        byte[] data = RandomNumberGenerator.GetBytes(size), received = new byte[reader.MaxDestinationSize];
        PooledBuffer wire = new();
        return () =>
        {
            if (++records % 1_000_000 == 0)
            {
                traffic.Update();
                writer.SetKeys(traffic.CreateProtection());
                reader.EnterApplication(traffic.CreateProtection());
            }

            writer.WriteApplicationData(wire, data);
            if (!reader.TryRead(wire.Span, out int consumed, received, out RecordReadResult result) || result.Length != size)
                throw new InvalidOperationException("The record was not read.");
            wire.Consume(consumed);
        };
    }
}
