namespace HybridTls.Tests.Handshake;

/// <summary>A clock whose timestamps move only when a test says so.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private TimeSpan _now = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(TimeSpan time) => _now += time;
}
