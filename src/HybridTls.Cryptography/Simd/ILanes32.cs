namespace HybridTls.Cryptography;

/// <summary>
/// The primitives from which every kernel over 32-bit coefficients is written: a back end is a struct that implements them for
/// one vector type. Products are 64 bits wide and live in the same type, once for the even and once for the odd lanes, which is
/// how vector multipliers deliver them; the scalar back end has one lane, an even one.
/// </summary>
/// <typeparam name="TVector">A vector of <see cref="Count"/> signed 32-bit coefficients; a 64-bit integer in the scalar back end.</typeparam>
internal interface ILanes32<TVector>
    where TVector : struct
{
    /// <summary>The back end's width, which also decides how many Keccak states go together.</summary>
    static abstract LaneWidth Width { get; }

    /// <summary>The number of coefficients in one vector: 1, 4, 8 or 16.</summary>
    static abstract int Count { get; }

    /// <summary>Copies one value to all lanes.</summary>
    static abstract TVector Broadcast(int value);

    /// <summary>Loads the coefficients from <paramref name="index"/> on.</summary>
    static abstract TVector Load(ref readonly int source, nuint index = 0);

    /// <summary>Stores the coefficients from <paramref name="index"/> on.</summary>
    static abstract void Store(TVector value, ref int destination, nuint index = 0);

    /// <summary>Stores each lane's low byte from <paramref name="index"/> on.</summary>
    static abstract void StoreBytes(TVector value, ref byte destination, nuint index = 0);

    /// <summary>
    /// Stores the lanes whose <paramref name="mask"/> is −1 side by side from <paramref name="index"/> on, and returns their number.
    /// The rest of a whole vector behind them may be overwritten. Not for a secret mask: it may become an address.
    /// </summary>
    static abstract int StoreAccepted(TVector value, TVector mask, ref int destination, nuint index);

    /// <summary>
    /// Unpacks the values <paramref name="index"/> … <paramref name="index"/> + <see cref="Count"/> − 1 of a little-endian bit
    /// string of values of 4, 10, 20 or 24 bits each. May read up to 64 bytes from the first byte that it needs.
    /// </summary>
    static abstract TVector Unpack(ref readonly byte source, nuint index, int bits);

    /// <summary>a + b, lane by lane.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b, lane by lane.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>Bitwise a AND b.</summary>
    static abstract TVector And(TVector a, TVector b);

    /// <summary>Shifts each lane left.</summary>
    static abstract TVector ShiftLeft(TVector value, int count);

    /// <summary>Shifts each lane right, copying the sign.</summary>
    static abstract TVector ShiftRightArithmetic(TVector value, int count);

    /// <summary>−1 in each lane where a &gt; b (signed), else 0.</summary>
    static abstract TVector GreaterThan(TVector a, TVector b);

    /// <summary>The larger of a and b, lane by lane (signed).</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The absolute value of each lane.</summary>
    static abstract TVector Abs(TVector a);

    /// <summary>Whether any lane of a comparison's result is set.</summary>
    static abstract bool Any(TVector mask);

    /// <summary>The 64-bit products of the even lanes.</summary>
    static abstract TVector MultiplyEven(TVector a, TVector b);

    /// <summary>Moves each odd lane onto its even neighbour, to be multiplied there; zero in the scalar back end.</summary>
    static abstract TVector OddToEven(TVector a);

    /// <summary>Adds 64-bit products.</summary>
    static abstract TVector AddProducts(TVector a, TVector b);

    /// <summary>Subtracts 64-bit products.</summary>
    static abstract TVector SubtractProducts(TVector a, TVector b);

    /// <summary>Joins the high halves of 64-bit values of the even and odd lanes to a vector in natural order.</summary>
    static abstract TVector JoinHigh(TVector even, TVector odd);

    /// <summary>
    /// One vector of the first of each two neighbouring blocks of <paramref name="block"/> lanes: those of <paramref name="a"/> in
    /// the first, those of <paramref name="b"/> in the second place of each pair. With <see cref="SecondBlocks"/> its own inverse.
    /// </summary>
    static abstract TVector FirstBlocks(TVector a, TVector b, int block);

    /// <summary>The counterpart of <see cref="FirstBlocks"/> for the second of each two neighbouring blocks.</summary>
    static abstract TVector SecondBlocks(TVector a, TVector b, int block);

    /// <summary>The even lanes of a, then those of b: what <see cref="FirstBlocks"/> yields for all block sizes in turn.</summary>
    static abstract TVector Evens(TVector a, TVector b);

    /// <summary>The odd lanes of a, then those of b.</summary>
    static abstract TVector Odds(TVector a, TVector b);

    /// <summary>The first vector of which a holds the even and b the odd lanes: undoes <see cref="Evens"/>.</summary>
    static abstract TVector InterleaveLow(TVector a, TVector b);

    /// <summary>The second vector of which a holds the even and b the odd lanes: undoes <see cref="Odds"/>.</summary>
    static abstract TVector InterleaveHigh(TVector a, TVector b);
}
