namespace HybridTls.Messages;

/// <summary>One identity of pre_shared_key (RFC 9846 §4.3.11), read in place.</summary>
internal readonly ref struct PskIdentity
{
    /// <summary>Creates an identity.</summary>
    public PskIdentity(ReadOnlySpan<byte> identity, uint obfuscatedTicketAge)
    {
        Identity = identity;
        ObfuscatedTicketAge = obfuscatedTicketAge;
    }

    /// <summary>The name of the key: the ticket.</summary>
    public ReadOnlySpan<byte> Identity { get; }

    /// <summary>The age of the ticket in milliseconds plus its ticket_age_add, modulo 2^32.</summary>
    public uint ObfuscatedTicketAge { get; }
}
