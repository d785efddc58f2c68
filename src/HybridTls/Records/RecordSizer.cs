namespace HybridTls.Records;

/// <summary>Says how much content the next record takes: <see cref="RecordSizing"/> applied to one direction of one connection.</summary>
internal struct RecordSizer(RecordSizing sizing, TimeProvider timeProvider) // HT-SHELL-10
{
    private long _lastFlight = long.MinValue;
    private int _freshLeft;

    /// <summary>Notes that data goes out now: after a pause the flight is fresh again.</summary>
    public void BeginFlight()
    {
        if (sizing.FreshBytes == 0)
            return;
        long now = timeProvider.GetTimestamp();
        if (_lastFlight == long.MinValue || timeProvider.GetElapsedTime(_lastFlight, now) >= sizing.IdleAfter)
            _freshLeft = sizing.FreshBytes;
        _lastFlight = now;
    }

    /// <summary>The content of the next record if there is enough.</summary>
    /// <param name="maxContent">What the peer accepts.</param>
    public readonly int GetContent(int maxContent) =>
        Math.Min((_freshLeft > 0 ? sizing.FreshRecordSize : sizing.FullRecordSize) - RecordLimits.ProtectedOverhead, maxContent);

    /// <summary>The content of a record in bulk.</summary>
    /// <param name="maxContent">What the peer accepts.</param>
    public readonly int GetFullContent(int maxContent) => Math.Min(sizing.FullRecordSize - RecordLimits.ProtectedOverhead, maxContent);

    /// <summary>Takes the content of the next record from <paramref name="available"/> bytes.</summary>
    /// <param name="available">The bytes there are, at least one.</param>
    /// <param name="maxContent">What the peer accepts.</param>
    public int Take(int available, int maxContent)
    {
        int length = Math.Min(available, GetContent(maxContent));
        _freshLeft = Math.Max(0, _freshLeft - length);
        return length;
    }
}
