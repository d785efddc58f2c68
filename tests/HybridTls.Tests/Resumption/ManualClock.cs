namespace HybridTls.Tests.Resumption;

/// <summary>A clock that tests move, while others read it.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public DateTimeOffset Now
    {
        get => GetUtcNow();
        set => Volatile.Write(ref _ticks, value.UtcTicks);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
