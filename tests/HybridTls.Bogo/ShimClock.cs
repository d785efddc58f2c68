namespace HybridTls.Bogo;

/// <summary>
/// The clock of the shim. It stands still and only <c>-resumption-delay</c> moves it: the runner expects the age of a ticket to be exactly
/// that.
/// </summary>
internal sealed class ShimClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan time) => _now += time;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;
}
