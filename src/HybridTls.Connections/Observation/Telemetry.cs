using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridTls.Connections;

/// <summary>Where one host's metrics and logs go.</summary>
internal sealed record Telemetry(HybridTlsMetrics Metrics, ILogger Logger)
{
    /// <summary>From a host's services; a host without any (or without these) is not observed.</summary>
    public static Telemetry From(IServiceProvider? services) => new(
        HybridTlsMetrics.For((IMeterFactory?)services?.GetService(typeof(IMeterFactory))),
        ((ILoggerFactory?)services?.GetService(typeof(ILoggerFactory)))?.CreateLogger(Log.Category) ?? NullLogger.Instance);

    /// <summary>An established connection has ended; <paramref name="failure"/> is why nothing more could be read, or null.</summary>
    public void ConnectionStopped(PeerRole peer, ITraffic traffic, string connectionId, Exception? failure)
    {
        Metrics.ConnectionStopped(peer, traffic);
        if (failure is null)
            return;
        Metrics.Failed(peer, failure);
        if (HandshakeFailures.Classify(failure) == HandshakeFailureReason.Internal)
            Log.ConnectionBroken(Logger, connectionId, failure);
        else
            Log.ConnectionFailed(Logger, connectionId, failure.Message);
    }
}
