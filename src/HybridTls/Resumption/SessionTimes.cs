namespace HybridTls.Resumption;

/// <summary>When a session began and how long it may be resumed.</summary>
/// <param name="AuthenticatedAt">The full handshake, in which the sides proved who they are: all tickets of one session keep it.</param>
/// <param name="IssuedAt">When this ticket was made.</param>
/// <param name="Lifetime">How long after <paramref name="IssuedAt"/> the ticket may be used, in whole seconds.</param>
/// <param name="AgeAdd">ticket_age_add: hides from observers how old a ticket is (RFC 9846 §4.7.1).</param>
internal readonly record struct SessionTimes(DateTimeOffset AuthenticatedAt, DateTimeOffset IssuedAt, TimeSpan Lifetime, uint AgeAdd)
{
    /// <summary>
    /// How far the age that the client claims may be from the one that we count: what clocks drift in a day, and the round trip. A
    /// client that is further off gets a full handshake.
    /// </summary>
    public static readonly TimeSpan AgeTolerance = TimeSpan.FromSeconds(60);

    /// <summary>When the ticket ends: after its lifetime, and in any case with the session.</summary>
    public DateTimeOffset ExpiresAt =>
        IssuedAt + Lifetime < AuthenticatedAt + ITicketProtector.MaxTicketLifetime ? IssuedAt + Lifetime : AuthenticatedAt + ITicketProtector.MaxTicketLifetime;

    /// <summary>The lifetime that a ticket made now can have: whole seconds; zero when the session is at its end.</summary>
    public static TimeSpan LifetimeAt(DateTimeOffset now, DateTimeOffset authenticatedAt, TimeSpan wanted)
    {
        TimeSpan left = authenticatedAt + ITicketProtector.MaxTicketLifetime - now;
        TimeSpan lifetime = wanted < left ? wanted : left;
        return lifetime < TimeSpan.FromSeconds(1) ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Floor(Math.Min(lifetime.TotalSeconds, ITicketProtector.MaxTicketLifetime.TotalSeconds)));
    }

    /// <summary>
    /// Whether the session and the ticket are from the past and not over. A clock that was set back ends them, too; and whoever forged a
    /// session with a stolen ticket key cannot date it so that its chain of tickets never ends.
    /// </summary>
    public bool IsValidAt(DateTimeOffset now) => now >= IssuedAt - AgeTolerance && now >= AuthenticatedAt - AgeTolerance && now < ExpiresAt;

    /// <summary>obfuscated_ticket_age (§4.3.11.1): the age in milliseconds plus <see cref="AgeAdd"/>, modulo 2^32.</summary>
    public uint ObfuscatedAgeAt(DateTimeOffset now) => unchecked((uint)(long)(now - IssuedAt).TotalMilliseconds + AgeAdd);

    /// <summary>Whether the age that the client claims is the one that we count, as far as clocks and networks allow.</summary>
    public bool IsPlausibleAge(uint obfuscatedAge, DateTimeOffset now)
    {
        // Both ages are below 2^32 ms (49 days), so the difference of the two is the one modulo 2^32 nearest to zero.
        int difference = unchecked((int)(obfuscatedAge - ObfuscatedAgeAt(now)));
        return Math.Abs((long)difference) <= (long)AgeTolerance.TotalMilliseconds;
    }
}
