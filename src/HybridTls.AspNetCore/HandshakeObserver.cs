using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace HybridTls.AspNetCore;

/// <summary>Follows one handshake: its clock, its metrics, its activity and its log lines.</summary>
internal sealed class HandshakeObserver
{
    private static readonly ActivitySource Source = new(TlsNames.Source);

    private readonly Telemetry _telemetry;
    private readonly string _connectionId;
    private readonly PeerRole _peer;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;

    private HandshakeObserver(Telemetry telemetry, PeerRole peer, string connectionId)
    {
        _telemetry = telemetry;
        _peer = peer;
        _connectionId = connectionId;
        _activity = Source.StartActivity("HybridTls.Handshake", peer == PeerRole.Client ? ActivityKind.Server : ActivityKind.Client);
        telemetry.Metrics.HandshakeStarted(peer);
    }

    public static HandshakeObserver Start(Telemetry telemetry, PeerRole peer, string connectionId) => new(telemetry, peer, connectionId);

    /// <summary>The handshake is complete.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Complete(NegotiatedParameters parameters, IConnectionMetricsTagsFeature? connectionTags)
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        _telemetry.Metrics.HandshakeStopped(_peer, duration, parameters, null);
        string group = TlsNames.Of(parameters.Group);
        connectionTags?.Tags.Add(new(TlsNames.ProtocolVersion, TlsNames.Tls13));
        connectionTags?.Tags.Add(new(TlsNames.Group, group));
        if (_activity is not null)
        {
            _activity.SetTag(TlsNames.ProtocolVersion, TlsNames.Tls13);
            _activity.SetTag(TlsNames.Group, group);
            _activity.SetTag(TlsNames.Cipher, TlsNames.Of(parameters.CipherSuite));
            _activity.SetTag(TlsNames.Resumed, parameters.IsResumed);
            _activity.Dispose();
        }

        if (_telemetry.Logger.IsEnabled(LogLevel.Debug))
        {
            Log.HandshakeComplete(
                _telemetry.Logger, _connectionId, group, TlsNames.Of(parameters.SignatureScheme), parameters.CipherSuite,
                parameters.ApplicationProtocol.ToString(), parameters.IsResumed, duration.TotalMilliseconds);
            if (parameters.ResumptionRefusal is { } refusal)
                Log.NotResumed(_telemetry.Logger, _connectionId, refusal);
        }

        return duration;
    }

    /// <summary>The handshake failed.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Fail(HandshakeFailureReason reason, Exception exception, IConnectionMetricsTagsFeature? connectionTags)
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        _telemetry.Metrics.HandshakeStopped(_peer, duration, null, reason);
        _telemetry.Metrics.Failed(_peer, exception);
        connectionTags?.Tags.Add(new(TlsNames.ErrorType, "tls_handshake_failed"));
        if (_activity is not null)
        {
            _activity.SetTag(TlsNames.ErrorType, TlsNames.Of(reason));
            _activity.SetStatus(ActivityStatusCode.Error);
            _activity.Dispose();
        }

        if (reason == HandshakeFailureReason.Internal)
            Log.WeFailed(_telemetry.Logger, _connectionId, exception);
        else if (_telemetry.Logger.IsEnabled(LogLevel.Debug))
            Log.PeerFailed(_telemetry.Logger, _connectionId, duration.TotalMilliseconds, TlsNames.Of(reason), exception.Message);
        return duration;
    }
}
