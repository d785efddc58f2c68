using Microsoft.Extensions.Logging;

namespace HybridTls.Connections;

/// <summary>Says once for an endpoint that its secrets leave the process: when it is bound, or when a callback first chooses so.</summary>
internal sealed class KeyLogWarning(ILogger logger, string endpoint)
{
    private int _said;

    /// <summary>Warns if connections with <paramref name="options"/> write a key log.</summary>
    public void Check(HybridTlsOptions options)
    {
        if (options.WritesKeyLog && Interlocked.Exchange(ref _said, 1) == 0)
            Log.KeyLogActive(logger, endpoint);
    }
}
