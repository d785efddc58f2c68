namespace HybridTls.Benchmarks;

/// <summary>One figure of both endpoints; medians over the rounds.</summary>
/// <param name="Name">What was done.</param>
/// <param name="BodySize">The size of an answer's body in bytes; zero for handshakes.</param>
/// <param name="HybridPerSecond">Operations per second through <c>UseHybridTls</c>.</param>
/// <param name="HttpsPerSecond">Operations per second through <c>UseHttps</c>.</param>
/// <param name="HybridServerMicroseconds">The server's processor time for each operation through <c>UseHybridTls</c>.</param>
/// <param name="HttpsServerMicroseconds">The server's processor time for each operation through <c>UseHttps</c>.</param>
internal sealed record KestrelResult(
    string Name,
    int BodySize,
    double HybridPerSecond,
    double HttpsPerSecond,
    double HybridServerMicroseconds,
    double HttpsServerMicroseconds)
{
    /// <summary>Our rate over theirs: above one, we are faster.</summary>
    public double Ratio => HybridPerSecond / HttpsPerSecond;

    /// <summary>Our server's processor time over theirs: below one, we are cheaper.</summary>
    public double ServerRatio => HybridServerMicroseconds / HttpsServerMicroseconds;
}
