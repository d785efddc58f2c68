using System.Diagnostics;

namespace HybridTls.Tool.Speed;

/// <summary>One operation that is measured: the same body under the quick table and under BenchmarkDotNet.</summary>
public sealed class Operation
{
    private readonly Func<Func<int, long>> _prepare;

    /// <summary>Names an operation.</summary>
    /// <param name="name">The name in tables and in JSON.</param>
    /// <param name="prepare">Builds keys and buffers once and returns the body.</param>
    /// <param name="perCall">How many operations one call of the body performs.</param>
    /// <param name="bytesPerOperation">The application bytes that one operation protects, where a throughput is meaningful.</param>
    public Operation(string name, Func<Action> prepare, int perCall = 1, int bytesPerOperation = 0)
        : this(name, () => Repeat(prepare()))
    {
        PerCall = perCall;
        BytesPerOperation = bytesPerOperation;
    }

    private Operation(string name, Func<Func<int, long>> prepare)
    {
        Name = name;
        _prepare = prepare;
    }

    /// <summary>The name in tables and in JSON.</summary>
    public string Name { get; }

    /// <summary>How many operations one call of the body performs.</summary>
    public int PerCall { get; } = 1;

    /// <summary>The application bytes that one operation protects; 0 where a throughput means nothing.</summary>
    public int BytesPerOperation { get; }

    /// <summary>Whether the body measures a part of itself, which BenchmarkDotNet cannot do.</summary>
    public bool IsSelfTimed { get; private init; }

    /// <summary>An operation whose body returns the ticks that count: one side of something that has two.</summary>
    public static Operation SelfTimed(string name, Func<Func<long>> prepare) =>
        new(name, () => RepeatSelfTimed(prepare())) { IsSelfTimed = true };

    /// <summary>Builds keys and buffers and returns the body, which repeats itself as often as asked and returns the ticks it took.</summary>
    public Func<int, long> Prepare() => _prepare();

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Func<int, long> Repeat(Action body) => calls =>
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
            body();
        return Stopwatch.GetTimestamp() - start;
    };

    private static Func<int, long> RepeatSelfTimed(Func<long> body) => calls =>
    {
        long ticks = 0;
        for (int call = 0; call < calls; call++)
            ticks += body();
        return ticks;
    };
}
