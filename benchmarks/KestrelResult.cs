namespace HybridTls.Benchmarks;

/// <summary>One figure of both endpoints; medians over the rounds.</summary>
/// <param name="Name">What was done.</param>
/// <param name="BodySize">The size of an answer's body in bytes; zero for handshakes.</param>
/// <param name="HybridPerSecond">Operations per second through <c>UseHybridTls</c>.</param>
/// <param name="HttpsPerSecond">Operations per second through <c>UseHttps</c>.</param>
/// <param name="Ratio">Our rate over theirs in the same round: above one, we are faster.</param>
/// <param name="RatioLow">The lower quartile of that ratio: threads that share two cores fall into good and bad patterns, round by round.</param>
/// <param name="RatioHigh">The upper quartile.</param>
/// <param name="HybridServerMicroseconds">The server's processor time for each operation through <c>UseHybridTls</c>.</param>
/// <param name="HttpsServerMicroseconds">The server's processor time for each operation through <c>UseHttps</c>.</param>
internal sealed record KestrelResult(
    string Name,
    int BodySize,
    double HybridPerSecond,
    double HttpsPerSecond,
    double Ratio,
    double RatioLow,
    double RatioHigh,
    double HybridServerMicroseconds,
    double HttpsServerMicroseconds)
{
    /// <summary>Our server's processor time over theirs: below one, we are cheaper.</summary>
    public double ServerRatio => HybridServerMicroseconds / HttpsServerMicroseconds;
}
