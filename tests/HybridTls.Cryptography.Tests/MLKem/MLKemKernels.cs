using System.Runtime.Intrinsics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLKem;

/// <summary>The kernels of one back end behind one face, so that a test can run over all of them.</summary>
internal abstract class MLKemKernels
{
    /// <summary>Every back end that this machine runs, as a number that a public test may take.</summary>
    public static TheoryData<int> Widths => [.. Lanes.Supported.Select(width => (int)width)];

    public static MLKemKernels For(int width) => (LaneWidth)width switch
    {
        LaneWidth.Vector512 => new Kernels<Vector512Lanes16, Vector512<short>>(),
        LaneWidth.Vector256 => new Kernels<Vector256Lanes16, Vector256<short>>(),
        LaneWidth.Vector128 => new Kernels<Vector128Lanes16, Vector128<short>>(),
        _ => new Kernels<ScalarLanes16, int>(),
    };

    public abstract int Count { get; }

    public abstract void Forward(Span<short> polynomial);

    public abstract void Inverse(Span<short> polynomial);

    public abstract void Twist(ReadOnlySpan<short> polynomials, Span<short> twisted);

    public abstract void InnerProduct(ReadOnlySpan<short> a, ReadOnlySpan<short> b, ReadOnlySpan<short> twisted, Span<short> result);

    public abstract void SampleNoise(ReadOnlySpan<byte> bytes, Span<short> polynomial);

    public abstract void Normalize(Span<short> polynomial);

    public abstract void RestoreAndAdd(Span<short> product, ReadOnlySpan<short> addend);

    public abstract void Add(Span<short> left, ReadOnlySpan<short> right);

    public abstract void SubtractFrom(ReadOnlySpan<short> left, Span<short> right);

    public abstract void Compress(Span<short> coefficients, int bits);

    public abstract void Decompress(Span<short> coefficients, int bits);

    public abstract void Sample(ReadOnlySpan<byte> rho, Span<short> matrix, ReadOnlySpan<byte> sigma, Span<short> noise, MLKemHashLane hash);

    /// <summary>One primitive by name over two arrays of <see cref="Count"/> lanes; the results follow one another.</summary>
    public abstract short[] Primitive(string name, short[] left, short[] right);

    private sealed class Kernels<TLanes, TVector> : MLKemKernels
        where TLanes : struct, ILanes16<TVector>
        where TVector : struct
    {
        public override int Count => TLanes.Count;

        public override void Forward(Span<short> polynomial) => MLKemNtt<TLanes, TVector>.Forward(polynomial);

        public override void Inverse(Span<short> polynomial) => MLKemNtt<TLanes, TVector>.Inverse(polynomial);

        public override void Twist(ReadOnlySpan<short> polynomials, Span<short> twisted) =>
            MLKemNtt<TLanes, TVector>.Twist(polynomials, twisted);

        public override void InnerProduct(ReadOnlySpan<short> a, ReadOnlySpan<short> b, ReadOnlySpan<short> twisted, Span<short> result) =>
            MLKemNtt<TLanes, TVector>.InnerProduct(a, a[256..], a[512..], b, twisted, result);

        public override void SampleNoise(ReadOnlySpan<byte> bytes, Span<short> polynomial) =>
            MLKemCoefficients<TLanes, TVector>.SampleNoise(bytes, polynomial);

        public override void Normalize(Span<short> polynomial) => MLKemCoefficients<TLanes, TVector>.Normalize(polynomial);

        public override void RestoreAndAdd(Span<short> product, ReadOnlySpan<short> addend) =>
            MLKemCoefficients<TLanes, TVector>.RestoreAndAdd(product, addend);

        public override void Add(Span<short> left, ReadOnlySpan<short> right) => MLKemCoefficients<TLanes, TVector>.Add(left, right);

        public override void SubtractFrom(ReadOnlySpan<short> left, Span<short> right) =>
            MLKemCoefficients<TLanes, TVector>.SubtractFrom(left, right);

        public override void Compress(Span<short> coefficients, int bits) =>
            MLKemCoefficients<TLanes, TVector>.Compress(coefficients, bits);

        public override void Decompress(Span<short> coefficients, int bits) =>
            MLKemCoefficients<TLanes, TVector>.Decompress(coefficients, bits);

        public override void Sample(
            ReadOnlySpan<byte> rho, Span<short> matrix, ReadOnlySpan<byte> sigma, Span<short> noise, MLKemHashLane hash) =>
            MLKemSampling<TLanes, TVector>.Sample(rho, matrix, sigma, noise, hash);

        public override short[] Primitive(string name, short[] left, short[] right)
        {
            short[] result = new short[2 * Count];
            TVector a = TLanes.Load(in left[0]);
            TVector b = TLanes.Load(in right[0]);
            if (name.StartsWith("Exchange", StringComparison.Ordinal))
            {
                // The distance is a constant for each call, as it is in the kernels.
                switch (name)
                {
                    case "Exchange2": TLanes.Exchange(ref a, ref b, 2); break;
                    case "Exchange4": TLanes.Exchange(ref a, ref b, 4); break;
                    case "Exchange8": TLanes.Exchange(ref a, ref b, 8); break;
                    default: TLanes.Exchange(ref a, ref b, 16); break;
                }

                TLanes.Store(a, ref result[0]);
                TLanes.Store(b, ref result[Count]);
                return result;
            }

            TLanes.Store(
                name switch
                {
                    "Add" => TLanes.Add(a, b),
                    "Subtract" => TLanes.Subtract(a, b),
                    "MultiplyLow" => TLanes.MultiplyLow(a, b),
                    "MultiplyHigh" => TLanes.MultiplyHigh(a, b),
                    "And" => TLanes.And(a, b),
                    "ShiftLeft" => TLanes.ShiftLeft(a, 5),
                    "ShiftRightLogical" => TLanes.ShiftRightLogical(a, 5),
                    "ShiftRightArithmetic" => TLanes.ShiftRightArithmetic(a, 5),
                    "SwapPairs" => TLanes.SwapPairs(a),
                    "MultiplyAddPairs" => TLanes.MultiplyAddPairs(a, b),
                    "AddPairs" => TLanes.AddPairs(a, b),
                    "LowHalves" => TLanes.LowHalves(a, b),
                    "HighHalves" => TLanes.HighHalves(a, b),
                    "Broadcast" => TLanes.Broadcast(left[0]),
                    "LoadNibbles" => TLanes.LoadNibbles(ref System.Runtime.InteropServices.MemoryMarshal.AsBytes(left.AsSpan())[0]),
                    _ => throw new ArgumentException(name),
                },
                ref result[0]);
            return result;
        }
    }
}
