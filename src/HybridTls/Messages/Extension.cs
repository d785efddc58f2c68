namespace HybridTls.Messages;

/// <summary>One extension of a block (RFC 9846 §4.3), read in place.</summary>
internal readonly ref struct Extension
{
    internal Extension(ExtensionType type, ReadOnlySpan<byte> data)
    {
        Type = type;
        Data = data;
    }

    /// <summary>The type; values that are not defined are possible.</summary>
    public ExtensionType Type { get; }

    /// <summary>The content.</summary>
    public ReadOnlySpan<byte> Data { get; }
}
