namespace HybridTls.Bogo;

/// <summary>What the connections of one test share.</summary>
internal sealed class ShimSession
{
    /// <summary>The clock.</summary>
    public ShimClock Clock { get; } = new();
}
