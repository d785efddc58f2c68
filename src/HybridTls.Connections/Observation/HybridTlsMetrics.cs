using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;

namespace HybridTls.Connections;

/// <summary>The meter <c>HybridTls</c>. One for each <see cref="IMeterFactory"/>, so that hosts in one process do not mix.</summary>
internal sealed class HybridTlsMetrics
{
    private static readonly ConditionalWeakTable<IMeterFactory, HybridTlsMetrics> ByFactory = [];
    private static readonly Lazy<HybridTlsMetrics> WithoutFactory = new(static () => new HybridTlsMetrics(new Meter(TlsNames.Source)));

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _activeHandshakes;
    private readonly UpDownCounter<long> _activeConnections;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _chosen;
    private readonly TrafficTotals _serverTraffic = new(PeerRole.Client);
    private readonly TrafficTotals _clientTraffic = new(PeerRole.Server);

    private HybridTlsMetrics(Meter meter)
    {
        _duration = meter.CreateHistogram(
            "hybridtls.handshake.duration", "s", "How long handshakes took, successful or not.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        _activeHandshakes = meter.CreateUpDownCounter<long>("hybridtls.active_handshakes", "{handshake}", "Handshakes under way.");
        _activeConnections = meter.CreateUpDownCounter<long>(
            "hybridtls.active_connections", "{connection}", "Connections whose handshake is complete.");
        _alerts = meter.CreateCounter<long>("hybridtls.alerts", "{alert}", "Alerts sent and received, but for close_notify.");
        _chosen = meter.CreateCounter<long>(
            "hybridtls.endpoint.connections", "{connection}", "Connections of endpoints with a fallback, by the TLS that serves them.");
        meter.CreateObservableCounter(
            "hybridtls.bytes_in", () => Observe(static traffic => traffic.Received), "By", "Application data received, decrypted.");
        meter.CreateObservableCounter(
            "hybridtls.bytes_out", () => Observe(static traffic => traffic.Sent), "By", "Application data sent, before it was encrypted.");
    }

    /// <summary>The metrics of a host; without a factory, those of the process.</summary>
    public static HybridTlsMetrics For(IMeterFactory? factory) => factory is null
        ? WithoutFactory.Value
        : ByFactory.GetValue(factory, static factory => new HybridTlsMetrics(factory.Create(TlsNames.Source)));

    /// <summary>Records a handshake's begin.</summary>
    /// <param name="peer">What the peer is.</param>
    public void HandshakeStarted(PeerRole peer) => _activeHandshakes.Add(1, RoleTag(peer));

    /// <summary>Records a handshake's end.</summary>
    /// <param name="peer">What the peer is.</param>
    /// <param name="server">The server's address: our own, or the one that we connect to.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="parameters">What was agreed on; null if it failed.</param>
    /// <param name="reason">Why it failed.</param>
    public void HandshakeStopped(
        PeerRole peer, EndPoint? server, TimeSpan duration, NegotiatedParameters? parameters, HandshakeFailureReason? reason)
    {
        _activeHandshakes.Add(-1, RoleTag(peer));
        if (!_duration.Enabled)
            return;
        TagList tags = [RoleTag(peer)];
        (string? address, int? port) = TlsNames.Of(server);
        if (address is not null)
            tags.Add(TlsNames.ServerAddress, address);
        if (port is not null)
            tags.Add(TlsNames.ServerPort, port);
        if (parameters is not null)
        {
            tags.Add(TlsNames.ProtocolVersion, TlsNames.Tls13);
            tags.Add(TlsNames.Resumed, parameters.IsResumed);
            tags.Add(TlsNames.Curve, TlsNames.Of(parameters.Group));
        }

        if (reason is { } failed)
            tags.Add(TlsNames.ErrorType, TlsNames.Of(failed));
        _duration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Counts the alert of a failure, if one was sent or received.</summary>
    public void Failed(PeerRole peer, Exception exception)
    {
        if (_alerts.Enabled && exception is HybridTlsException { Alert: { } alert } failure)
        {
            TagList tags =
            [
                RoleTag(peer),
                new(TlsNames.Direction, failure.Failure == HybridTlsFailure.AlertReceived ? "in" : "out"),
                new(TlsNames.Alert, TlsNames.Of(alert)),
            ];
            if (failure.Reason != FailureReason.None)
                tags.Add(TlsNames.Reason, TlsNames.Of(failure.Reason));
            _alerts.Add(1, tags);
        }
    }

    /// <summary>Counts a connection of an endpoint with a fallback.</summary>
    /// <param name="reason">Why the fallback serves it; none if ours does.</param>
    public void ConnectionChosen(FallbackReason reason)
    {
        if (reason == FallbackReason.None)
            _chosen.Add(1, new KeyValuePair<string, object?>(TlsNames.Path, "hybrid"));
        else
            _chosen.Add(1, new(TlsNames.Path, "classical"), new(TlsNames.Reason, TlsNames.Of(reason)));
    }

    public void ConnectionStarted(PeerRole peer, ITraffic traffic)
    {
        _activeConnections.Add(1, RoleTag(peer));
        TotalsOf(peer).Add(traffic);
    }

    public void ConnectionStopped(PeerRole peer, ITraffic traffic)
    {
        TotalsOf(peer).Remove(traffic);
        _activeConnections.Add(-1, RoleTag(peer));
    }

    private TrafficTotals TotalsOf(PeerRole peer) => peer == PeerRole.Client ? _serverTraffic : _clientTraffic;

    private static KeyValuePair<string, object?> RoleTag(PeerRole peer) => new(TlsNames.Role, TlsNames.RoleFacing(peer));

    private IEnumerable<Measurement<long>> Observe(Func<(long Received, long Sent), long> select) =>
    [
        new(select(_serverTraffic.Total), RoleTag(_serverTraffic.Peer)),
        new(select(_clientTraffic.Total), RoleTag(_clientTraffic.Peer)),
    ];
}
