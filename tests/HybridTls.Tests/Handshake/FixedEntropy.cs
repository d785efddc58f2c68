using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Handshake;

/// <summary>A source of "random" bytes that is the same in every run.</summary>
internal static class FixedEntropy
{
    /// <summary>Replaces the source until the result is disposed.</summary>
    public static IDisposable Begin(string seed = "HybridTls")
    {
        // Whoever uses the process's protector first makes its key: that must not depend on which tests ran before.
        _ = RotatingTicketProtector.Shared;
        byte[] block = new byte[8 + seed.Length];
        System.Text.Encoding.ASCII.GetBytes(seed, block.AsSpan(8));
        ulong counter = 0;
        return Entropy.Replace(destination =>
        {
            for (Span<byte> rest = destination.Span; !rest.IsEmpty; rest = rest[Math.Min(32, rest.Length)..])
            {
                BinaryPrimitives.WriteUInt64BigEndian(block, counter++);
                SHA256.HashData(block).AsSpan(0, Math.Min(32, rest.Length)).CopyTo(rest);
            }
        });
    }
}
