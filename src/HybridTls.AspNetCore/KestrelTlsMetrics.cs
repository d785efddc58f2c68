using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using HybridTls.Connections;

namespace HybridTls.AspNetCore;

/// <summary>
/// The two instruments that Kestrel's meter has for its own TLS, by the same names, units and tags, so that dashboards made for
/// <c>UseHttps</c> go on. Kestrel leaves them empty for a TLS that it does not know.
/// </summary>
internal sealed class KestrelTlsMetrics : IHandshakeListener
{
    private static readonly ConditionalWeakTable<IMeterFactory, KestrelTlsMetrics> ByFactory = [];

    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;

    private KestrelTlsMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create("Microsoft.AspNetCore.Server.Kestrel");
        _active = meter.CreateUpDownCounter<long>(
            "kestrel.active_tls_handshakes", "{handshake}", "Number of TLS handshakes that are currently in progress on the server.");
        _duration = meter.CreateHistogram(
            "kestrel.tls_handshake.duration", "s", "The duration of TLS handshakes on the server.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
            });
    }

    /// <summary>The instruments of a host; null for one without a factory.</summary>
    public static KestrelTlsMetrics? For(IMeterFactory? factory) =>
        factory is null ? null : ByFactory.GetValue(factory, static factory => new KestrelTlsMetrics(factory));

    /// <inheritdoc/>
    public void Started(EndPoint? local)
    {
        if (_active.Enabled)
            _active.Add(1, Tags(local));
    }

    /// <inheritdoc/>
    public void Stopped(EndPoint? local, TimeSpan duration, string? error)
    {
        if (_active.Enabled)
            _active.Add(-1, Tags(local));
        if (!_duration.Enabled)
            return;
        TagList tags = Tags(local);
        if (error is null)
            tags.Add(TlsNames.ProtocolVersion, TlsNames.Tls13);
        else
            tags.Add(TlsNames.ErrorType, error);
        _duration.Record(duration.TotalSeconds, tags);
    }

    private static TagList Tags(EndPoint? local)
    {
        TagList tags = [];
        if (local is IPEndPoint ip)
        {
            tags.Add(TlsNames.ServerAddress, ip.Address.ToString());
            tags.Add(TlsNames.ServerPort, ip.Port);
            tags.Add("network.type", ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !ip.Address.IsIPv4MappedToIPv6 ? "ipv6" : "ipv4");
            tags.Add("network.transport", "tcp");
        }
        else if (local is System.Net.Sockets.UnixDomainSocketEndPoint unix)
        {
            tags.Add(TlsNames.ServerAddress, unix.ToString());
            tags.Add("network.transport", "unix");
        }

        return tags;
    }
}
