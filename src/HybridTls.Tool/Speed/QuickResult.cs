using System.Text.Json.Serialization;

namespace HybridTls.Tool.Speed;

/// <summary>One row of the quick table.</summary>
/// <param name="Name">The operation.</param>
/// <param name="MedianMicroseconds">The median of the rounds, in µs for one operation.</param>
/// <param name="Yardsticks">The median of the rounds' ratios to the yardstick's time in the same round.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by one operation.</param>
/// <param name="Spread">The distance of the 10th and the 90th percentile over the median.</param>
/// <param name="BytesPerOperation">Application bytes that one operation protects; 0 where that means nothing.</param>
internal sealed record QuickResult(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("median_us")] double MedianMicroseconds,
    [property: JsonPropertyName("yardsticks")] double Yardsticks,
    [property: JsonPropertyName("allocated_bytes")] long AllocatedBytes,
    [property: JsonPropertyName("spread")] double Spread,
    [property: JsonIgnore] int BytesPerOperation)
{
    /// <summary>Operations a second on one core.</summary>
    [JsonIgnore]
    public double PerSecond => 1e6 / MedianMicroseconds;

    /// <summary>Throughput in MB/s (10⁶ bytes), where it means something.</summary>
    [JsonPropertyName("megabytes_per_second")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MegabytesPerSecond => BytesPerOperation == 0 ? null : BytesPerOperation / MedianMicroseconds;
}
