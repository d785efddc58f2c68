namespace HybridTls.Benchmarks;

/// <summary>One operation that is measured: the same body under the quick table and under BenchmarkDotNet.</summary>
/// <param name="name">The name in tables and in JSON.</param>
/// <param name="prepare">Builds keys and buffers once and returns the body.</param>
/// <param name="perCall">How many operations one call of the body performs.</param>
/// <param name="bytesPerOperation">The application bytes that one operation protects, where a throughput is meaningful.</param>
public sealed class Operation(string name, Func<Action> prepare, int perCall = 1, int bytesPerOperation = 0)
{
    /// <summary>The name in tables and in JSON.</summary>
    public string Name { get; } = name;

    /// <summary>How many operations one call of the body performs.</summary>
    public int PerCall { get; } = perCall;

    /// <summary>The application bytes that one operation protects; 0 where a throughput means nothing.</summary>
    public int BytesPerOperation { get; } = bytesPerOperation;

    /// <summary>Builds keys and buffers and returns the body.</summary>
    public Action Prepare() => prepare();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
