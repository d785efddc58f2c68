namespace HybridTls.Messages;

/// <summary>One public share of a key agreement (RFC 9846 §4.3.8), read in place.</summary>
internal readonly ref struct KeyShareEntry
{
    /// <summary>Creates an entry.</summary>
    public KeyShareEntry(NamedGroup group, ReadOnlySpan<byte> keyExchange)
    {
        Group = group;
        KeyExchange = keyExchange;
    }

    /// <summary>The group.</summary>
    public NamedGroup Group { get; }

    /// <summary>The share; its length is the group's matter.</summary>
    public ReadOnlySpan<byte> KeyExchange { get; }
}
