using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HybridTls.Cryptography;

/// <summary>
/// The number-theoretic transform of FIPS 203 §4.3. Polynomials lie in memory in the standard's order in both domains, whatever
/// the back end; layers whose stride is shorter than a vector exchange lanes between two vectors instead.
/// </summary>
/// <typeparam name="TLanes">The back end.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class MLKemNtt<TLanes, TVector>
    where TLanes : struct, ILanes16<TVector>
    where TVector : struct
{
    /// <summary>
    /// The NTT (Algorithm 9) in place. Coefficients of at most q in absolute value become less than 5q: every layer adds less
    /// than 0.0254·bound + 1665 (<see cref="MLKemField{TLanes, TVector}.Multiply"/>), seven layers less than 13,300.
    /// </summary>
    public static void Forward(Span<short> polynomial)
    {
        // Long: the layers within and across a vector read in the order in which they run, and share what they hold in registers.
        Debug.Assert(polynomial.Length == MLKemParameters.N, "One polynomial.");
        MLKemParameters.AssertBound(polynomial, MLKemParameters.Q);
        ref short f = ref MemoryMarshal.GetReference(polynomial);
        ref short table = ref MemoryMarshal.GetArrayDataReference(MLKemTables.Forward);
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        int stride = MLKemTables.LayerSize;
        for (; stride > TLanes.Count; stride /= 2)
        {
            ref short factors = ref Unsafe.Add(ref table, MLKemTables.LayerOffset(stride));
            for (int start = 0; start < MLKemParameters.N; start += 2 * stride)
            {
                TVector factor = TLanes.Broadcast(Unsafe.Add(ref factors, start / 2));
                TVector companion = TLanes.Broadcast(Unsafe.Add(ref factors, (start / 2) + MLKemTables.CompanionOffset));
                for (int i = start; i < start + stride; i += TLanes.Count)
                {
                    ref short lower = ref Unsafe.Add(ref f, i);
                    ref short upper = ref Unsafe.Add(ref f, i + stride);
                    TVector a = TLanes.Load(in lower);
                    TVector b = MLKemField<TLanes, TVector>.Multiply(TLanes.Load(in upper), factor, companion, q);
                    TLanes.Store(TLanes.Add(a, b), ref lower);
                    TLanes.Store(TLanes.Subtract(a, b), ref upper);
                }
            }
        }

        // What remains stays within two neighbouring vectors.
        for (int start = 0; start < MLKemParameters.N; start += 2 * TLanes.Count)
        {
            ref short lower = ref Unsafe.Add(ref f, start);
            ref short upper = ref Unsafe.Add(ref f, start + TLanes.Count);
            ref short factors = ref Unsafe.Add(ref table, start / 2);
            TVector a = TLanes.Load(in lower);
            TVector b = TLanes.Load(in upper);
            if (TLanes.Count >= 32)
            {
                Butterfly(ref a, ref b, ref factors, 32, q);
                TLanes.Exchange(ref a, ref b, 16);
            }

            if (TLanes.Count >= 16)
            {
                Butterfly(ref a, ref b, ref factors, 16, q);
                TLanes.Exchange(ref a, ref b, 8);
            }

            if (TLanes.Count >= 8)
            {
                Butterfly(ref a, ref b, ref factors, 8, q);
                TLanes.Exchange(ref a, ref b, 4);
                Butterfly(ref a, ref b, ref factors, 4, q);
                TLanes.Exchange(ref a, ref b, 2);
            }

            Butterfly(ref a, ref b, ref factors, 2, q);
            RestoreOrder(ref a, ref b);
            TLanes.Store(a, ref lower);
            TLanes.Store(b, ref upper);
        }

        MLKemParameters.AssertBound(polynomial, (5 * MLKemParameters.Q) - 1);
    }

    /// <summary>
    /// The inverse NTT (Algorithm 10) in place, times R: of coefficients that are a product's and so carry R⁻¹, it yields the
    /// plain polynomial. Coefficients of at most 8,191 in absolute value become less than q.
    /// </summary>
    public static void Inverse(Span<short> polynomial)
    {
        // Long: the layers within and across a vector read in the order in which they run, and share what they hold in registers.
        Debug.Assert(polynomial.Length == MLKemParameters.N, "One polynomial.");
        MLKemParameters.AssertBound(polynomial, 8191);
        ref short f = ref MemoryMarshal.GetReference(polynomial);
        ref short table = ref MemoryMarshal.GetArrayDataReference(MLKemTables.Inverse);
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        for (int start = 0; start < MLKemParameters.N; start += 2 * TLanes.Count)
        {
            ref short lower = ref Unsafe.Add(ref f, start);
            ref short upper = ref Unsafe.Add(ref f, start + TLanes.Count);
            ref short factors = ref Unsafe.Add(ref table, start / 2);
            TVector a = TLanes.Load(in lower);
            TVector b = TLanes.Load(in upper);
            RestoreOrder(ref a, ref b, undo: true);
            InverseButterfly(ref a, ref b, ref factors, 2, q);
            if (TLanes.Count >= 8)
            {
                TLanes.Exchange(ref a, ref b, 2);
                InverseButterfly(ref a, ref b, ref factors, 4, q);
                TLanes.Exchange(ref a, ref b, 4);
                InverseButterfly(ref a, ref b, ref factors, 8, q);
            }

            if (TLanes.Count >= 16)
            {
                TLanes.Exchange(ref a, ref b, 8);
                InverseButterfly(ref a, ref b, ref factors, 16, q);
            }

            if (TLanes.Count >= 32)
            {
                TLanes.Exchange(ref a, ref b, 16);
                InverseButterfly(ref a, ref b, ref factors, 32, q);
            }

            TLanes.Store(a, ref lower);
            TLanes.Store(b, ref upper);
        }

        for (int stride = 2 * TLanes.Count; stride < MLKemTables.LayerSize; stride *= 2)
        {
            ref short factors = ref Unsafe.Add(ref table, MLKemTables.LayerOffset(stride));
            for (int start = 0; start < MLKemParameters.N; start += 2 * stride)
            {
                TVector factor = TLanes.Broadcast(Unsafe.Add(ref factors, start / 2));
                TVector companion = TLanes.Broadcast(Unsafe.Add(ref factors, (start / 2) + MLKemTables.CompanionOffset));
                for (int i = start; i < start + stride; i += TLanes.Count)
                {
                    ref short lower = ref Unsafe.Add(ref f, i);
                    ref short upper = ref Unsafe.Add(ref f, i + stride);
                    TVector a = TLanes.Load(in lower);
                    TVector b = TLanes.Load(in upper);
                    InverseButterfly(ref a, ref b, factor, companion, stride, q);
                    TLanes.Store(a, ref lower);
                    TLanes.Store(b, ref upper);
                }
            }
        }

        // The last layer, stride 128, with the factor R²/128 drawn into both halves.
        TVector scale = TLanes.Broadcast(MLKemParameters.RSquaredOver128);
        TVector scaleCompanion = TLanes.Broadcast(MLKemTables.Companion(MLKemParameters.RSquaredOver128));
        TVector last = TLanes.Broadcast(MLKemTables.InverseLast);
        TVector lastCompanion = TLanes.Broadcast(MLKemTables.Companion(MLKemTables.InverseLast));
        for (int i = 0; i < MLKemTables.LayerSize; i += TLanes.Count)
        {
            ref short lower = ref Unsafe.Add(ref f, i);
            ref short upper = ref Unsafe.Add(ref f, i + MLKemTables.LayerSize);
            TVector a = TLanes.Load(in lower);
            TVector b = TLanes.Load(in upper);
            TLanes.Store(MLKemField<TLanes, TVector>.Multiply(TLanes.Add(a, b), scale, scaleCompanion, q), ref lower);
            TLanes.Store(MLKemField<TLanes, TVector>.Multiply(TLanes.Subtract(b, a), last, lastCompanion, q), ref upper);
        }

        MLKemParameters.AssertBound(polynomial, MLKemParameters.Q - 1);
    }

    /// <summary>
    /// The inner product of two vectors of three polynomials in the NTT domain (Algorithm 11, summed), times R⁻¹. The sums are
    /// taken in 32 bits and reduced once: with |a| at most 4,095 (12 bits that nobody reduced) and |b| less than 5q they stay under
    /// 6·4,095·5q &lt; 2²⁹, and the result is less than 6,241 + 1,665 in absolute value, which <see cref="Inverse"/> takes.
    /// </summary>
    /// <param name="a0">The first polynomial of the left vector (a longer span is cut off).</param>
    /// <param name="a1">The second.</param>
    /// <param name="a2">The third.</param>
    /// <param name="b">The right vector.</param>
    /// <param name="bTwisted">The right vector as <see cref="Twist"/> gives it.</param>
    /// <param name="result">Receives the sum of the products; it may be none of the operands.</param>
    public static void InnerProduct(
        ReadOnlySpan<short> a0,
        ReadOnlySpan<short> a1,
        ReadOnlySpan<short> a2,
        ReadOnlySpan<short> b,
        ReadOnlySpan<short> bTwisted,
        Span<short> result)
    {
        const int N = MLKemParameters.N;
        Debug.Assert(a0.Length >= N && a1.Length >= N && a2.Length >= N && result.Length == N, "Whole polynomials.");
        Debug.Assert(b.Length == 3 * N && bTwisted.Length == 3 * N, "Whole vectors.");
        ref short x0 = ref MemoryMarshal.GetReference(a0);
        ref short x1 = ref MemoryMarshal.GetReference(a1);
        ref short x2 = ref MemoryMarshal.GetReference(a2);
        ref short y = ref MemoryMarshal.GetReference(b);
        ref short t = ref MemoryMarshal.GetReference(bTwisted);
        ref short r = ref MemoryMarshal.GetReference(result);
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        for (int i = 0; i < N; i += TLanes.Count)
        {
            Products(ref Unsafe.Add(ref x0, i), ref Unsafe.Add(ref y, i), ref Unsafe.Add(ref t, i), out TVector even, out TVector odd);
            Accumulate(ref Unsafe.Add(ref x1, i), ref Unsafe.Add(ref y, i + N), ref Unsafe.Add(ref t, i + N), ref even, ref odd);
            Accumulate(
                ref Unsafe.Add(ref x2, i), ref Unsafe.Add(ref y, i + (2 * N)), ref Unsafe.Add(ref t, i + (2 * N)), ref even, ref odd);
            TLanes.Store(MLKemField<TLanes, TVector>.ReducePairs(even, odd, q), ref Unsafe.Add(ref r, i));
        }
    }

    /// <summary>
    /// Prepares polynomials in the NTT domain for <see cref="InnerProduct"/>: b₀ + b₁X becomes b₀ + γb₁X (Algorithm 12), every
    /// coefficient less than q in absolute value.
    /// </summary>
    public static void Twist(ReadOnlySpan<short> polynomials, Span<short> twisted)
    {
        Debug.Assert(polynomials.Length % MLKemParameters.N == 0 && twisted.Length == polynomials.Length, "Whole polynomials.");
        ref short table = ref MemoryMarshal.GetArrayDataReference(MLKemTables.PairProduct);
        TVector q = TLanes.Broadcast(MLKemParameters.Q);
        for (int i = 0; i < polynomials.Length; i += TLanes.Count)
        {
            ref short factors = ref Unsafe.Add(ref table, i % MLKemParameters.N);
            TVector product = MLKemField<TLanes, TVector>.Multiply(
                TLanes.Load(in Unsafe.Add(ref MemoryMarshal.GetReference(polynomials), i)),
                TLanes.Load(in factors),
                TLanes.Load(in Unsafe.Add(ref factors, MLKemTables.PairCompanionOffset)),
                q);
            TLanes.Store(product, ref Unsafe.Add(ref MemoryMarshal.GetReference(twisted), i));
        }

        MLKemParameters.AssertBound(twisted, MLKemParameters.Q - 1);
    }

    /// <summary>The products of pairs modulo X² − γ in 32 bits: a₀b₀ + γa₁b₁ and a₀b₁ + a₁b₀ (Algorithm 12).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products(ref short a, ref short b, ref short bTwisted, out TVector even, out TVector odd)
    {
        TVector left = TLanes.Load(in a);
        even = TLanes.MultiplyAddPairs(left, TLanes.Load(in bTwisted));
        odd = TLanes.MultiplyAddPairs(left, TLanes.SwapPairs(TLanes.Load(in b)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref short a, ref short b, ref short bTwisted, ref TVector even, ref TVector odd)
    {
        Products(ref a, ref b, ref bTwisted, out TVector moreEven, out TVector moreOdd);
        even = TLanes.AddPairs(even, moreEven);
        odd = TLanes.AddPairs(odd, moreOdd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(ref TVector a, ref TVector b, ref short factors, int stride, TVector q)
    {
        ref short layer = ref Unsafe.Add(ref factors, MLKemTables.LayerOffset(stride));
        TVector product = MLKemField<TLanes, TVector>.Multiply(
            b, TLanes.Load(in layer), TLanes.Load(in Unsafe.Add(ref layer, MLKemTables.CompanionOffset)), q);
        b = TLanes.Subtract(a, product);
        a = TLanes.Add(a, product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(ref TVector a, ref TVector b, ref short factors, int stride, TVector q)
    {
        ref short layer = ref Unsafe.Add(ref factors, MLKemTables.LayerOffset(stride));
        InverseButterfly(
            ref a, ref b, TLanes.Load(in layer), TLanes.Load(in Unsafe.Add(ref layer, MLKemTables.CompanionOffset)), stride, q);
    }

    /// <summary>
    /// Sums double their bound with every layer, products are less than q: after two layers (8,191 has become 32,764) the sums
    /// are reduced, after three more (8q = 26,632) again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(ref TVector a, ref TVector b, TVector factor, TVector companion, int stride, TVector q)
    {
        TVector sum = TLanes.Add(a, b);
        b = MLKemField<TLanes, TVector>.Multiply(TLanes.Subtract(b, a), factor, companion, q);
        a = stride is 4 or 32 ? MLKemField<TLanes, TVector>.Reduce(sum, q) : sum;
    }

    /// <summary>Undoes the exchanges of the forward transform, or, on request, the undoing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RestoreOrder(ref TVector a, ref TVector b, bool undo = false)
    {
        if (undo)
        {
            if (TLanes.Count >= 32)
                TLanes.Exchange(ref a, ref b, 16);
            if (TLanes.Count >= 16)
                TLanes.Exchange(ref a, ref b, 8);
            if (TLanes.Count >= 8)
            {
                TLanes.Exchange(ref a, ref b, 4);
                TLanes.Exchange(ref a, ref b, 2);
            }
        }
        else
        {
            if (TLanes.Count >= 8)
            {
                TLanes.Exchange(ref a, ref b, 2);
                TLanes.Exchange(ref a, ref b, 4);
            }

            if (TLanes.Count >= 16)
                TLanes.Exchange(ref a, ref b, 8);
            if (TLanes.Count >= 32)
                TLanes.Exchange(ref a, ref b, 16);
        }
    }
}
