using System.Runtime.Intrinsics;
using HybridTls.Cryptography;

namespace HybridTls.Tests.Cryptography.MLDsa;

/// <summary>The kernels of one back end behind virtual methods, so that a test can take the width as a parameter.</summary>
internal abstract class MLDsaKernels
{
    public static MLDsaKernels Scalar { get; } = new Of<ScalarLanes32, long>();

    public static MLDsaKernels For(int width) => (LaneWidth)width switch
    {
        LaneWidth.Vector512 => new Of<Vector512Lanes32, Vector512<int>>(),
        LaneWidth.Vector256 => new Of<Vector256Lanes32, Vector256<int>>(),
        LaneWidth.Vector128 => new Of<Vector128Lanes32, Vector128<int>>(),
        _ => Scalar,
    };

    public abstract void Forward(Span<int> w);

    public abstract void Inverse(Span<int> w);

    public abstract void Multiply(Span<int> destination, ReadOnlySpan<int> a, ReadOnlySpan<int> b);

    public abstract void MultiplyRow(Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector);

    public abstract void MultiplyRowMinus(
        Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector, ReadOnlySpan<int> c, ReadOnlySpan<int> t);

    public abstract void Add(Span<int> w, ReadOnlySpan<int> v);

    public abstract void Canonicalize(Span<int> w);

    public abstract bool AddExceeds(Span<int> w, ReadOnlySpan<int> v, int bound);

    public abstract bool SubtractExceeds(Span<int> w, ReadOnlySpan<int> v, int bound);

    public abstract bool ReduceExceeds(Span<int> w, int bound);

    public abstract void Power2Round(ReadOnlySpan<int> t, Span<int> high, Span<int> low);

    public abstract void Decompose(ReadOnlySpan<int> w, Span<int> high, Span<int> low, Span<byte> highBytes);

    public abstract void MakeHint(ReadOnlySpan<int> low, ReadOnlySpan<int> ct0, ReadOnlySpan<int> high, Span<byte> hint);

    public abstract void UseHint(ReadOnlySpan<int> w, ReadOnlySpan<int> hint, Span<byte> highBytes);

    public abstract void PackEta(ReadOnlySpan<int> w, Span<byte> destination);

    public abstract void UnpackGamma1(ReadOnlySpan<byte> source, Span<int> w);

    public abstract void UnpackT1(ReadOnlySpan<byte> source, Span<int> w);

    public abstract int AppendUniform(ReadOnlySpan<byte> source, int count, Span<int> w, int filled);

    public abstract int AppendBounded(ReadOnlySpan<byte> source, int count, Span<int> w, int filled);

    public abstract void ExpandA(ReadOnlySpan<byte> rho, Span<int> matrix, int blocks);

    public abstract void ExpandS(ReadOnlySpan<byte> seed, Span<int> secrets, int blocks);

    public abstract int ExpandMask(ReadOnlySpan<byte> seed, int counter, Span<int> masks);

    private sealed class Of<TLanes, TVector> : MLDsaKernels
        where TLanes : struct, ILanes32<TVector>
        where TVector : struct
    {
        public override void Forward(Span<int> w) => MLDsaNtt<TLanes, TVector>.Forward(w);

        public override void Inverse(Span<int> w) => MLDsaNtt<TLanes, TVector>.Inverse(w);

        public override void Multiply(Span<int> destination, ReadOnlySpan<int> a, ReadOnlySpan<int> b) =>
            MLDsaNtt<TLanes, TVector>.Multiply(destination, a, b);

        public override void MultiplyRow(Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector) =>
            MLDsaNtt<TLanes, TVector>.MultiplyRow(destination, row, vector);

        public override void MultiplyRowMinus(
            Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector, ReadOnlySpan<int> c, ReadOnlySpan<int> t) =>
            MLDsaNtt<TLanes, TVector>.MultiplyRowMinus(destination, row, vector, c, t);

        public override void Add(Span<int> w, ReadOnlySpan<int> v) => MLDsaRounding<TLanes, TVector>.Add(w, v);

        public override void Canonicalize(Span<int> w) => MLDsaRounding<TLanes, TVector>.Canonicalize(w);

        public override bool AddExceeds(Span<int> w, ReadOnlySpan<int> v, int bound) =>
            MLDsaRounding<TLanes, TVector>.AddExceeds(w, v, bound);

        public override bool SubtractExceeds(Span<int> w, ReadOnlySpan<int> v, int bound) =>
            MLDsaRounding<TLanes, TVector>.SubtractExceeds(w, v, bound);

        public override bool ReduceExceeds(Span<int> w, int bound) => MLDsaRounding<TLanes, TVector>.ReduceExceeds(w, bound);

        public override void Power2Round(ReadOnlySpan<int> t, Span<int> high, Span<int> low) =>
            MLDsaRounding<TLanes, TVector>.Power2Round(t, high, low);

        public override void Decompose(ReadOnlySpan<int> w, Span<int> high, Span<int> low, Span<byte> highBytes) =>
            MLDsaRounding<TLanes, TVector>.Decompose(w, high, low, highBytes);

        public override void MakeHint(ReadOnlySpan<int> low, ReadOnlySpan<int> ct0, ReadOnlySpan<int> high, Span<byte> hint) =>
            MLDsaRounding<TLanes, TVector>.MakeHint(low, ct0, high, hint);

        public override void UseHint(ReadOnlySpan<int> w, ReadOnlySpan<int> hint, Span<byte> highBytes) =>
            MLDsaRounding<TLanes, TVector>.UseHint(w, hint, highBytes);

        public override void PackEta(ReadOnlySpan<int> w, Span<byte> destination) =>
            MLDsaPacking<TLanes, TVector>.PackEta(w, new byte[256], destination);

        public override void UnpackGamma1(ReadOnlySpan<byte> source, Span<int> w) =>
            MLDsaPacking<TLanes, TVector>.UnpackGamma1(source, w);

        public override void UnpackT1(ReadOnlySpan<byte> source, Span<int> w) => MLDsaPacking<TLanes, TVector>.UnpackT1(source, w);

        public override int AppendUniform(ReadOnlySpan<byte> source, int count, Span<int> w, int filled) =>
            MLDsaPacking<TLanes, TVector>.AppendUniform(source, count, w, filled);

        public override int AppendBounded(ReadOnlySpan<byte> source, int count, Span<int> w, int filled) =>
            MLDsaPacking<TLanes, TVector>.AppendBounded(source, count, w, filled);

        public override void ExpandA(ReadOnlySpan<byte> rho, Span<int> matrix, int blocks) =>
            MLDsaSampling<TLanes, TVector>.ExpandA(rho, matrix, blocks);

        public override void ExpandS(ReadOnlySpan<byte> seed, Span<int> secrets, int blocks) =>
            MLDsaSampling<TLanes, TVector>.ExpandS(seed, secrets, blocks);

        public override int ExpandMask(ReadOnlySpan<byte> seed, int counter, Span<int> masks)
        {
            MLDsaSampling<TLanes, TVector>.ExpandMask(seed, counter, masks);
            return MLDsaSampling<TLanes, TVector>.MaskBatch;
        }
    }
}
