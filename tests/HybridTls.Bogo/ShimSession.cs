namespace HybridTls.Bogo;

/// <summary>What the connections of one test share.</summary>
internal sealed class ShimSession : IDisposable
{
    /// <summary>Creates the keys and the clock.</summary>
    public ShimSession()
    {
        // Longer than any test moves the clock.
        TicketProtector = new RotatingTicketProtector(TimeSpan.FromDays(7), Clock);
    }

    /// <summary>The clock.</summary>
    public ShimClock Clock { get; } = new();

    /// <summary>A server's ticket keys.</summary>
    public RotatingTicketProtector TicketProtector { get; }

    /// <summary>A client's sessions.</summary>
    public ShimSessionCache Sessions { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => TicketProtector.Dispose();
}
