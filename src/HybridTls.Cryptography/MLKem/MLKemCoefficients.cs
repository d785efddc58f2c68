using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>The operations of FIPS 203 that treat every coefficient alike: noise, compression, sums.</summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class MLKemCoefficients<TLanes, TVector>
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    /// <summary>SamplePolyCBD₂ (Algorithm 8): every nibble gives the difference of its two bit counts, −2…2.</summary>
    /// <param name="bytes">128 bytes of the PRF's output.</param>
    /// <param name="polynomial">Receives the polynomial.</param>
    public static void SampleNoise(ReadOnlySpan<byte> bytes, Span<short> polynomial)
    {
        Debug.Assert(bytes.Length >= MLKemParameters.NoiseSize && polynomial.Length == MLKemParameters.N, "One polynomial.");
        TVector five = TLanes.Broadcast(5);
        TVector three = TLanes.Broadcast(3);
        for (int i = 0; i < MLKemParameters.N; i += TLanes.Count)
        {
            TVector nibbles = TLanes.LoadNibbles(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), i / 2));
            TVector counts = TLanes.Add(TLanes.And(nibbles, five), TLanes.And(TLanes.ShiftRightLogical(nibbles, 1), five));
            TVector noise = TLanes.Subtract(TLanes.And(counts, three), TLanes.ShiftRightLogical(counts, 2));
            TLanes.Store(noise, ref At(polynomial, i));
        }

        MLKemParameters.AssertBound(polynomial, 2);
    }

    /// <summary>Reduces any 16-bit coefficients to 0…q−1, in place.</summary>
    public static void Normalize(Span<short> polynomial)
    {
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        for (int i = 0; i < polynomial.Length; i += TLanes.Count)
        {
            TVector reduced = MLKemField<TLanes, TVector>.Reduce(TLanes.Load(in At(polynomial, i)), q);
            TLanes.Store(MLKemField<TLanes, TVector>.ToUnsigned(reduced, q), ref At(polynomial, i));
        }

        MLKemParameters.AssertRange(polynomial, 0, MLKemParameters.Q - 1);
    }

    /// <summary>
    /// product·R + addend in 0…q−1, in place of the product: what a product in the NTT domain lacks for want of an inverse
    /// transform. Any product goes; the addend is less than 5q in absolute value.
    /// </summary>
    public static void RestoreAndAdd(Span<short> product, ReadOnlySpan<short> addend)
    {
        Debug.Assert(addend.Length == product.Length, "As many addends.");
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        TVector factor = TLanes.Broadcast(MLKemParameters.RSquared);
        TVector companion = TLanes.Broadcast(MLKemTables.Companion(MLKemParameters.RSquared));
        for (int i = 0; i < product.Length; i += TLanes.Count)
        {
            TVector sum = TLanes.Add(
                MLKemField<TLanes, TVector>.Multiply(TLanes.Load(in At(product, i)), factor, companion, q),
                TLanes.Load(in At(addend, i)));
            TVector reduced = MLKemField<TLanes, TVector>.Reduce(sum, q);
            TLanes.Store(MLKemField<TLanes, TVector>.ToUnsigned(reduced, q), ref At(product, i));
        }

        MLKemParameters.AssertRange(product, 0, MLKemParameters.Q - 1);
    }

    /// <summary>left + right, in place of the left; the sum must fit 16 bits.</summary>
    public static void Add(Span<short> left, ReadOnlySpan<short> right)
    {
        Debug.Assert(right.Length == left.Length, "As many addends.");
        for (int i = 0; i < left.Length; i += TLanes.Count)
            TLanes.Store(TLanes.Add(TLanes.Load(in At(left, i)), TLanes.Load(in At(right, i))), ref At(left, i));
    }

    /// <summary>left − right, in place of the right; the difference must fit 16 bits.</summary>
    public static void SubtractFrom(ReadOnlySpan<short> left, Span<short> right)
    {
        Debug.Assert(right.Length == left.Length, "As many subtrahends.");
        for (int i = 0; i < left.Length; i += TLanes.Count)
            TLanes.Store(TLanes.Subtract(TLanes.Load(in At(left, i)), TLanes.Load(in At(right, i))), ref At(right, i));
    }

    /// <summary>Compress_d (§4.2.1) of any 16-bit coefficients, in place: round(2^d·x/q) modulo 2^d, for d up to 11.</summary>
    public static void Compress(Span<short> coefficients, int bits)
    {
        // 2^16·x/q, rounded down, is the high half of x·1290167 modulo 2^32 (1290167 = round(2^32/q)), 1290167 = 20·2^16 − 20553.
        // Its error is too small to reach a rounding boundary for any centred x and d up to 11 (tested exhaustively), so that
        // no division is needed.
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        TVector half = TLanes.Broadcast((short)(1 << (15 - bits)));
        for (int i = 0; i < coefficients.Length; i += TLanes.Count)
        {
            TVector x = MLKemField<TLanes, TVector>.Reduce(TLanes.Load(in At(coefficients, i)), q);
            TVector fraction = TLanes.Add(
                TLanes.MultiplyHigh(x, TLanes.Broadcast(-20553)), TLanes.MultiplyLow(x, TLanes.Broadcast(20)));
            TLanes.Store(TLanes.ShiftRightLogical(TLanes.Add(fraction, half), 16 - bits), ref At(coefficients, i));
        }

        MLKemParameters.AssertRange(coefficients, 0, (1 << bits) - 1);
    }

    /// <summary>Decompress_d (§4.2.1) of coefficients in 0…2^d−1, in place: round(q·y/2^d), in 0…q−1, for d up to 11.</summary>
    public static void Decompress(Span<short> coefficients, int bits)
    {
        MLKemParameters.AssertRange(coefficients, 0, (1 << bits) - 1);

        // 2q·(y·2^(15−d)) = 2^16·(q·y/2^d): the high half is the quotient, the low half's top bit rounds it.
        TVector factor = TLanes.Broadcast(2 * MLKemParameters.Q);
        for (int i = 0; i < coefficients.Length; i += TLanes.Count)
        {
            TVector y = TLanes.ShiftLeft(TLanes.Load(in At(coefficients, i)), 15 - bits);
            TVector rounding = TLanes.ShiftRightLogical(TLanes.MultiplyLow(y, factor), 15);
            TLanes.Store(TLanes.Add(TLanes.MultiplyHigh(y, factor), rounding), ref At(coefficients, i));
        }

        MLKemParameters.AssertRange(coefficients, 0, MLKemParameters.Q - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref short At(Span<short> span, int index) => ref Unsafe.Add(ref MemoryMarshal.GetReference(span), index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref short At(ReadOnlySpan<short> span, int index) => ref Unsafe.Add(ref MemoryMarshal.GetReference(span), index);
}
