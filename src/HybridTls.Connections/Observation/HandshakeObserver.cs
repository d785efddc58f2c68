using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>Follows one handshake: its clock, its metrics, its activity and its log lines.</summary>
internal sealed class HandshakeObserver
{
    private static readonly ActivitySource Source = new(TlsNames.Source);

    private readonly Telemetry _telemetry;
    private readonly string _connectionId;
    private readonly PeerRole _peer;
    private readonly EndPoint? _server;
    private readonly IHandshakeListener? _listener;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;

    private HandshakeObserver(Telemetry telemetry, PeerRole peer, string connectionId, EndPoint? server, IHandshakeListener? listener)
    {
        _telemetry = telemetry;
        _peer = peer;
        _connectionId = connectionId;
        _server = server;
        _listener = listener;
        HybridTlsEventSource.Instance.TlsHandshakeStart(connectionId, TlsNames.RoleFacing(peer));
        _activity = Source.StartActivity("HybridTls.Handshake", peer == PeerRole.Client ? ActivityKind.Server : ActivityKind.Client);
        telemetry.Metrics.HandshakeStarted(peer);
        listener?.Started(server);
    }

    /// <summary>A handshake begins.</summary>
    /// <param name="telemetry">Where its metrics and logs go.</param>
    /// <param name="peer">What the peer is.</param>
    /// <param name="connectionId">By which logs name the connection.</param>
    /// <param name="server">The server's address: our own, or the one that we connect to.</param>
    /// <param name="listener">The server framework's own meter; null for none.</param>
    public static HandshakeObserver Start(
        Telemetry telemetry, PeerRole peer, string connectionId, EndPoint? server, IHandshakeListener? listener = null) =>
        new(telemetry, peer, connectionId, server, listener);

    /// <summary>The handshake is complete.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Complete(NegotiatedParameters parameters, IConnectionMetricsTagsFeature? connectionTags)
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        _telemetry.Metrics.HandshakeStopped(_peer, _server, duration, parameters, null);
        _listener?.Stopped(_server, duration, null);
        HybridTlsEventSource.Instance.TlsHandshakeStop(_connectionId, TlsNames.RoleFacing(_peer), nameof(System.Security.Authentication.SslProtocols.Tls13));
        string group = TlsNames.Of(parameters.Group);
        connectionTags?.Tags.Add(new(TlsNames.ProtocolVersion, TlsNames.Tls13));
        connectionTags?.Tags.Add(new(TlsNames.Curve, group));
        if (_activity is not null)
        {
            SetServer(_activity);
            _activity.SetTag(TlsNames.ProtocolName, TlsNames.Tls);
            _activity.SetTag(TlsNames.ProtocolVersion, TlsNames.Tls13);
            _activity.SetTag(TlsNames.Curve, group);
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
            if (parameters.TicketRefusal is { } withheld)
                Log.NoTicket(_telemetry.Logger, _connectionId, withheld);
        }

        return duration;
    }

    /// <summary>The handshake failed.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Fail(HandshakeFailureReason reason, Exception exception, IConnectionMetricsTagsFeature? connectionTags)
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        _telemetry.Metrics.HandshakeStopped(_peer, _server, duration, null, reason);
        _listener?.Stopped(_server, duration, TlsNames.Of(reason));
        HybridTlsEventSource.Instance.TlsHandshakeFailed(_connectionId, TlsNames.RoleFacing(_peer), TlsNames.Of(reason));
        HybridTlsEventSource.Instance.TlsHandshakeStop(_connectionId, TlsNames.RoleFacing(_peer), "");
        _telemetry.Metrics.Failed(_peer, exception);
        connectionTags?.Tags.Add(new(TlsNames.ErrorType, "tls_handshake_failed"));
        if (_activity is not null)
        {
            SetServer(_activity);
            _activity.SetTag(TlsNames.ErrorType, TlsNames.Of(reason));
            _activity.SetStatus(ActivityStatusCode.Error);
            _activity.Dispose();
        }

        if (reason == HandshakeFailureReason.Internal)
            Log.WeFailed(_telemetry.Logger, _connectionId, exception);
        else if (_telemetry.Logger.IsEnabled(LogLevel.Debug))
        {
            string why = exception is HybridTlsException { Reason: not FailureReason.None } refused
                ? $"{TlsNames.Of(reason)}, {TlsNames.Of(refused.Reason)}" : TlsNames.Of(reason);
            Log.PeerFailed(_telemetry.Logger, _connectionId, duration.TotalMilliseconds, why, exception.Message);
        }

        return duration;
    }

    private void SetServer(Activity activity)
    {
        (string? address, int? port) = TlsNames.Of(_server);
        activity.SetTag(TlsNames.ServerAddress, address);
        activity.SetTag(TlsNames.ServerPort, port);
    }
}
