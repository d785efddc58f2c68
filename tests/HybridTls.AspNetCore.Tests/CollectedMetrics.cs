using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HybridTls.AspNetCore;
using HybridTls.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HybridTls.Tests.AspNetCore;

/// <summary>Keeps every measurement of one host's meters.</summary>
internal sealed class CollectedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _all = new();

    public CollectedMetrics(IServiceProvider services, params string[] meters)
    {
        IMeterFactory factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == factory && meters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyCollection<Measured> All => _all;

    /// <summary>The sum of a counter, over the measurements with these tags.</summary>
    public double Sum(string name, params (string Key, object Value)[] tags) => Find(name, tags).Sum(static measured => measured.Value);

    /// <summary>The measurements of an instrument with these tags.</summary>
    public IEnumerable<Measured> Find(string name, params (string Key, object Value)[] tags) => _all.Where(
        measured => measured.Name == name && tags.All(tag => measured.Tags.TryGetValue(tag.Key, out object? value) && tag.Value.Equals(value)));

    /// <summary>The present value of an observable counter.</summary>
    public double Observe(string name, params (string Key, object Value)[] tags)
    {
        _listener.RecordObservableInstruments();
        return Find(name, tags).Last().Value;
    }

    /// <summary>Waits for the first measurement of a counter with these tags.</summary>
    /// <returns>The sum.</returns>
    public async Task<double> WaitForAsync(string name, params (string Key, object Value)[] tags)
    {
        while (!Find(name, tags).Any())
            await Task.Delay(1, TestContext.Current.CancellationToken);
        return Sum(name, tags);
    }

    /// <summary>Waits until a handshake has begun.</summary>
    public async Task WaitForHandshakeAsync()
    {
        while (!Find("hybridtls.active_handshakes").Any(static measured => measured.Value == 1))
            await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue(new Measured(instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary()));

    internal sealed record Measured(string Name, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags);
}
