using BenchmarkDotNet.Attributes;
using HybridTls.Cryptography;
using HybridTls.Tool.Speed;

namespace HybridTls.Benchmarks;

/// <summary>Every operation on every back end under BenchmarkDotNet, beside the yardstick.</summary>
[MemoryDiagnoser]
public class OperationBenchmarks
{
    private Func<int, long> _run = null!;
    private Func<int, long> _yardstick = null!;
    private Lanes.Forced _forced;

    /// <summary>The operation under test; the figure is per call, which for <c>mldsa65.sign</c> is the whole message set.</summary>
    [ParamsSource(nameof(Operations))]
    public Operation Operation { get; set; } = null!;

    /// <summary>The vector back end, by its width in bits (64 is the scalar one).</summary>
    [ParamsSource(nameof(Backends))]
    public int Backend { get; set; }

    /// <summary>Everything in the catalogue that BenchmarkDotNet can time.</summary>
    public static IEnumerable<Operation> Operations => Catalog.Operations.Where(operation => !operation.IsSelfTimed);

    /// <summary>The back ends of this machine.</summary>
    public static IEnumerable<int> Backends => Lanes.Supported.Select(width => (int)width);

    /// <summary>Prepares keys on the thread that runs the benchmark, which is the one the back end is forced on.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _forced = Lanes.Force((LaneWidth)Backend);
        _run = Operation.Prepare();
        _yardstick = Catalog.Yardstick.Prepare();
    }

    /// <summary>Gives the thread its own choice back.</summary>
    [GlobalCleanup]
    public void Cleanup() => _forced.Dispose();

    /// <summary>The BCL's SHA-256 over 16 KiB.</summary>
    [Benchmark(Baseline = true)]
    public void Sha256Of16KiB() => _yardstick(1);

    /// <summary>The operation.</summary>
    [Benchmark]
    public void Run() => _run(1);
}
