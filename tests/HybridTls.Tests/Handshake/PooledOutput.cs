using HybridTls.Transport;

namespace HybridTls.Tests.Handshake;

/// <summary>Where a machine without a peer writes its records.</summary>
internal sealed class PooledOutput
{
    public PooledBuffer Buffer { get; } = new();

    /// <summary>The content types of the records written.</summary>
    public List<byte> RecordTypes()
    {
        List<byte> types = [];
        ReadOnlySpan<byte> rest = Buffer.Span;
        while (!rest.IsEmpty)
        {
            types.Add(rest[0]);
            rest = rest[(5 + ((rest[3] << 8) | rest[4]))..];
        }

        return types;
    }
}
