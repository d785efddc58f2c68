namespace HybridTls.Bogo;

/// <summary>The clock of the shim, which <c>-resumption-delay</c> moves forward.</summary>
internal sealed class ShimClock : TimeProvider
{
    private TimeSpan _ahead;

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan time) => _ahead += time;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + _ahead;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);
}
