namespace HybridTls.Cryptography;

/// <summary>
/// What a kernel over 16-bit coefficients needs of a vector: the whole of the distance between one algorithm text and one
/// instruction set. Lanes lie in memory order; lanes 2i and 2i + 1 are a pair, which also reads as one 32-bit number
/// (the even lane its low half). Arithmetic wraps.
/// </summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal interface ILanes16<TVector>
    where TVector : struct
{
    /// <summary>The number of 16-bit lanes: even, a power of two.</summary>
    static abstract int Count { get; }

    /// <summary>Loads the coefficients from <paramref name="index"/> on.</summary>
    static abstract TVector Load(ref readonly short source, nuint index = 0);

    /// <summary>Loads <see cref="Count"/> / 2 bytes, a nibble a lane, low nibble first.</summary>
    static abstract TVector LoadNibbles(ref readonly byte source);

    /// <summary>Stores the coefficients from <paramref name="index"/> on.</summary>
    static abstract void Store(TVector value, ref short destination, nuint index = 0);

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(short value);

    /// <summary>The sum, lane by lane.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>The difference, lane by lane.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>The low halves of the 32-bit products.</summary>
    static abstract TVector MultiplyLow(TVector left, TVector right);

    /// <summary>The high halves of the signed 32-bit products, that is floor(left·right / 2^16).</summary>
    static abstract TVector MultiplyHigh(TVector left, TVector right);

    /// <summary>The bitwise conjunction.</summary>
    static abstract TVector And(TVector left, TVector right);

    /// <summary>Shifts every lane to the left.</summary>
    static abstract TVector ShiftLeft(TVector value, int count);

    /// <summary>Shifts every lane to the right, filling with zeros.</summary>
    static abstract TVector ShiftRightLogical(TVector value, int count);

    /// <summary>Shifts every lane to the right, filling with the sign.</summary>
    static abstract TVector ShiftRightArithmetic(TVector value, int count);

    /// <summary>Exchanges the two lanes of every pair.</summary>
    static abstract TVector SwapPairs(TVector value);

    /// <summary>For every pair the 32-bit number left₀·right₀ + left₁·right₁ (signed).</summary>
    static abstract TVector MultiplyAddPairs(TVector left, TVector right);

    /// <summary>The sums of the pairs read as 32-bit numbers.</summary>
    static abstract TVector AddPairs(TVector left, TVector right);

    /// <summary>
    /// Of the pairs read as 32-bit numbers the low halves: those of <paramref name="even"/> into the even lanes, of
    /// <paramref name="odd"/> into the odd.
    /// </summary>
    static abstract TVector LowHalves(TVector even, TVector odd);

    /// <summary>
    /// Of the pairs read as 32-bit numbers the high halves: those of <paramref name="even"/> into the even lanes, of
    /// <paramref name="odd"/> into the odd.
    /// </summary>
    static abstract TVector HighHalves(TVector even, TVector odd);

    /// <summary>
    /// Exchanges those lanes of <paramref name="first"/> whose index has the bit <paramref name="distance"/> with those lanes of
    /// <paramref name="second"/> that lie <paramref name="distance"/> lower: after it, coefficients which lay that far apart in one
    /// vector lie in the same lane of the two. It is its own inverse.
    /// </summary>
    /// <param name="first">The vector of the lower coefficients.</param>
    /// <param name="second">The vector of the higher coefficients.</param>
    /// <param name="distance">A constant power of two, at least 2 and less than <see cref="Count"/>.</param>
    static abstract void Exchange(ref TVector first, ref TVector second, int distance);
}
