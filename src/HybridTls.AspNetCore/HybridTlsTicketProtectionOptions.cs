namespace HybridTls.AspNetCore;

/// <summary>How tickets are sealed with the application's data protection keys.</summary>
public sealed class HybridTlsTicketProtectionOptions
{
    /// <summary>
    /// Keeps servers apart that share a key ring but must not resume each other's sessions: only equal ones do. Default: empty.
    /// </summary>
    public string Discriminator { get; set; } = "";

    /// <summary>How long tickets are accepted, at most 7 days. Default: 24 hours. A server's own option may say less.</summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How often the ring is read for revocations. Data Protection itself reads it once a day. Revocations that are made in this process
    /// count at once. Default: 5 minutes.
    /// </summary>
    public TimeSpan RevocationCheckInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Refuses options that cannot work.</summary>
    /// <exception cref="InvalidOperationException">An option cannot work; the message names it.</exception>
    internal void Validate()
    {
        if (Discriminator is null)
            throw new InvalidOperationException("Discriminator is null: leave it empty for none.");
        if (TicketLifetime < TimeSpan.FromSeconds(1) || TicketLifetime > ITicketProtector.MaxTicketLifetime)
            throw new InvalidOperationException($"TicketLifetime is {TicketLifetime}; it must be 1 second to 7 days (RFC 9846 §4.7.1).");
        if (RevocationCheckInterval <= TimeSpan.Zero)
            throw new InvalidOperationException($"RevocationCheckInterval is {RevocationCheckInterval}; it must be positive.");
    }
}
