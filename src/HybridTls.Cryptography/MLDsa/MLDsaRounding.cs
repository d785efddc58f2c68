using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static HybridTls.Cryptography.MLDsaParameters;

namespace HybridTls.Cryptography;

/// <summary>
/// Rounding and hints (FIPS 204 §7.4) and the norm checks, over whole polynomials, without a division: 2γ₂ = 2^19 − 2^9, and the
/// quotient by it is a multiplication and a shift that is exact for every a in [0, q).
/// </summary>
internal static class MLDsaRounding<TLanes, TVector>
    where TLanes : struct, ILanes32<TVector>
    where TVector : struct
{
    /// <summary>w += v.</summary>
    public static void Add(Span<int> destination, ReadOnlySpan<int> other)
    {
        ref int w = ref Start(destination);
        ref int v = ref Start(other);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(in w, i), TLanes.Load(in v, i)), ref w, i);
        }
    }

    /// <summary>w := w mod q in [0, q) for |w| &lt; 2^31 − 2^22.</summary>
    public static void Canonicalize(Span<int> polynomial)
    {
        ref int w = ref Start(polynomial);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TLanes.Store(AddQIfNegative(Reduce(TLanes.Load(in w, i))), ref w, i);
        }
    }

    /// <summary>
    /// w := (w + v) mod± q where |(w + v) mod± q| &lt; 2^22 and |w + v| &lt; 2^31 − 2^22; whether a coefficient of the result reaches
    /// <paramref name="bound"/>. The whole polynomial is always computed.
    /// </summary>
    public static bool AddExceeds(Span<int> destination, ReadOnlySpan<int> other, int bound)
    {
        ref int w = ref Start(destination);
        ref int v = ref Start(other);
        TVector largest = TLanes.Broadcast(0);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector sum = Reduce(TLanes.Add(TLanes.Load(in w, i), TLanes.Load(in v, i)));
            TLanes.Store(sum, ref w, i);
            largest = TLanes.Max(largest, TLanes.Abs(sum));
        }

        return TLanes.Any(TLanes.GreaterThan(largest, TLanes.Broadcast(bound - 1)));
    }

    /// <summary>As <see cref="AddExceeds"/> with w − v.</summary>
    public static bool SubtractExceeds(Span<int> destination, ReadOnlySpan<int> other, int bound)
    {
        ref int w = ref Start(destination);
        ref int v = ref Start(other);
        TVector largest = TLanes.Broadcast(0);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector difference = Reduce(TLanes.Subtract(TLanes.Load(in w, i), TLanes.Load(in v, i)));
            TLanes.Store(difference, ref w, i);
            largest = TLanes.Max(largest, TLanes.Abs(difference));
        }

        return TLanes.Any(TLanes.GreaterThan(largest, TLanes.Broadcast(bound - 1)));
    }

    /// <summary>w := w mod± q for |w mod± q| &lt; 2^22; whether a coefficient of the result reaches <paramref name="bound"/>.</summary>
    public static bool ReduceExceeds(Span<int> polynomial, int bound)
    {
        ref int w = ref Start(polynomial);
        TVector largest = TLanes.Broadcast(0);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector reduced = Reduce(TLanes.Load(in w, i));
            TLanes.Store(reduced, ref w, i);
            largest = TLanes.Max(largest, TLanes.Abs(reduced));
        }

        return TLanes.Any(TLanes.GreaterThan(largest, TLanes.Broadcast(bound - 1)));
    }

    /// <summary>
    /// Power2Round (algorithm 35) of t in [0, q): t₁ = ⌈t/2^d − 1/2⌉ in [0, 2^10), t₀ = t − t₁·2^d in (−2^12, 2^12].
    /// </summary>
    public static void Power2Round(ReadOnlySpan<int> polynomial, Span<int> high, Span<int> low)
    {
        ref int t = ref Start(polynomial);
        ref int t1 = ref Start(high);
        ref int t0 = ref Start(low);
        TVector rounding = TLanes.Broadcast((1 << (D - 1)) - 1);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector whole = TLanes.Load(in t, i);
            TVector quotient = TLanes.ShiftRightArithmetic(TLanes.Add(whole, rounding), D);
            TLanes.Store(quotient, ref t1, i);
            TLanes.Store(TLanes.Subtract(whole, TLanes.ShiftLeft(quotient, D)), ref t0, i);
        }
    }

    /// <summary>
    /// Decompose (algorithm 36) of |w| &lt; q: w₁ in [0, 16), w₀ in [−γ₂, γ₂]; w₁ also as bytes. May run in place of w₀.
    /// </summary>
    public static void Decompose(ReadOnlySpan<int> polynomial, Span<int> high, Span<int> low, Span<byte> highBytes)
    {
        ref int w = ref Start(polynomial);
        ref int w1 = ref Start(high);
        ref int w0 = ref Start(low);
        ref byte bytes = ref MemoryMarshal.GetReference(highBytes[..N]);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            Decompose(AddQIfNegative(TLanes.Load(in w, i)), out TVector a1, out TVector a0);
            TLanes.Store(a1, ref w1, i);
            TLanes.Store(a0, ref w0, i);
            TLanes.StoreBytes(a1, ref bytes, i);
        }
    }

    /// <summary>
    /// MakeHint (algorithm 39) by its equivalent over what signing has at hand: with w₁ and a₀ = LowBits(w) − c·s₂ + c·t₀ the
    /// high bits change iff a₀ leaves (−γ₂, γ₂], where −γ₂ itself stays for w₁ = 0 only. Adds c·t₀ to <paramref name="low"/> and
    /// writes one byte (0 or 1) a coefficient; takes the same time whatever the hint.
    /// </summary>
    public static void MakeHint(ReadOnlySpan<int> low, ReadOnlySpan<int> challengeT0, ReadOnlySpan<int> high, Span<byte> hint)
    {
        ref int w0 = ref Start(low);
        ref int ct0 = ref Start(challengeT0);
        ref int w1 = ref Start(high);
        ref byte h = ref MemoryMarshal.GetReference(hint[..N]);
        TVector one = TLanes.Broadcast(1);
        TVector zero = TLanes.Broadcast(0);
        TVector positive = TLanes.Broadcast(Gamma2);
        TVector negative = TLanes.Broadcast(-Gamma2);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            TVector a0 = TLanes.Add(TLanes.Load(in w0, i), TLanes.Load(in ct0, i));
            TVector lowest = TLanes.Subtract(negative, TLanes.GreaterThan(TLanes.Load(in w1, i), zero));
            TVector made = TLanes.Add(TLanes.GreaterThan(a0, positive), TLanes.GreaterThan(lowest, a0));
            TLanes.StoreBytes(TLanes.And(made, one), ref h, i);
        }
    }

    /// <summary>
    /// UseHint (algorithm 40) of |w| &lt; q: w₁ as bytes, one up or down modulo 16 where the hint (0 or 1) says so.
    /// </summary>
    public static void UseHint(ReadOnlySpan<int> polynomial, ReadOnlySpan<int> hint, Span<byte> highBytes)
    {
        ref int w = ref Start(polynomial);
        ref int h = ref Start(hint);
        ref byte bytes = ref MemoryMarshal.GetReference(highBytes[..N]);
        TVector zero = TLanes.Broadcast(0);
        TVector one = TLanes.Broadcast(1);
        TVector fifteen = TLanes.Broadcast(15);
        for (nuint i = 0; i < N; i += (nuint)TLanes.Count)
        {
            Decompose(AddQIfNegative(TLanes.Load(in w, i)), out TVector a1, out TVector a0);

            // +1 where a₀ > 0, else −1: twice the mask (−2 or 0), from 1 for a₀ ≤ 0.
            TVector notPositive = TLanes.GreaterThan(one, a0);
            TVector step = TLanes.Add(one, TLanes.ShiftLeft(notPositive, 1));
            TVector masked = TLanes.And(step, TLanes.Subtract(zero, TLanes.Load(in h, i)));
            TLanes.StoreBytes(TLanes.And(TLanes.Add(a1, masked), fifteen), ref bytes, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decompose(TVector a, out TVector a1, out TVector a0)
    {
        // ⌈a/2^7⌉·1025/2^22 rounds a/(2γ₂) correctly for all a in [0, q); 16 (a > q − 1 − γ₂) wraps to 0.
        TVector x = TLanes.ShiftRightArithmetic(TLanes.Add(a, TLanes.Broadcast(127)), 7);
        x = TLanes.Add(TLanes.ShiftLeft(x, 10), x);
        x = TLanes.ShiftRightArithmetic(TLanes.Add(x, TLanes.Broadcast(1 << 21)), 22);
        a1 = TLanes.And(x, TLanes.Broadcast(15));

        // a₀ = a − a₁·(2^19 − 2^9), and − q where that exceeds (q − 1)/2 (the wrapped case, where it becomes a − q).
        TVector rest = TLanes.Add(TLanes.Subtract(a, TLanes.ShiftLeft(a1, 19)), TLanes.ShiftLeft(a1, 9));
        TVector wrap = TLanes.GreaterThan(rest, TLanes.Broadcast((Q - 1) / 2));
        a0 = TLanes.Subtract(rest, TLanes.And(wrap, TLanes.Broadcast(Q)));
    }

    /// <summary>
    /// w − ⌊(w + 2^22)/2^23⌋·q, with q = 2^23 − 2^13 + 1: |result| ≤ 6283008 for |w| &lt; 2^31 − 2^22, and w mod± q where that is
    /// less than 2^22 in size.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce(TVector w)
    {
        TVector t = TLanes.ShiftRightArithmetic(TLanes.Add(w, TLanes.Broadcast(1 << 22)), 23);
        TVector multiple = TLanes.Add(TLanes.Subtract(TLanes.ShiftLeft(t, 23), TLanes.ShiftLeft(t, 13)), t);
        return TLanes.Subtract(w, multiple);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddQIfNegative(TVector w) =>
        TLanes.Add(w, TLanes.And(TLanes.ShiftRightArithmetic(w, 31), TLanes.Broadcast(Q)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref int Start(ReadOnlySpan<int> polynomial) => ref MemoryMarshal.GetReference(polynomial[..N]);
}
