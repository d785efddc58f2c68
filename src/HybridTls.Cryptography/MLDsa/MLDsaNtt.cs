using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// The number-theoretic transform of FIPS 204 (algorithms 41 and 42) and products in its domain, with signed Montgomery
/// arithmetic (R = 2^32). Coefficients of the transform stand in the standard's order in every back end.
/// </summary>
internal static class MLDsaNtt<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    // Twiddles of the layers inside a pair of vectors, in the order in which a pair meets them: for each layer ζ, then ζ·q⁻¹.
    private static readonly int[] ForwardTail = Tail(MLDsaZetas.Forward, MLDsaZetas.ForwardQ);
    private static readonly int[] InverseTail = Tail(MLDsaZetas.Inverse, MLDsaZetas.InverseQ);

    private static int TailLayers => int.Log2(TLanes.Count);

    /// <summary>NTT (algorithm 41), in place. Input |w| &lt; q; output |ŵ| &lt; 9q, for every layer adds less than q.</summary>
    public static void Forward(Span<int> polynomial)
    {
        ref int w = ref Start(polynomial);
        nuint length = N / 2;
        while (length / 2 > (nuint)TLanes.Count)
        {
            ForwardTwoLayers(ref w, length);
            length /= 4;
        }

        if (length > (nuint)TLanes.Count)
        {
            ForwardLayer(ref w, length);
        }

        ForwardPairs(ref w);
    }

    /// <summary>
    /// NTT⁻¹ (algorithm 42), in place, times R: a Montgomery product goes in, a plain polynomial comes out.
    /// Input |ŵ| &lt; q, so that after eight layers of sums |w| &lt; 256q &lt; 2^31; output |w| &lt; q.
    /// </summary>
    public static void Inverse(Span<int> polynomial)
    {
        ref int w = ref Start(polynomial);
        InversePairs(ref w);
        nuint length = 2 * (nuint)TLanes.Count;

        // The last two layers stand alone below; of the others an odd one goes first.
        if (int.IsOddInteger(int.Log2(N / 4 / (int)length)))
        {
            InverseLayer(ref w, length);
            length *= 2;
        }

        while (length < N / 4)
        {
            InverseTwoLayers(ref w, length);
            length *= 4;
        }

        InverseLastTwoLayers(ref w);
    }

    /// <summary>
    /// ŵ = â ∘ b̂ · R⁻¹. |â·b̂| &lt; 2^31·q; output |ŵ| &lt; q.
    /// </summary>
    public static void Multiply(Span<int> destination, ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        ref int w = ref Start(destination);
        ref int a = ref Start(left);
        ref int b = ref Start(right);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector x = TLanes.Load(in a, i);
            TVector y = TLanes.Load(in b, i);
            TLanes.Store(Reduce(TLanes.MultiplyEven(x, y), MultiplyOdd(x, y)), ref w, i);
        }
    }

    /// <summary>
    /// ŵ = (Σ â_j ∘ b̂_j) · R⁻¹ over one row of ℓ polynomials. |â| &lt; q and |b̂| &lt; 9q make sums below 45q² &lt; 2^31·q,
    /// so one reduction suffices; output |ŵ| &lt; q.
    /// </summary>
    public static void MultiplyRow(Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector)
    {
        ref int w = ref Start(destination);
        ref int a = ref MemoryMarshal.GetReference(row[..(L * N)]);
        ref int b = ref MemoryMarshal.GetReference(vector[..(L * N)]);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            RowProduct(ref a, ref b, i, out TVector even, out TVector odd);
            TLanes.Store(Reduce(even, odd), ref w, i);
        }
    }

    /// <summary>
    /// ŵ = (Σ â_j ∘ b̂_j − ĉ ∘ t̂) · R⁻¹. |ĉ|, |t̂| &lt; 9q: the whole sum stays below 126q² &lt; 2^31·q; output |ŵ| &lt; q.
    /// </summary>
    public static void MultiplyRowMinus(
        Span<int> destination, ReadOnlySpan<int> row, ReadOnlySpan<int> vector, ReadOnlySpan<int> challenge, ReadOnlySpan<int> key)
    {
        ref int w = ref Start(destination);
        ref int a = ref MemoryMarshal.GetReference(row[..(L * N)]);
        ref int b = ref MemoryMarshal.GetReference(vector[..(L * N)]);
        ref int c = ref Start(challenge);
        ref int t = ref Start(key);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            RowProduct(ref a, ref b, i, out TVector even, out TVector odd);
            TVector x = TLanes.Load(in c, i);
            TVector y = TLanes.Load(in t, i);
            even = TLanes.SubtractProducts(even, TLanes.MultiplyEven(x, y));
            odd = TLanes.SubtractProducts(odd, MultiplyOdd(x, y));
            TLanes.Store(Reduce(even, odd), ref w, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RowProduct(ref int a, ref int b, nuint i, out TVector even, out TVector odd)
    {
        TVector x = TLanes.Load(in a, i);
        TVector y = TLanes.Load(in b, i);
        TVector sumEven = TLanes.MultiplyEven(x, y);
        TVector sumOdd = MultiplyOdd(x, y);
        for (nuint j = N; j < L * N; j += N)
        {
            x = TLanes.Load(in a, i + j);
            y = TLanes.Load(in b, i + j);
            sumEven = TLanes.AddProducts(sumEven, TLanes.MultiplyEven(x, y));
            sumOdd = TLanes.AddProducts(sumOdd, MultiplyOdd(x, y));
        }

        even = sumEven;
        odd = sumOdd;
    }

    /// <summary>Montgomery reduction of 64-bit values |p| &lt; 2^31·q to p·R⁻¹ modulo q, |result| &lt; q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce(TVector even, TVector odd)
    {
        TVector q = TLanes.Broadcast(Q);
        TVector inverse = TLanes.Broadcast(MLDsaZetas.QInverse);

        // The multipliers read the low half of each 64-bit lane, so both products of the reduction are "even" ones.
        TVector evenMultiple = TLanes.MultiplyEven(TLanes.MultiplyEven(even, inverse), q);
        TVector oddMultiple = TLanes.MultiplyEven(TLanes.MultiplyEven(odd, inverse), q);
        return TLanes.JoinHigh(TLanes.SubtractProducts(even, evenMultiple), TLanes.SubtractProducts(odd, oddMultiple));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MultiplyOdd(TVector a, TVector b) => TLanes.MultiplyEven(TLanes.OddToEven(a), TLanes.OddToEven(b));

    /// <summary>
    /// a·ζ·R⁻¹ modulo q for one ζ in all lanes, with <paramref name="zetaQ"/> = ζ·q⁻¹ modulo 2^32; |a| &lt; 2^31 gives |result| &lt; q.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MultiplyZeta(TVector a, TVector zeta, TVector zetaQ) => MultiplyZeta(a, zeta, zeta, zetaQ, zetaQ);

    /// <summary>As the other, with the ζ of the odd lanes moved to the even ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MultiplyZeta(TVector a, TVector zeta, TVector oddZeta, TVector zetaQ, TVector oddZetaQ)
    {
        TVector q = TLanes.Broadcast(Q);
        TVector odds = TLanes.OddToEven(a);
        TVector even = TLanes.SubtractProducts(
            TLanes.MultiplyEven(a, zeta), TLanes.MultiplyEven(TLanes.MultiplyEven(a, zetaQ), q));
        TVector odd = TLanes.SubtractProducts(
            TLanes.MultiplyEven(odds, oddZeta), TLanes.MultiplyEven(TLanes.MultiplyEven(odds, oddZetaQ), q));
        return TLanes.JoinHigh(even, odd);
    }

    /// <summary>As the other, with a ζ for each lane from a table: a vector of ζ, then one of ζ·q⁻¹.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector MultiplyZetas(TVector a, ref int table, nuint index)
    {
        TVector zeta = TLanes.Load(in table, index);
        TVector zetaQ = TLanes.Load(in table, index + (nuint)TLanes.Count);
        return MultiplyZeta(a, zeta, TLanes.OddToEven(zeta), zetaQ, TLanes.OddToEven(zetaQ));
    }

    private static void ForwardLayer(ref int w, nuint length)
    {
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Forward);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.ForwardQ);
        nuint k = N / 2 / length;
        for (nuint start = 0; start < N; start += 2 * length, k++)
        {
            TVector zeta = TLanes.Broadcast(Unsafe.Add(ref zetas, k));
            TVector zetaQ = TLanes.Broadcast(Unsafe.Add(ref zetasQ, k));
            for (nuint i = start; i < start + length; i += (nuint)TLanes.Count)
            {
                TVector a = TLanes.Load(in w, i);
                TVector b = MultiplyZeta(TLanes.Load(in w, i + length), zeta, zetaQ);
                TLanes.Store(TLanes.Add(a, b), ref w, i);
                TLanes.Store(TLanes.Subtract(a, b), ref w, i + length);
            }
        }
    }

    private static void ForwardTwoLayers(ref int w, nuint length)
    {
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Forward);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.ForwardQ);
        nuint half = length / 2;
        nuint k = N / 2 / length;
        for (nuint start = 0; start < N; start += 2 * length, k++)
        {
            TVector zeta = TLanes.Broadcast(Unsafe.Add(ref zetas, k));
            TVector zetaQ = TLanes.Broadcast(Unsafe.Add(ref zetasQ, k));
            TVector zeta1 = TLanes.Broadcast(Unsafe.Add(ref zetas, 2 * k));
            TVector zeta1Q = TLanes.Broadcast(Unsafe.Add(ref zetasQ, 2 * k));
            TVector zeta2 = TLanes.Broadcast(Unsafe.Add(ref zetas, (2 * k) + 1));
            TVector zeta2Q = TLanes.Broadcast(Unsafe.Add(ref zetasQ, (2 * k) + 1));
            for (nuint i = start; i < start + half; i += (nuint)TLanes.Count)
            {
                TVector a = TLanes.Load(in w, i);
                TVector b = TLanes.Load(in w, i + half);
                TVector c = MultiplyZeta(TLanes.Load(in w, i + length), zeta, zetaQ);
                TVector d = MultiplyZeta(TLanes.Load(in w, i + length + half), zeta, zetaQ);
                TVector e = TLanes.Add(a, c);
                TVector f = MultiplyZeta(TLanes.Add(b, d), zeta1, zeta1Q);
                TVector g = TLanes.Subtract(a, c);
                TVector h = MultiplyZeta(TLanes.Subtract(b, d), zeta2, zeta2Q);
                TLanes.Store(TLanes.Add(e, f), ref w, i);
                TLanes.Store(TLanes.Subtract(e, f), ref w, i + half);
                TLanes.Store(TLanes.Add(g, h), ref w, i + length);
                TLanes.Store(TLanes.Subtract(g, h), ref w, i + length + half);
            }
        }
    }

    private static void ForwardPairs(ref int w)
    {
        nuint count = (nuint)TLanes.Count;
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Forward);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.ForwardQ);
        ref int tail = ref MemoryMarshal.GetArrayDataReference(ForwardTail);
        nuint k = N / 2 / count;
        nuint t = 0;
        for (nuint i = 0; i < N; i += 2 * count, k++)
        {
            TVector a = TLanes.Load(in w, i);
            TVector b = TLanes.Load(in w, i + count);
            b = MultiplyZeta(b, TLanes.Broadcast(Unsafe.Add(ref zetas, k)), TLanes.Broadcast(Unsafe.Add(ref zetasQ, k)));
            (a, b) = (TLanes.Add(a, b), TLanes.Subtract(a, b));
            if (TLanes.Count >= 16)
            {
                ForwardInside(ref a, ref b, 8, ref tail, t);
                t += 2 * count;
            }

            if (TLanes.Count >= 8)
            {
                ForwardInside(ref a, ref b, 4, ref tail, t);
                t += 2 * count;
            }

            if (TLanes.Count >= 4)
            {
                ForwardInside(ref a, ref b, 2, ref tail, t);
                ForwardInside(ref a, ref b, 1, ref tail, t + (2 * count));
                t += 4 * count;
            }

            TLanes.Store(TLanes.InterleaveLow(a, b), ref w, i);
            TLanes.Store(TLanes.InterleaveHigh(a, b), ref w, i + count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardInside(ref TVector a, ref TVector b, int block, ref int tail, nuint t)
    {
        TVector x = TLanes.FirstBlocks(a, b, block);
        TVector y = TLanes.SecondBlocks(a, b, block);
        y = MultiplyZetas(y, ref tail, t);
        a = TLanes.Add(x, y);
        b = TLanes.Subtract(x, y);
    }

    private static void InversePairs(ref int w)
    {
        nuint count = (nuint)TLanes.Count;
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Inverse);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.InverseQ);
        ref int tail = ref MemoryMarshal.GetArrayDataReference(InverseTail);
        nuint k = N / 2 / count;
        nuint t = 0;
        for (nuint i = 0; i < N; i += 2 * count, k++)
        {
            TVector x = TLanes.Load(in w, i);
            TVector y = TLanes.Load(in w, i + count);
            TVector a = TLanes.Evens(x, y);
            TVector b = TLanes.Odds(x, y);

            // The table holds the layers in the forward order: the last one first here.
            t += 2 * count * (nuint)TailLayers;
            nuint layer = t;
            if (TLanes.Count >= 4)
            {
                InverseInside(ref a, ref b, 1, ref tail, layer -= 2 * count);
                InverseInside(ref a, ref b, 2, ref tail, layer -= 2 * count);
            }

            if (TLanes.Count >= 8)
            {
                InverseInside(ref a, ref b, 4, ref tail, layer -= 2 * count);
            }

            if (TLanes.Count >= 16)
            {
                InverseInside(ref a, ref b, 8, ref tail, layer - (2 * count));
            }

            TLanes.Store(TLanes.Add(a, b), ref w, i);
            b = MultiplyZeta(
                TLanes.Subtract(a, b), TLanes.Broadcast(Unsafe.Add(ref zetas, k)), TLanes.Broadcast(Unsafe.Add(ref zetasQ, k)));
            TLanes.Store(b, ref w, i + count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseInside(ref TVector a, ref TVector b, int block, ref int tail, nuint t)
    {
        TVector x = TLanes.Add(a, b);
        TVector y = MultiplyZetas(TLanes.Subtract(a, b), ref tail, t);
        a = TLanes.FirstBlocks(x, y, block);
        b = TLanes.SecondBlocks(x, y, block);
    }

    private static void InverseLayer(ref int w, nuint length)
    {
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Inverse);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.InverseQ);
        nuint k = N / 2 / length;
        for (nuint start = 0; start < N; start += 2 * length, k++)
        {
            TVector zeta = TLanes.Broadcast(Unsafe.Add(ref zetas, k));
            TVector zetaQ = TLanes.Broadcast(Unsafe.Add(ref zetasQ, k));
            for (nuint i = start; i < start + length; i += (nuint)TLanes.Count)
            {
                TVector a = TLanes.Load(in w, i);
                TVector b = TLanes.Load(in w, i + length);
                TLanes.Store(TLanes.Add(a, b), ref w, i);
                TLanes.Store(MultiplyZeta(TLanes.Subtract(a, b), zeta, zetaQ), ref w, i + length);
            }
        }
    }

    /// <summary>The layers <paramref name="length"/> and twice that.</summary>
    private static void InverseTwoLayers(ref int w, nuint length)
    {
        ref int zetas = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.Inverse);
        ref int zetasQ = ref MemoryMarshal.GetArrayDataReference(MLDsaZetas.InverseQ);
        nuint k = N / 4 / length;
        for (nuint start = 0; start < N; start += 4 * length, k++)
        {
            TVector zeta = TLanes.Broadcast(Unsafe.Add(ref zetas, k));
            TVector zetaQ = TLanes.Broadcast(Unsafe.Add(ref zetasQ, k));
            TVector zeta1 = TLanes.Broadcast(Unsafe.Add(ref zetas, 2 * k));
            TVector zeta1Q = TLanes.Broadcast(Unsafe.Add(ref zetasQ, 2 * k));
            TVector zeta2 = TLanes.Broadcast(Unsafe.Add(ref zetas, (2 * k) + 1));
            TVector zeta2Q = TLanes.Broadcast(Unsafe.Add(ref zetasQ, (2 * k) + 1));
            for (nuint i = start; i < start + length; i += (nuint)TLanes.Count)
            {
                TVector a = TLanes.Load(in w, i);
                TVector b = TLanes.Load(in w, i + length);
                TVector c = TLanes.Load(in w, i + (2 * length));
                TVector d = TLanes.Load(in w, i + (3 * length));
                TVector e = TLanes.Add(a, b);
                TVector f = MultiplyZeta(TLanes.Subtract(a, b), zeta1, zeta1Q);
                TVector g = TLanes.Add(c, d);
                TVector h = MultiplyZeta(TLanes.Subtract(c, d), zeta2, zeta2Q);
                TLanes.Store(TLanes.Add(e, g), ref w, i);
                TLanes.Store(TLanes.Add(f, h), ref w, i + length);
                TLanes.Store(MultiplyZeta(TLanes.Subtract(e, g), zeta, zetaQ), ref w, i + (2 * length));
                TLanes.Store(MultiplyZeta(TLanes.Subtract(f, h), zeta, zetaQ), ref w, i + (3 * length));
            }
        }
    }

    /// <summary>The layers 64 and 128, the second with the final factor folded into its twiddle.</summary>
    private static void InverseLastTwoLayers(ref int w)
    {
        const nuint Length = N / 4;
        TVector factor = TLanes.Broadcast(MLDsaZetas.InverseFactor);
        TVector factorQ = TLanes.Broadcast(MLDsaZetas.InverseFactorQ);
        TVector zeta = TLanes.Broadcast(MLDsaZetas.LastInverse);
        TVector zetaQ = TLanes.Broadcast(MLDsaZetas.LastInverseQ);
        TVector zeta1 = TLanes.Broadcast(MLDsaZetas.Inverse[2]);
        TVector zeta1Q = TLanes.Broadcast(MLDsaZetas.InverseQ[2]);
        TVector zeta2 = TLanes.Broadcast(MLDsaZetas.Inverse[3]);
        TVector zeta2Q = TLanes.Broadcast(MLDsaZetas.InverseQ[3]);
        for (nuint i = 0; i < Length; i += (nuint)TLanes.Count)
        {
            TVector a = TLanes.Load(in w, i);
            TVector b = TLanes.Load(in w, i + Length);
            TVector c = TLanes.Load(in w, i + (2 * Length));
            TVector d = TLanes.Load(in w, i + (3 * Length));
            TVector e = TLanes.Add(a, b);
            TVector f = MultiplyZeta(TLanes.Subtract(a, b), zeta1, zeta1Q);
            TVector g = TLanes.Add(c, d);
            TVector h = MultiplyZeta(TLanes.Subtract(c, d), zeta2, zeta2Q);
            TLanes.Store(MultiplyZeta(TLanes.Add(e, g), factor, factorQ), ref w, i);
            TLanes.Store(MultiplyZeta(TLanes.Add(f, h), factor, factorQ), ref w, i + Length);
            TLanes.Store(MultiplyZeta(TLanes.Subtract(e, g), zeta, zetaQ), ref w, i + (2 * Length));
            TLanes.Store(MultiplyZeta(TLanes.Subtract(f, h), zeta, zetaQ), ref w, i + (3 * Length));
        }
    }

    /// <summary>Spreads the twiddles of the layers shorter than a vector over the lanes by the very shuffles of the transform.</summary>
    private static int[] Tail(int[] zetas, int[] zetasQ)
    {
        int count = TLanes.Count;
        int[] table = new int[Math.Max(1, N * TailLayers)];
        int[] natural = new int[2 * count];
        for (int pair = 0; pair < N / (2 * count); pair++)
        {
            for (int layer = 0; layer < TailLayers; layer++)
            {
                int length = count >> (layer + 1);
                for (int part = 0; part < 2; part++)
                {
                    for (int i = 0; i < natural.Length; i++)
                    {
                        int k = (N / 2 / length) + (((pair * 2 * count) + i) / (2 * length));
                        natural[i] = part == 0 ? zetas[k] : zetasQ[k];
                    }

                    TVector a = TLanes.Load(in natural[0], 0);
                    TVector b = TLanes.Load(in natural[0], (nuint)count);
                    for (int block = count / 2; block >= length; block /= 2)
                    {
                        (a, b) = (TLanes.FirstBlocks(a, b, block), TLanes.SecondBlocks(a, b, block));
                    }

                    TLanes.Store(a, ref table[(((pair * TailLayers) + layer) * 2 + part) * count], 0);
                }
            }
        }

        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref int Start(ReadOnlySpan<int> polynomial) => ref MemoryMarshal.GetReference(polynomial[..N]);
}
