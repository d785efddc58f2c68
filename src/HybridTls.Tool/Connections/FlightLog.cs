using HybridTls.Tool.Inspection;

namespace HybridTls.Tool.Connections;

/// <summary>Notes what crosses the wire and when, and gathers it into flights.</summary>
internal sealed class FlightLog(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<Flight> _flights = [];
    private bool _closed;

    /// <summary>The time since the log was created.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Adds bytes that were sent or received just now.</summary>
    public void Add(Direction sender, int size)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            TimeSpan now = Elapsed;
            if (_flights.Count > 0 && _flights[^1].Sender == sender)
                _flights[^1] = _flights[^1] with { End = now, Size = _flights[^1].Size + size };
            else
                _flights.Add(new Flight(sender, now, now, size));
        }
    }

    /// <summary>Ends the log: what comes later is no part of the handshake.</summary>
    public IReadOnlyList<Flight> Close()
    {
        lock (_lock)
        {
            _closed = true;
            return [.. _flights];
        }
    }
}
